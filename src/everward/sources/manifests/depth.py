"""Room for recursion: templates and objects nest as deep as the limit lets them, deeper than Python's default."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

FRAMES: Final = 40_000
"""How many Python frames reading may stack. Frames of Python code live on the heap, not on the machine's stack."""


@contextmanager
def deep_stack() -> Iterator[None]:
    """Raise the recursion limit for the time of a reading, and put it back."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
