"""Which few inputs would settle the most unknown verdicts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final, TypeAlias

from everward.assessment.model import Need, Verdict
from everward.estate import Unresolved
from everward.policy import State
from everward.values.unknown import MAX_DECIDERS

_GIVEN: Final = ("var.", "parameters(", "--", "module `", "an export of ")
"""How the names of things begin that users can give: values, options, modules, exports."""

RANKED: Final = 25
"""Inputs up to which the order is exact."""


def can_give(name: str) -> bool:
    """Whether a deciding name is an input that people set, not something that only a deployment tells."""
    return name.startswith(_GIVEN)


def rank_needs(verdicts: Iterable[Verdict], unresolved: Iterable[Unresolved]) -> list[Need]:
    """Order the inputs that decide open things: first those that decide which resources there are, then by gain.

    A verdict counts as settled once everything that decides it is given, so that inputs which only pay together are
    chosen together. This is the greedy cover: at each step the set of inputs that settles most verdicts for each
    input it adds; ties go to the smaller set, then to the name. After `RANKED` inputs, which is more than anybody
    gives one by one, the others follow by how many verdicts they have a part in.

    What users can give comes first, and is promised only what it settles without the rest.
    """
    # Very many verdicts may wait for the same few names: each list of them is looked at once.
    wanted = Counter(verdict.decided_by for verdict in verdicts if verdict.state == State.UNKNOWN)
    sets: Counter[Names] = Counter()
    concerns: Counter[str] = Counter()
    for given, count in wanted.items():
        names = frozenset(given)
        concerns.update(dict.fromkeys(names, count))
        # A full list of names may have been cut, so nothing is promised of it.
        if names and len(names) < MAX_DECIDERS:
            sets[names] += count
    first = dict.fromkeys(name for item in unresolved if item.incomplete for name in item.decided_by)

    chosen: dict[str, int] = {}
    ours = Counter({names: count for names, count in sets.items() if all(map(can_give, names))})
    _choose(_Cover(ours), first, concerns, chosen)
    partly = {name for names in sets for name in names if can_give(name)} - chosen.keys()
    before = [*chosen, *sorted(partly, key=lambda name: (-concerns[name], name))]
    _choose(_Cover(sets - ours), before, concerns, chosen)
    return [
        Need(name=name, settles=count, concerns=concerns[name], resources=name in first, given=can_give(name))
        for name, count in chosen.items()
    ]


def _choose(cover: _Cover, given: Iterable[str], concerns: Counter[str], chosen: dict[str, int]) -> None:
    """Add names in the order in which they pay, each with how many verdicts are settled by then."""
    settled = max(chosen.values(), default=0)
    for name in list(given):
        settled += cover.give(name)
        chosen.setdefault(name, settled)
    most = len(chosen) + RANKED
    while cover.open and len(chosen) < most:
        for name in sorted(cover.best()):
            settled += cover.give(name)
            chosen[name] = settled
    for name in sorted(cover.names(), key=lambda name: (not can_give(name), -concerns[name], name)):
        settled += cover.give(name)
        chosen[name] = settled


Names: TypeAlias = "frozenset[str]"
Gain: TypeAlias = "tuple[bool, float, int, list[str]]"


class _Cover:
    """Sets of names that are still missing, how many verdicts wait for each, and what giving each would gain.

    Sets are indexed by their names, and gains worked out anew only for the sets that a given name may have changed.
    """

    def __init__(self, sets: Counter[Names]) -> None:
        self.open: Counter[Names] = Counter()
        """What each set of missing names would settle by itself."""
        self._with: dict[str, set[Names]] = defaultdict(set)
        self._first: dict[str, set[Names]] = defaultdict(set)
        """Each set once, under one of its names, the rarest when it was put in: where subsets are looked for."""
        self._under: dict[Names, str] = {}
        self._gains: dict[Names, Gain] = {}
        self._changed: set[Names] = set()
        for names in sets:
            for name in names:
                self._with[name].add(names)
        for names, count in sets.items():
            self._put(names, count)

    def names(self) -> set[str]:
        """Every name that is still missing."""
        return {name for names in self.open for name in names}

    def give(self, name: str) -> int:
        """Take a name as given; how many verdicts that settles."""
        settled = 0
        for names in list(self._with.pop(name, ())):
            count = self._take(names)
            rest = names - {name}
            if rest:
                self._put(rest, count)
            else:
                settled += count
        return settled

    def best(self) -> Names:
        """The set whose names settle most, each of them taken alike."""
        for names in self._changed & self.open.keys():
            self._gains[names] = self._gain(names)
        self._changed.clear()
        return min(self._gains, key=self._gains.__getitem__)

    def _gain(self, names: Names) -> Gain:
        settles = sum(self.open[other] for name in names for other in self._first.get(name, ()) if other <= names)
        return (not all(map(can_give, names)), -settles / len(names), len(names), sorted(names))

    def _put(self, names: Names, count: int) -> None:
        if names not in self.open:
            for name in names:
                self._with[name].add(names)
            rarest = min(names, key=lambda name: (len(self._with[name]), name))
            self._under[names] = rarest
            self._first[rarest].add(names)
        self.open[names] += count
        # Its gain is new, and so is that of every set that holds all of it.
        self._changed |= set.intersection(*(self._with[name] for name in names))

    def _take(self, names: Names) -> int:
        for name in names:
            self._with[name].discard(names)
        self._first[self._under.pop(names)].discard(names)
        self._gains.pop(names, None)
        return self.open.pop(names)
