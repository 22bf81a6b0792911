"""Coverage of conditions by tests: what each comparison of a rule was seen to say."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from everward.estate import Estate, Resource
from everward.policy.nodes import Condition, Definition, Leaf, conditions_in
from everward.policy.policy import Policy
from everward.policy.positions import JsonPath, format_json_path
from everward.policy.trace import trace
from everward.values import REDACTED, Unknown, conceal
from everward.values.secrecy import conceal_at


class LeafCoverage(msgspec.Struct, rename="camel"):
    """What one comparison was seen to say, and how often."""

    path: str
    """Where it stands in the definition."""
    text: str
    """The comparison, as people write it."""
    true: int = 0
    false: int = 0
    unknown: int = 0
    error: int = 0

    @property
    def covered(self) -> bool:
        """Whether it was seen both to hold and not to."""
        return self.true > 0 and self.false > 0

    @property
    def missing(self) -> tuple[str, ...]:
        """What no test has seen it say."""
        return tuple(word for word, number in (("true", self.true), ("false", self.false)) if not number)


@dataclass(slots=True)
class Coverage:
    """Gathers what the comparisons of one definition say while its cases run."""

    definition: Definition
    leaves: dict[JsonPath, LeafCoverage] = field(init=False)

    def __post_init__(self) -> None:
        rule = self.definition.rule
        roots: list[Condition] = [rule.condition]
        if rule.existence is not None and rule.existence.condition is not None:
            roots.append(rule.existence.condition)
        self.leaves = {
            node.path: LeafCoverage(format_json_path(node.path), leaf_text(node))
            for root in roots
            for node in conditions_in(root)
            if isinstance(node, Leaf)
        }

    def add(self, policy: Policy, resource: Resource, estate: Estate) -> None:
        """Evaluate once more, and count what every comparison that was reached said."""
        for step in trace(policy, resource, estate).steps():
            if not step.reached or not isinstance(step.condition, Leaf):
                continue
            found = self.leaves.get(step.condition.path)
            if found is None:
                continue
            if step.error is not None:
                found.error += 1
            elif isinstance(step.truth, Unknown):
                found.unknown += 1
            elif step.truth:
                found.true += 1
            else:
                found.false += 1

    @property
    def covered(self) -> int:
        """How many comparisons were seen both to hold and not to."""
        return sum(leaf.covered for leaf in self.leaves.values())

    @property
    def total(self) -> int:
        """How many comparisons there are."""
        return len(self.leaves)


def leaf_text(leaf: Leaf) -> str:
    """A comparison as people write it: `field operator value`."""
    from everward.policy.nodes import Computed, Field, FieldCount

    subject = leaf.subject
    if isinstance(subject, Field):
        left = str(subject.name.raw)
    elif isinstance(subject, Computed):
        left = _short(conceal(subject.value.raw))
    elif isinstance(subject, FieldCount):
        left = f"count {subject.field.raw}"
    else:
        left = f"count {_short(conceal(subject.value.raw))}"
    return f"{left} {leaf.operator} {_short(conceal_at(leaf.expected.raw, left))}"


def _short(value: object) -> str:
    import json

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=lambda _: REDACTED)
    text = REDACTED if isinstance(value, Unknown) else text
    return text if len(text) <= 60 else f"{text[:57]}..."
