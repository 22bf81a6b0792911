"""Which reading stands for what is, and which is where a fault is mended, when several speak of one resource."""

from __future__ import annotations

from typing import Final

_NEAREST: Final = ("inventory", "state", "plan", "terraform", "template")
"""Sources, what is deployed first: what is beats what was declared."""

_MENDED: Final = ("terraform", "template", "plan", "state", "inventory")
"""Sources, where people mend a fault first: a change of what is deployed alone is undone by the next deployment."""


def distance(source: str) -> int:
    """How far a source is from what is deployed; others than the known ones are furthest."""
    return _NEAREST.index(source) if source in _NEAREST else len(_NEAREST)


def nearer(source: str, other: str) -> bool:
    """Whether a source knows better than another what is deployed."""
    return distance(source) < distance(other)


def informs(source: str, other: str) -> bool:
    """Whether the holes of another source may have the values of this one.

    What is deployed is never filled with what was only declared. A plan and its configuration know the same, each
    something that the other leaves open.
    """
    return nearer(source, other) or (source, other) == ("terraform", "plan")


def remoteness(source: str) -> int:
    """How far a source is from where a fault is mended."""
    return _MENDED.index(source) if source in _MENDED else len(_MENDED)
