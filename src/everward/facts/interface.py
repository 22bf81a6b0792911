"""What an analysis must offer. What it derives are resources: criteria read them as they read any other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

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


class Wanted(Protocol):
    """What somebody asks of analyses: an estate can have very many facts that no criterion reads."""

    def __call__(self, fact: Resource, /) -> bool:
        """Whether a fact is asked for."""

    def reads(self, type_key: str, /) -> bool:
        """Whether any fact of a lower-case type is."""


class Analysis(ABC):
    """An analysis of a whole estate."""

    name: str
    """`reach`, `access`, `keys`: what readings of its facts are called."""
    wanted: Wanted | None = None
    """What is asked of it; everything, without it."""

    def asks(self, *kinds: str) -> bool:
        """Whether facts of one of these kinds are asked for: `Reach/exposures`. Without any named, it could be."""
        wanted = self.wanted
        return wanted is None or not kinds or any(wanted.reads(f"{NAMESPACE}.{kind}".lower()) for kind in kinds)

    def kept(self, facts: Iterable[Resource], *kinds: str) -> Iterator[Resource]:
        """Those of some facts that are asked for, one by one; none is made where no kind of them is.

        INVARIANT: `kinds`, where given, are all that `facts` can be of.
        """
        if not self.asks(*kinds):
            return iter(())
        return iter(facts) if self.wanted is None else filter(self.wanted, facts)

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
