"""Several policies that modify one property: which of them wins, as their conflict effects say.

A single one with `deny` wins, and the others leave the request alone altogether; two with `deny` deny the request;
without any, none of the conflicting policies changes anything. An append counts as one with `deny`, except that two
appends of one value agree. Elements that are added to one array do not conflict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from everward.policy.effects.operations import Applied, Touch
from everward.policy.truth import equals3
from everward.values import Truth, Unknown, any_of, combine, format_path


@dataclass(slots=True)
class Proposal:
    """What one policy would do to the request, taken by itself."""

    applied: Applied
    conflict: str | Unknown
    """Its conflict effect."""
    appends: bool
    hole: Unknown | None = None
    """Set when it is not known whether the policy changes anything."""


class Standing(Enum):
    """How a proposal fares among the others."""

    APPLIES = auto()
    DENIES = auto()
    """Another one with `deny` modifies the same property: the request is denied."""
    SKIPPED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Settled:
    """How one proposal fares, and why."""

    standing: Standing
    path: str = ""
    """The property that others modify as well."""
    hole: Unknown | None = None


def settle(proposals: Sequence[Proposal]) -> list[Settled]:
    """How each proposal fares among the others. The order of the proposals does not matter."""
    return [_settle(proposals, index) for index in range(len(proposals))]


def _settle(proposals: Sequence[Proposal], index: int) -> Settled:
    mine = proposals[index]
    path = ""
    meets: list[Truth] = []
    meets_deny: list[Truth] = []
    for other_index, other in enumerate(proposals):
        if other_index == index:
            continue
        met, where = overlap(mine, other)
        if met is False:
            continue
        path = path or where
        meets.append(met)
        meets_deny.append(_both(met, _denies(other)))
    denies = _denies(mine)
    if denies is True:
        met = any_of(meets_deny)
        if met is True:
            return Settled(Standing.DENIES, path)
        return Settled(Standing.APPLIES) if met is False else Settled(Standing.UNKNOWN, path, _hole(met))
    met = any_of(meets)
    if met is False:
        return Settled(Standing.APPLIES)
    if met is True and denies is False:
        return Settled(Standing.SKIPPED, path)
    return Settled(Standing.UNKNOWN, path, combine([hole for hole in (met, denies) if isinstance(hole, Unknown)]))


def _hole(truth: Truth) -> Unknown:
    assert isinstance(truth, Unknown)  # noqa: S101
    return truth


def _both(one: Truth, two: Truth) -> Truth:
    if one is False or two is False:
        return False
    holes = [item for item in (one, two) if isinstance(item, Unknown)]
    return combine(holes) if holes else True


def _denies(proposal: Proposal) -> Truth:
    if isinstance(proposal.conflict, Unknown):
        return combine([proposal.conflict])
    return proposal.conflict == "deny"


def overlap(one: Proposal, two: Proposal) -> tuple[Truth, str]:
    """Whether a policy, if it applies, modifies a property that another one modifies as well; and which."""
    truths: list[Truth] = []
    path = ""
    for mine in one.applied.touches:
        for other in two.applied.touches:
            if not _same_place(mine, other):
                continue
            disagree = _disagree(mine, other, both_append=one.appends and two.appends)
            truth = _both(any_of([mine.changes, other.changes]), disagree)
            if truth is False:
                continue
            certain = mine.live and other.live and two.hole is None
            truths.append(truth if certain else _both(truth, _doubt(one, two)))
            path = path or format_path(mine.steps)
    blurred = [hole for hole in (one.applied.blurred, two.applied.blurred) if hole is not None]
    if blurred and (one.applied.touches or two.applied.touches or len(blurred) > 1):
        truths.append(combine(blurred))
    return any_of(truths), path


def _doubt(one: Proposal, two: Proposal) -> Unknown:
    holes: list[Any] = [*one.applied.holes, *two.applied.holes, one.hole, two.hole]
    return combine([hole for hole in holes if hole is not None])


def _same_place(one: Touch, two: Touch) -> bool:
    """Whether one path is the other, or leads to it."""
    if one.adds_element and two.adds_element and one.steps == two.steps:
        return False
    shorter = min(len(one.steps), len(two.steps))
    return one.steps[:shorter] == two.steps[:shorter]


def _disagree(one: Touch, two: Touch, *, both_append: bool) -> Truth:
    if both_append and one.steps == two.steps:
        equal = equals3(one.value, two.value)
        return equal if isinstance(equal, Unknown) else not equal
    return True
