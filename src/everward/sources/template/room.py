"""Room for values that are nested deep."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

FRAMES: Final = 5_000
"""Frames that expansion may use: nested deployments whose values depend on each other need many."""


@contextmanager
def room() -> Iterator[None]:
    """More frames for expansion; what needs more still is reported, never raised."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
