"""One or more readings merged: one entity per resource, indexed for the questions that judgement asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

from everward.estate.differences import Difference, compare
from everward.estate.reading import Reading, Unresolved
from everward.estate.references import references_in
from everward.estate.resource import Resource
from everward.estate.versions import MAX_VERSIONS, differing, mended_first, names_of, standing
from everward.values import Origin, parse_id, try_parse_id, without_credentials

SUBSCRIPTION_TYPE = "Microsoft.Resources/subscriptions"
RESOURCE_GROUP_TYPE = "Microsoft.Resources/subscriptions/resourceGroups"


_SHOWN_INPUTS = 4


@dataclass(slots=True, eq=False)
class Entity:
    """One resource, and every version of it that a reading gave."""

    versions: list[Resource]
    chosen: Resource | None = None
    """The version that stands for the resource, when several readings have it."""

    @property
    def resource(self) -> Resource:
        """The version that stands for the resource: what is deployed beats what was declared."""
        return self.versions[0] if self.chosen is None else self.chosen


class Estate:
    """The resources of all readings. Ids and types compare without case; readings keep their order."""

    def __init__(self, readings: Sequence[Reading], entities: Mapping[str, Entity] | None = None) -> None:
        self.readings = tuple(readings)
        self._entities: dict[str, Entity] = {}
        self._within: dict[tuple[str, str], dict[str, list[Resource]]] = {}
        if entities is not None:
            self._entities.update(entities)
            return
        implied: dict[str, Resource] = {}
        for reading in self.readings:
            for resource in reading.resources:
                key = resource.key
                entity = self._entities.get(key)
                if entity is None:
                    self._entities[key] = Entity([resource])
                    _imply_subscription(resource, key, reading.source, implied)
                else:
                    entity.versions.append(resource)
        for key, resource in implied.items():
            self._entities.setdefault(key, Entity([resource]))
        for entity in self._entities.values():
            if len(entity.versions) > 1:
                entity.chosen = standing(entity.versions)

    @property
    def incomplete(self) -> bool:
        """Whether resources may be missing from it."""
        return any(item.incomplete for item in self.unresolved)

    @cached_property
    def unresolved(self) -> tuple[Unresolved, ...]:
        """What could not be read or settled: by each reading, then what readings say differently.

        Reasons quote the source, and addresses in it may carry credentials: here they lose them, once for all reports.
        """
        quoted = (_without_credentials(item) for reading in self.readings for item in reading.unresolved)
        return (*quoted, *self._contradictions())

    @cached_property
    def differing(self) -> dict[str, list[Resource]]:
        """Resources whose versions differ: lower-case id to those versions, whatever the order of the readings."""
        found = ((key, entity.versions) for key, entity in self._entities.items() if len(entity.versions) > 1)
        return {key: versions for key, given in found if len(versions := differing(given)) > 1}

    @cached_property
    def views(self) -> tuple[Estate, ...]:
        """This estate, or, when versions differ, one estate for each: in each another version stands for its resource.

        Versions of one input stand together. What judges must judge all of them, and the worst counts: otherwise the
        order in which inputs are named would decide.
        """
        if not self.differing:
            return (self,)
        views: list[Estate] = []
        for turn in range(min(max(map(len, self.differing.values())), MAX_VERSIONS)):
            view = Estate(self.readings)
            for key, versions in self.differing.items():
                view._entities[key].chosen = versions[min(turn, len(versions) - 1)]
            views.append(view)
        return tuple(views)

    def extended(self, derive: Callable[[Estate], Iterable[Reading]]) -> Estate:
        """This estate together with what is derived from it; each of its views with what is derived from that view.

        INVARIANT: what is derived has ids of its own: it adds resources and changes none.
        """
        made = self.with_readings(derive(self))
        if len(self.views) == 1:
            made.__dict__["views"] = (made,)
        else:
            made.__dict__["views"] = tuple(view.with_readings(derive(view)) for view in self.views)
        return made

    def with_readings(self, readings: Iterable[Reading]) -> Estate:
        """This estate, with the versions that stand in it, and the resources of further readings that it has not."""
        given = tuple(readings)
        entities = dict(self._entities)
        for reading in given:
            for resource in reading.resources:
                entities.setdefault(resource.key, Entity([resource]))
        made = Estate((*self.readings, *given), entities)
        made.__dict__["differing"] = self.differing
        return made

    @cached_property
    def said(self) -> dict[str, list[tuple[Reading, Resource]]]:
        """Resources of which there are several versions: lower-case id to these, each with its reading.

        First what is nearest to where a fault is mended, whatever the order of the readings.
        """
        several = {key for key, entity in self._entities.items() if len(entity.versions) > 1}
        found: dict[str, list[tuple[Reading, Resource]]] = defaultdict(list)
        if several:
            for reading in self.readings:
                for resource in reading.resources:
                    if resource.key in several:
                        found[resource.key].append((reading, resource))
        for versions in found.values():
            versions.sort(key=lambda pair: (*mended_first(pair[1]), pair[0].label))
        return dict(found)

    @cached_property
    def disagreements(self) -> dict[str, list[Difference]]:
        """Where readings say different things of one resource, by its lower-case id; what means nothing is left out."""
        compared = ((key, compare(versions)) for key, versions in self.said.items() if key in self.differing)
        told = ((key, [item for item in found if item.noise is None]) for key, found in compared)
        return {key: found for key, found in told if found}

    @cached_property
    def evidence(self) -> tuple[Resource, ...]:
        """Records about resources, of all readings."""
        return tuple(item for reading in self.readings for item in reading.evidence)

    def _contradictions(self) -> Iterator[Unresolved]:
        if self.disagreements:
            yield self._disagreement()
        for key, versions in self.differing.items():
            if len(versions) > MAX_VERSIONS:
                yield Unresolved(
                    subject=versions[0].id,
                    reason=f"there are more than {MAX_VERSIONS} differing versions of it; the others are not judged",
                    origin=self._entities[key].resource.origin,
                    incomplete=True,
                )

    def _disagreement(self) -> Unresolved:
        inputs: dict[str, None] = {}
        for key in self.disagreements:
            inputs.update(dict.fromkeys(names_of((reading.label, version) for reading, version in self.said[key])))
        names = list(inputs)
        shown = ", ".join(names[:_SHOWN_INPUTS]) + (
            f" and {len(names) - _SHOWN_INPUTS} more" if len(names) > _SHOWN_INPUTS else ""
        )
        number = len(self.disagreements)
        return Unresolved(
            subject=f"{number:,} resource{'s' if number > 1 else ''}",
            reason=f"what inputs say of the same resource differs, so the worst verdict counts: {shown}",
            help="`everward estate diff` shows where",
        )

    def __len__(self) -> int:
        return len(self._entities)

    def __iter__(self) -> Iterator[Resource]:
        return (entity.resource for entity in self._entities.values())

    @property
    def entities(self) -> Iterable[Entity]:
        """Every entity, in the order of first mention."""
        return self._entities.values()

    def find(self, resource_id: str) -> Resource | None:
        """The resource with this id."""
        entity = self._entities.get(resource_id.rstrip("/").lower())
        return entity.resource if entity else None

    def versions(self, resource_id: str) -> Sequence[Resource]:
        """What each reading says of this id; empty when none does."""
        entity = self._entities.get(resource_id.rstrip("/").lower())
        return entity.versions if entity else ()

    @cached_property
    def by_type(self) -> dict[str, list[Resource]]:
        """Resources by lower-case type."""
        index: dict[str, list[Resource]] = defaultdict(list)
        for resource in self:
            index[resource.type_key].append(resource)
        return dict(index)

    def of_type(self, resource_type: str) -> Sequence[Resource]:
        """All resources of a type."""
        return self.by_type.get(resource_type.lower(), ())

    def below(self, scope: str, resource_type: str) -> Sequence[Resource]:
        """Resources of a type directly below a resource: its children, or extensions whose scope it is."""
        return self._index("below", resource_type).get(scope.rstrip("/").lower(), ())

    def in_resource_group(self, scope: str, resource_type: str) -> Sequence[Resource]:
        """Resources of a type in the resource group with this id, at any depth."""
        return self._index("group", resource_type).get(scope.rstrip("/").lower(), ())

    def in_subscription(self, scope: str, resource_type: str) -> Sequence[Resource]:
        """Resources of a type in the subscription with this id, at any depth."""
        return self._index("subscription", resource_type).get(scope.rstrip("/").lower(), ())

    def _index(self, level: str, resource_type: str) -> dict[str, list[Resource]]:
        wanted = (level, resource_type.lower())
        index = self._within.get(wanted)
        if index is None:
            index = self._within[wanted] = defaultdict(list)
            for resource in self.of_type(resource_type):
                container = _container_key(resource, level)
                if container is not None:
                    index[container].append(resource)
        return index

    @cached_property
    def referrers(self) -> dict[str, list[Resource]]:
        """Who names whom: lower-case id of a resource of the estate to the resources whose body names it."""
        index: dict[str, list[Resource]] = defaultdict(list)
        for resource in self:
            for target in dict.fromkeys(references_in(resource)):
                if target in self._entities:
                    index[target].append(resource)
        return dict(index)


def _without_credentials(item: Unresolved) -> Unresolved:
    subject, reason = without_credentials(item.subject), without_credentials(item.reason)
    advice = None if item.help is None else without_credentials(item.help)
    if (subject, reason, advice) == (item.subject, item.reason, item.help):
        return item
    return msgspec.structs.replace(item, subject=subject, reason=reason, help=advice)


def _container_key(resource: Resource, level: str) -> str | None:
    try:
        parsed = parse_id(resource.id)
    except ValueError:
        return None
    if level == "below":
        return parsed.parent.lower()
    if parsed.subscription is None:
        return None
    subscription = f"/subscriptions/{parsed.subscription}"
    if level == "subscription":
        return subscription.lower()
    if parsed.resource_group is None:
        return None
    return f"{subscription}/resourceGroups/{parsed.resource_group}".lower()


def _imply_subscription(resource: Resource, key: str, source: str, implied: dict[str, Resource]) -> None:
    """Sources rarely state the subscription itself, yet much is judged of it: what stands in it implies it."""
    # Most resources stand in a subscription that was met before, so whole ids are parsed only once for each.
    if "/".join(key.split("/", 3)[:3]) in implied:
        return
    parsed = try_parse_id(resource.id)
    if parsed is not None and parsed.subscription is not None:
        scope = f"/subscriptions/{parsed.subscription}"
        implied[scope.lower()] = Resource(
            id=scope,
            type=SUBSCRIPTION_TYPE,
            name=parsed.subscription,
            body={"properties": {}},
            origin=Origin(source=source, address=scope),
        )
