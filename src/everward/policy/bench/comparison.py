"""Two versions of a policy over one estate: which verdicts change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from everward.estate import Estate, Resource
from everward.policy.bench.subject import Row, Subject
from everward.policy.outcome import State


@dataclass(frozen=True, slots=True)
class Changed:
    """A verdict that differs; one side is None where a version says nothing of the resource."""

    resource: Resource
    name: str
    """The policy of an initiative; empty for a definition."""
    old: Row | None
    new: Row | None

    @property
    def before(self) -> State:
        """The state by the old version."""
        return self.old.outcome.state if self.old is not None else State.NOT_APPLICABLE

    @property
    def after(self) -> State:
        """The state by the new version."""
        return self.new.outcome.state if self.new is not None else State.NOT_APPLICABLE


def compare_subjects(
    old: Subject, new: Subject, estate: Estate, resources: Sequence[Resource]
) -> tuple[list[Changed], int]:
    """The verdicts that differ in state or effect, in the order of the resources, and how many are the same."""
    before, after = (
        {(row.resource.key, row.name.lower()): row for row in subject.judge(estate, resources)}
        for subject in (old, new)
    )
    changed: list[Changed] = []
    same = 0
    for key in dict.fromkeys([*before, *after]):
        one, two = before.get(key), after.get(key)
        row = two or one
        if row is None:
            continue
        item = Changed(row.resource, row.name, one, two)
        if _differ(item):
            changed.append(item)
        elif item.after is not State.NOT_APPLICABLE:
            same += 1
    order = {resource.key: index for index, resource in enumerate(resources)}
    changed.sort(key=lambda item: order[item.resource.key])
    return changed, same


def _differ(item: Changed) -> bool:
    if item.before is not item.after:
        return True
    effects = [row.outcome.effect if row is not None else "" for row in (item.old, item.new)]
    return item.after is not State.NOT_APPLICABLE and effects[0] != effects[1]
