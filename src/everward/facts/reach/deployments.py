"""Whether pipelines get to what they deploy to: from where their agents stand to the data plane of the target.

MicrosoftDocs/azure-devops-docs pipelines/agents/agents and azure-docs key-vault/general/network-security, read 2026-11:
agents of the platform come from public addresses that change weekly, and services do not trust them for being Azure's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from everward.estate import Reading, Resource
from everward.facts.reach.admission import Openness, admissions
from everward.facts.reach.agents import Agents, Standing
from everward.facts.reach.paths import Networks
from everward.facts.reach.privatelink import Link, links, resolves
from everward.facts.reach.questions import Way, ask
from everward.facts.reach.serviceports import service_of
from everward.facts.shape import inner, items, properties, text_in
from everward.sources.pipelines.operations import TYPE
from everward.values import Truth, Unknown, all_of, any_of


class Outcome(StrEnum):
    """What becomes of a command of a pipeline."""

    PRIVATE = "private"
    """It gets there inside networks."""
    PUBLIC = "public"
    """It gets there because the service is open to public addresses."""
    FAILS = "fails"
    """No way leads there."""


class Deployment(NamedTuple):
    """A command of a pipeline and one target of it."""

    record: Resource
    target: Resource
    outcome: Outcome | Unknown
    why: str
    agents: tuple[Standing, ...]
    endpoints: tuple[Link, ...]


class Deployments:
    """What the pipelines of an estate do at data planes."""

    def __init__(self, world: Networks) -> None:
        self.world = world
        self.agents = Agents(world)

    @cached_property
    def records(self) -> list[Resource]:
        """What readings hand on of pipelines."""
        return [item for reading in self.world.estate.readings for item in reading.elsewhere if item.type == TYPE]

    def all(self) -> Iterator[Deployment]:
        """Every command at every target that it may mean, in a stable order."""
        for record in self.records:
            body = properties(record.body)
            for target in self.targets(body):
                yield self._deployment(record, body, target)

    # Targets

    def targets(self, body: Mapping[str, Any]) -> list[Resource]:
        """What a command may talk to: by its name, by an output of Terraform, by blocks, or all of its type."""
        listed = list(self.world.estate.of_type(str(body.get("service"))))
        blocks = list(items(body.get("blocks")))
        if blocks:
            return self._of_blocks(blocks, listed)
        own = self._of_roots(body, listed)
        written = body.get("target")
        if isinstance(written, str):
            return [item for item in listed if item.name.lower() == written.lower()]
        if isinstance(written, Unknown) and written.decided_by:
            names = {name.lower() for name in self._outputs(written.decided_by[0], body)}
            found = [item for item in own if item.name.lower() in names]
            if found or len(self._readings(body)) < len(list(items(body.get("roots")))):
                # An output of a root that nobody read may name anything: no other instance is taken for it.
                return found
        return own

    def _of_blocks(self, blocks: list[Any], listed: list[Resource]) -> list[Resource]:
        """The owners of what blocks of Terraform make: those at whose place a resource below them stands."""
        owners = {item.key: item for item in listed}
        found: dict[str, Resource] = {}
        for block in blocks:
            place = (_real(inner(block, "file")), inner(block, "line"))
            for item in self._by_place.get(place, ()):
                found.update({key: owners[key] for key in _above(item.key) if key in owners})
        return list(found.values())

    @cached_property
    def _by_place(self) -> dict[tuple[str, Any], list[Resource]]:
        """Resources by the file and line that declare them."""
        found: dict[tuple[str, Any], list[Resource]] = {}
        for item in self.world.estate:
            if item.origin.file is not None:
                found.setdefault((_real(item.origin.file), item.origin.line), []).append(item)
        return found

    def _of_roots(self, body: Mapping[str, Any], listed: list[Resource]) -> list[Resource]:
        """What the pipeline itself deploys, where that is known; otherwise all."""
        keys = {item.key for reading in self._readings(body) for item in reading.resources}
        own = [item for item in listed if item.key in keys]
        return own if own else listed

    def _readings(self, body: Mapping[str, Any]) -> list[Reading]:
        roots = {_real(root) for root in items(body.get("roots"))}
        return [reading for reading in self.world.estate.readings if _real(reading.label) in roots]

    def _outputs(self, name: str, body: Mapping[str, Any]) -> Iterator[str]:
        """The texts that outputs of the pipeline's own roots have under a name, at any depth."""
        for reading in self._readings(body):
            stack: list[Any] = [reading.outputs]
            while stack:
                value = stack.pop()
                if isinstance(value, dict):
                    for key, item in value.items():
                        text = item.text if isinstance(item, Unknown) else item
                        if key.lower() == name and isinstance(text, str):
                            yield text
                        stack.append(item)
                elif isinstance(value, list):
                    stack.extend(value)

    # Outcomes

    def _deployment(self, record: Resource, body: Mapping[str, Any], target: Resource) -> Deployment:
        endpoints = tuple(self._endpoints.get(target.key, ()))
        public = _public(self.world, target)
        if body.get("operation") == "az acr build":
            outcome, why = _built(public)
            return Deployment(record, target, outcome, why, (), endpoints)
        if body.get("poolKind") == "hosted":
            outcome, why = _hosted(public, opens=body.get("opensFirewall") is True)
            return Deployment(record, target, outcome, why, (), endpoints)
        standings = tuple(self.agents.of(text_in(body, "pool")))
        if body.get("poolKind") != "selfHosted" and not standings:
            why = "what runs it is not known"
            return Deployment(record, target, Unknown(reason=why, decided_by=("pool",)), why, (), endpoints)
        outcome, why = self._own(body, target, standings, public, endpoints)
        return Deployment(record, target, outcome, why, standings, endpoints)

    @cached_property
    def _endpoints(self) -> dict[str, list[Link]]:
        found: dict[str, list[Link]] = {}
        for link in links(self.world.estate):
            if isinstance(link.target, str):
                found.setdefault(link.target.lower(), []).append(link)
        return found

    def _own(
        self,
        body: Mapping[str, Any],
        target: Resource,
        standings: tuple[Standing, ...],
        public: Truth,
        endpoints: tuple[Link, ...],
    ) -> tuple[Outcome | Unknown, str]:
        placed = [item for item in standings if item.subnet is not None or item.platform]
        if not placed:
            return _unplaced(body, standings, public, endpoints)
        found = [self._at(item, target, public) for item in placed]
        outcomes = {str(outcome) for outcome, _ in found if not isinstance(outcome, Unknown)}
        unknown = next((item for item in found if isinstance(item[0], Unknown)), None)
        if unknown is not None:
            return unknown
        if len(outcomes) == 1:
            return found[0]
        why = "it depends on which of the agents run it"
        return Unknown(reason=why, decided_by=tuple(item.resource.id for item in placed[:6])), why

    def _at(self, standing: Standing, target: Resource, public: Truth) -> tuple[Outcome | Unknown, str]:
        """What becomes of a command that agents at one place run."""
        if standing.subnet is None:
            return _hosted(public, opens=False)
        private, direct = self._from(standing, target)
        if private is True:
            return Outcome.PRIVATE, "a way inside networks leads there from the agents"
        holes = [item for item in (private, direct) if isinstance(item, Unknown)]
        if holes:
            return holes[0], holes[0].reason
        if direct is True:
            return Outcome.PUBLIC, "only its public endpoint leads there from the agents"
        return Outcome.FAILS, "no way leads there from the agents"

    def _from(self, standing: Standing, target: Resource) -> tuple[Truth, Truth]:
        """Whether agents reach a target inside networks, and over its public endpoint."""
        private: list[Truth] = []
        public: list[Truth] = []
        for reply in ask(self.world, standing.place, target.id, service_of(target)):
            for way in reply.ways:
                (public if way.name == "public" else private).append(self._holds(way, standing))
        return any_of(private), any_of(public)

    def _holds(self, way: Way, standing: Standing) -> Truth:
        """A private endpoint is only a way where names lead to it."""
        if way.name != "private endpoint" or standing.subnet is None:
            return way.holds
        endpoint = self.world.estate.find(way.steps[0].id)
        named = resolves(self.world.estate, standing.subnet.network, endpoint) if endpoint is not None else False
        return all_of([way.holds, named])


