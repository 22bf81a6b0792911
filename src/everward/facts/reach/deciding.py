"""The rules of groups that decide about packets, in the order in which they are met."""

from __future__ import annotations

from collections.abc import Sequence

from everward.facts.reach.addresses import Addresses
from everward.facts.reach.entrances import Step
from everward.facts.reach.paths import OpenGate, Part
from everward.values import Truth, Unknown


def gate_steps(
    gate: OpenGate, sources: Addresses, destinations: Addresses, mask: int, holds: Truth, where: Step
) -> tuple[Step, ...]:
    """The rules by which groups let packets pass, or do not; `where`, when that is not known or no rule says it."""
    if isinstance(holds, Unknown):
        return (where,)
    steps, _ = deciding_rules(gate, gate.parts(sources, destinations), mask, allows=holds)
    return steps if steps or holds else (where,)


def deciding_rules(
    gate: OpenGate, parts: Sequence[Part], mask: int, *, allows: bool
) -> tuple[tuple[Step, ...], list[Unknown]]:
    """The rules that let packets in, or those that keep them out, and what is not known of them."""
    found: dict[str, Step] = {}
    holes: list[Unknown] = []
    for part in parts:
        most = part.source.most & part.destination.most
        for item in gate.gate.filters:
            left = mask
            for index, bound in enumerate(item.rules):
                if not most >> index & 1 or not left & bound.most:
                    continue
                if bound.rule.allows is not (not allows):
                    what = f"rule `{bound.rule.name}`, priority {bound.rule.priority}"
                    found.setdefault(bound.rule.id, Step(bound.rule.id, what, bound.rule.origin))
                    holes.extend(bound.rule.holes)
                left &= ~bound.sure
                if not left:
                    break
            most >>= len(item.rules)
    return tuple(found.values()), holes
