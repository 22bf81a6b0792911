"""Three-valued logic (Kleene's strong logic) in which the third value carries its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from everward.values.unknown import Unknown, combine

Truth: TypeAlias = "bool | Unknown"
"""True, False, or a hole that says what would decide."""


def negate(truth: Truth) -> Truth:
    """Not: a hole stays the same hole."""
    return truth if isinstance(truth, Unknown) else not truth


def all_of(truths: Iterable[Truth]) -> Truth:
    """And: false as soon as one is false, even beside holes; true when there are none."""
    holes: list[Unknown] = []
    for truth in truths:
        if isinstance(truth, Unknown):
            holes.append(truth)
        elif not truth:
            return False
    return combine(holes) if holes else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Or: true as soon as one is true, even beside holes; false when there are none."""
    holes: list[Unknown] = []
    for truth in truths:
        if isinstance(truth, Unknown):
            holes.append(truth)
        elif truth:
            return True
    return combine(holes) if holes else False
