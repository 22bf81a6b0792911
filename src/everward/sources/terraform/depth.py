"""Room for recursion: expressions and references nest deeper than Python's default allows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

FRAMES = 80_000
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