@lru_cache(maxsize=65536)
def _real(path: Any) -> str:
    return str(Path(path).resolve()) if isinstance(path, str) and path else ""


def _above(key: str) -> Iterator[str]:
    """The ids above one, and itself."""
    while key.count("/") > 1:
        yield key
        key = key.rpartition("/")[0]


def _public(world: Networks, target: Resource) -> Truth:
    """Whether any agent of the platform gets to the public endpoint of a target."""
    found: list[Truth] = []
    for item in admissions(target, world.estate):
        if item.openness is Openness.RESTRICTED:
            why = "whether the addresses of agents are among those let in"
            found.append(Unknown(reason=why, decided_by=(target.id,)))
        elif item.openness is Openness.WIDE:
            found.append(True)
        else:
            # Agents of the platform are machines of Azure, as those of every customer are.
            found.append(all_of([any_of([item.everyone, item.azure]), item.listens]))
    if not found:
        return Unknown(reason="ways into it are not modelled", decided_by=(target.id,))
    return any_of(found)


def _built(public: Truth) -> tuple[Outcome | Unknown, str]:
    if public is True:
        return Outcome.PUBLIC, "agents of the registry push to its public endpoint"
    why = "whether tasks of the registry may pass its firewall decides"
    return Unknown(reason=why, decided_by=("networkRuleBypassAllowedForTasks",)), why


def _hosted(public: Truth, *, opens: bool) -> tuple[Outcome | Unknown, str]:
    if public is True:
        return Outcome.PUBLIC, "agents of the platform reach its public endpoint, as everybody does"
    if opens:
        return Outcome.PUBLIC, "the pipeline lets addresses in before it comes"
    if public is False:
        return (
            Outcome.FAILS,
            "its public endpoint is closed, and agents of the platform stand in no network of the workload",
        )
    return public, public.reason


def _unplaced(
    body: Mapping[str, Any], standings: tuple[Standing, ...], public: Truth, endpoints: tuple[Link, ...]
) -> tuple[Outcome | Unknown, str]:
    """Own agents of which no source shows where they stand."""
    pool = str(body.get("pool"))
    perhaps = [item.resource.id for item in standings]
    if public is True and not endpoints:
        return Outcome.PUBLIC, "it has no private endpoint, and its public endpoint is open"
    networks = sorted({_network_of(link) for link in endpoints if isinstance(link.subnet, str)})
    if networks:
        why = f"in which network the agents of `{pool}` stand is in no source; private endpoints of it stand in some"
        return Unknown(reason=why, decided_by=tuple([*perhaps, *networks][:6]) or (pool,)), why
    if public is False and not endpoints and not _own_door(body):
        return Outcome.FAILS, "its public endpoint is closed, and no private endpoint leads there"
    why = f"in which network the agents of `{pool}` stand is in no source"
    return Unknown(reason=why, decided_by=tuple(perhaps[:6]) or (pool,)), why


def _network_of(link: Link) -> str:
    return str(link.subnet).rpartition("/subnets/")[0]


def _own_door(body: Mapping[str, Any]) -> bool:
    """Whether a service makes a private endpoint by itself, as clusters do for their API server."""
    return str(body.get("service")).lower() == "microsoft.containerservice/managedclusters"
