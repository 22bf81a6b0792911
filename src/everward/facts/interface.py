"""What an analysis must offer. What it derives are resources: criteria read them as they read any other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from everward.estate import Estate, Reading, Resource, Unresolved
from everward.values import Origin, Truth

NAMESPACE = "Everward"
"""Types of facts begin with it: `Everward.Reach/exposures`."""


@dataclass
class Derived:
    """What an analysis found."""

    facts: list[Resource] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    """What could not be analysed, and why."""


class Analysis(ABC):
    """An analysis of a whole estate."""

    name: str
    """`reach`, `access`, `keys`: what readings of its facts are called."""

    @abstractmethod
    def derive(self, estate: Estate) -> Derived:
        """The facts of an estate, in a stable order."""


def with_facts(estate: Estate, analyses: Iterable[Analysis]) -> Estate:
    """The estate together with what analyses find in it; one reading an analysis.

    Where readings differ, each view of the estate has the facts of that view: the worst of them counts.

    INVARIANT: every analysis sees the estate as it was read: facts of one are no input of another.
    """
    asked = tuple(analyses)
    return estate.extended(lambda view: [_reading(analysis, view) for analysis in asked])


def _reading(analysis: Analysis, estate: Estate) -> Reading:
    derived = analysis.derive(estate)
    reading = Reading(analysis.name, analysis.name, _apart(derived.facts))
    reading.unresolved.extend(dict.fromkeys(derived.unresolved))
    return reading


def _apart(facts: Iterable[Resource]) -> list[Resource]:
    """Facts with an id each: what an estate has twice under one id is judged once."""
    made: dict[str, Resource] = {}
    for item in facts:
        number, own = 1, item
        while own.key in made:
            number += 1
            own = replace(item, id=f"{item.id}-{number}", name=f"{item.name}-{number}")
        made[own.key] = own
    return list(made.values())


def fact(
    subject: Resource | str,
    kind: str,
    name: str,
    properties: dict[str, Any],
    *,
    origin: Origin | None = None,
    condition: Truth = True,
    sort: str | None = None,
) -> Resource:
    """A fact about a resource or scope: an extension of it, of type `Everward.<kind>`.

    `condition` is a hole when it is not certain that the fact is one. `sort` becomes the `kind` of the resource: a
    policy that names kinds is not about the others, which it would otherwise seem to have verified.
    """
    scope = subject if isinstance(subject, str) else subject.id
    type_ = f"{NAMESPACE}.{kind}"
    own = subject.origin if isinstance(subject, Resource) else Origin(source="facts")
    return Resource(
        id=f"{scope.rstrip('/')}/providers/{type_}/{name}",
        type=type_,
        name=name,
        body={"properties": properties} if sort is None else {"kind": sort, "properties": properties},
        origin=origin if origin is not None else own,
        condition=condition,
    )
