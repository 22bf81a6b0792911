"""Which few inputs would settle the most unknown verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from everward.assessment.model import Need, Verdict
from everward.estate import Unresolved
from everward.policy import State
from everward.values.unknown import MAX_DECIDERS

_GIVEN: Final = ("var.", "parameters(", "--", "module `", "an export of ")
"""How the names of things begin that users can give: values, options, modules, exports."""


def can_give(name: str) -> bool:
    """Whether a deciding name is an input that people set, not something that only a deployment tells."""
    return name.startswith(_GIVEN)


def rank_needs(verdicts: Iterable[Verdict], unresolved: Iterable[Unresolved]) -> list[Need]:
    """Order the inputs that decide open things: first those that decide which resources there are, then by gain.

    A verdict counts as settled once everything that decides it is given, so that inputs which only pay together are
    chosen together. This is the greedy cover: at each step the set of inputs that settles most verdicts for each
    input it adds; ties go to the smaller set, then to the name.
    """
    wanted = [frozenset(verdict.decided_by) for verdict in verdicts if verdict.state == State.UNKNOWN]
    # A full list of names may have been cut, so nothing is promised of it.
    open_sets = Counter(names for names in wanted if names and len(names) < MAX_DECIDERS)
    concerns = Counter(name for names in wanted for name in names)
    first = dict.fromkeys(name for item in unresolved if item.incomplete for name in item.decided_by)

    chosen: dict[str, int] = {}
    settled = 0
    for name in first:
        settled += _settle(open_sets, {*chosen, name})
        chosen[name] = settled
    while open_sets:
        best = _best(open_sets, chosen)
        for name in sorted(best - chosen.keys()):
            settled += _settle(open_sets, {*chosen, name})
            chosen[name] = settled
    return [
        Need(name=name, settles=count, concerns=concerns[name], resources=name in first, given=can_give(name))
        for name, count in chosen.items()
    ]


def _settle(open_sets: Counter[frozenset[str]], given: set[str]) -> int:
    """Take the sets that `given` covers out of `open_sets`; how many verdicts they stand for."""
    covered = [names for names in open_sets if names <= given]
    return sum(open_sets.pop(names) for names in covered)


def _best(open_sets: Counter[frozenset[str]], chosen: dict[str, int]) -> frozenset[str]:
    def gain(names: frozenset[str]) -> tuple[bool, float, int, list[str]]:
        after = names | chosen.keys()
        settles = sum(count for other, count in open_sets.items() if other <= after)
        added = names - chosen.keys()
        possible = all(can_give(name) for name in added)
        return (not possible, -settles / len(added), len(added), sorted(added))

    return min(open_sets, key=gain)
