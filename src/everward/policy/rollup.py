"""Compliance summed up: by definition, initiative, group, assignment and scope, with what is not verified apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from everward.policy.compliance import Verdict
from everward.policy.outcome import State
from everward.values import try_parse_id

AZURE_ORDER: Final = (
    State.NON_COMPLIANT,
    State.COMPLIANT,
    State.ERROR,
    State.CONFLICTING,
    State.PROTECTED,
    State.EXEMPT,
    State.MANUAL,
    State.UNKNOWN,
)
"""The state that Azure shows for several: the first of these that occurs. What waits for people is its `Unknown`."""

CAUTIOUS_ORDER: Final = (
    State.NON_COMPLIANT,
    State.ERROR,
    State.CONFLICTING,
    State.UNKNOWN,
    State.MANUAL,
    State.EXEMPT,
    State.PROTECTED,
    State.COMPLIANT,
)
"""The state of a resource in the numbers here: verified is only what every policy verified."""

_GOOD: Final = frozenset({State.COMPLIANT, State.EXEMPT, State.UNKNOWN, State.MANUAL})
_COUNTED: Final = _GOOD | {State.NON_COMPLIANT, State.CONFLICTING, State.ERROR}


@dataclass(slots=True)
class RollUp:
    """Several verdicts summed up. Numbers are of distinct resources, each counted once."""

    state: State
    """The state that Azure shows for all of it."""
    counts: Mapping[State, int]
    """Resources by their own state, cautiously: one unverified policy leaves a resource unverified."""
    azure: Mapping[State, int] = field(default_factory=dict)
    """Resources by the state that Azure shows for them."""
    disabled: int = 0
    """Verdicts that are compliant only because the policy is disabled."""

    @property
    def resources(self) -> int:
        """How many resources there are."""
        return sum(self.counts.values())

    @property
    def verified(self) -> int:
        """Resources of which every policy was evaluated and holds."""
        return self.counts.get(State.COMPLIANT, 0)

    @property
    def violated(self) -> int:
        """Resources of which some policy does not hold."""
        return self.counts.get(State.NON_COMPLIANT, 0) + self.counts.get(State.CONFLICTING, 0)

    @property
    def exempt(self) -> int:
        """Resources that hold where they are judged, and are exempt from the rest."""
        return self.counts.get(State.EXEMPT, 0)

    @property
    def unknown(self) -> int:
        """Resources of which something is not decided, waits for an attestation, or could not be evaluated."""
        return sum(self.counts.get(state, 0) for state in (State.UNKNOWN, State.MANUAL, State.ERROR))

    @property
    def protected(self) -> int:
        """Resources that are protected and hold otherwise."""
        return self.counts.get(State.PROTECTED, 0)

    @property
    def azure_percentage(self) -> float | None:
        """The compliance percentage that Azure shows: exempt and unknown resources count as compliant. None when
        nothing counts.

        """
        total = sum(number for state, number in self.azure.items() if state in _COUNTED)
        good = sum(number for state, number in self.azure.items() if state in _GOOD)
        return None if total == 0 else 100.0 * good / total

    def share(self, number: int) -> float | None:
        """A number of resources as a percentage of all; None when there are none."""
        return None if self.resources == 0 else 100.0 * number / self.resources


def strongest(states: Iterable[State], order: tuple[State, ...] = AZURE_ORDER) -> State | None:
    """The state that stands for several; None when there are none."""
    found = set(states)
    return next((state for state in order if state in found), None)


def roll_up(verdicts: Iterable[Verdict]) -> RollUp | None:
    """Sum verdicts up; None when there are none."""
    states: dict[str, set[State]] = defaultdict(set)
    disabled = 0
    failed = False
    for verdict in verdicts:
        failed = failed or not verdict.resource_id
        if verdict.resource_id:
            states[verdict.resource_id.lower()].add(verdict.state)
            disabled += verdict.disabled
    every = {state for found in states.values() for state in found}
    if failed:
        every.add(State.ERROR)
    shown = strongest(every)
    if shown is None:
        return None
    return RollUp(shown, _count(states, CAUTIOUS_ORDER), _count(states, AZURE_ORDER), disabled)


def _count(states: Mapping[str, set[State]], order: tuple[State, ...]) -> dict[State, int]:
    counted = Counter(strongest(found, order) for found in states.values())
    return {state: counted[state] for state in order if counted[state]}


def by_key(verdicts: Iterable[Verdict], keys: Callable[[Verdict], Iterable[str]]) -> dict[str, RollUp]:
    """Sum verdicts up for each key that they have; one verdict may have several."""
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        for key in keys(verdict):
            groups[key].append(verdict)
    summed = ((key, roll_up(group)) for key, group in groups.items())
    return {key: found for key, found in summed if found is not None}


def by_definition(verdicts: Iterable[Verdict]) -> dict[str, RollUp]:
    """By the id of the definition."""
    return by_key(verdicts, lambda verdict: (verdict.member.definition_id,))


def by_assignment(verdicts: Iterable[Verdict]) -> dict[str, RollUp]:
    """By the id of the assignment."""
    return by_key(verdicts, lambda verdict: (verdict.assignment.id,))


def by_initiative(verdicts: Iterable[Verdict]) -> dict[str, RollUp]:
    """By the id of the initiative that is assigned; assignments of single definitions are left out."""
    return by_key(verdicts, lambda verdict: (verdict.assignment.definition_id,) if verdict.member.reference_id else ())


def by_group(verdicts: Iterable[Verdict]) -> dict[str, RollUp]:
    """By the groups of an initiative: the controls of a regulation."""
    return by_key(verdicts, lambda verdict: verdict.member.groups)


def by_scope(verdicts: Iterable[Verdict]) -> dict[str, RollUp]:
    """By subscription and resource group: each sums up what stands in it."""
    return by_key(verdicts, lambda verdict: scopes_of(verdict.resource_id))


def scopes_of(resource_id: str) -> Iterator[str]:
    """The subscription and the resource group that a resource stands in, or is."""
    parsed = try_parse_id(resource_id)
    if parsed is None or parsed.subscription is None:
        return
    subscription = f"/subscriptions/{parsed.subscription}"
    yield subscription
    if parsed.resource_group is not None:
        yield f"{subscription}/resourceGroups/{parsed.resource_group}"
