"""What the texts of pipelines come to: references to outputs of Terraform get the values that readings know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from everward.estate import Reading, Resource
from everward.sources.manifests.deploying.bindings import Open, Output, Text, piece_name
from everward.sources.manifests.deploying.runs import Target
from everward.sources.manifests.helm.holes import Hole, Holes
from everward.sources.manifests.kinds import NAMESPACE
from everward.values import Unknown, combine, placeholder, try_parse_id

CLUSTER_TYPE: Final = "microsoft.containerservice/managedclusters"
RUNNING: Final = "set while the pipeline runs"
"""Why a value that a pipeline passes is not known."""

Element = Mapping[str, int]
"""Which element each loop of a script is at."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that something is deployed to."""

    id: str
    stated_by: str
    """How it is known, for people."""
    resource: Resource | None = None
    """The AKS cluster of the estate that it is."""
    element: tuple[tuple[str, int], ...] = ()
    """The elements of loops that lead to it."""

    @property
    def known(self) -> bool:
        """Whether it is an AKS cluster that has a name, rather than a stand-in for one."""
        return not self.id.startswith(f"/providers/{NAMESPACE}/")


def stand_in(name: str) -> str:
    """The id of a cluster of which nothing is known but what is deployed to it."""
    return f"/providers/{NAMESPACE}/Cluster/{placeholder(f'cluster of {name}')}"


class World:
    """What other readings know that pipelines name: outputs, and clusters."""

    def __init__(self, readings: Sequence[Reading], subscription: str | None) -> None:
        self.subscription = subscription or "{subscription}"
        self.clusters: dict[str, Resource] = {}
        self.owners: dict[str, Reading] = {}
        self._outputs: dict[str, list[tuple[Reading, Any]]] = {}
        for reading in readings:
            for resource in reading.resources:
                if resource.type_key == CLUSTER_TYPE:
                    self.clusters.setdefault(resource.key, resource)
                    self.owners.setdefault(resource.key, reading)
            for name, value in reading.outputs.items():
                self._outputs.setdefault(name, []).append((reading, value))

    # Texts

    def output(self, name: str) -> tuple[Reading, Any] | None:
        """An output and the reading that has it; None when no root has it, or several have.

        Of several, those that came out empty name nothing that a pipeline could deploy to.
        """
        found = self._outputs.get(name, [])
        if len(found) > 1:
            found = [(reading, value) for reading, value in found if value not in ([], {}, None)]
        return found[0] if len(found) == 1 else None

    def value(self, piece: Open | Output | Unknown, element: Element) -> Any:
        """What a reference comes to."""
        if isinstance(piece, Unknown):
            return piece
        if isinstance(piece, Open):
            return Unknown(reason=RUNNING, decided_by=(piece.name,), text=placeholder(piece.name))
        found = self.output(piece.name)
        if found is None:
            return Unknown(reason=RUNNING, decided_by=(piece_name(piece),), text=placeholder(piece_name(piece)))
        value: Any = found[1]
        steps: tuple[str | int, ...] = piece.path
        if piece.loop is not None:
            steps = (element.get(piece.loop, 0), *steps)
        return _walk(value, steps, piece)

    def text(self, text: Text, element: Element) -> str | Unknown:
        """A text with its references filled in; a hole when one of them is open."""
        values = [piece if isinstance(piece, str) else self.value(piece, element) for piece in text]
        if len(values) == 1 and isinstance(values[0], Unknown):
            return values[0]
        holes = [value for value in values if isinstance(value, Unknown)]
        written = "".join(_written(value) for value in values)
        if not holes:
            return written
        return combine(holes, present=True, text=written)

    def tokens(self, text: Text, element: Element, holes: Holes) -> str:
        """A text in which tokens stand for what is open."""
        out: list[str] = []
        for piece in text:
            value = piece if isinstance(piece, str) else self.value(piece, element)
            key = "" if isinstance(piece, str) else f"{piece_name(piece)}{sorted(element.items())}"
            out.append(holes.token(Hole(key, value)) if isinstance(value, Unknown) else _written(value))
        return "".join(out)

    # Loops and clusters

    def elements(self, texts: Sequence[Text]) -> Iterator[dict[str, int]]:
        """The elements that the loops in texts go over, all at once."""
        loops: dict[str, Output] = {}
        for text in texts:
            loops.update({piece.loop: piece for piece in text if isinstance(piece, Output) and piece.loop is not None})
        count = 1
        for piece in loops.values():
            found = self.output(piece.name)
            if found is not None and isinstance(found[1], list):
                count = max(count, len(found[1]))
        for index in range(count):
            yield dict.fromkeys(loops, index)

    def targets(self, target: Target, place: str) -> list[Cluster]:
        """The clusters that a pipeline names."""
        found: dict[str, Cluster] = {}
        for element in self.elements([target.name, target.group]):
            name, group = self.text(target.name, element), self.text(target.group, element)
            cluster = self._target(name, group, target, place)
            found.setdefault(cluster.id.lower(), Cluster(cluster.id, place, cluster.resource, tuple(element.items())))
        return list(found.values())

    def _target(self, name: str | Unknown, group: str | Unknown, target: Target, place: str) -> Cluster:
        matching = [
            resource
            for resource in self.clusters.values()
            if _same_name(name, resource.name) and _may_be(group, resource.resource_group)
        ]
        if len(matching) == 1:
            return Cluster(matching[0].id, place, matching[0])
        if isinstance(name, str) and name:
            where = group if isinstance(group, str) and group else placeholder(f"resource group of {name}")
            scope = f"/subscriptions/{self.subscription}/resourceGroups/{where}"
            return Cluster(f"{scope}/providers/Microsoft.ContainerService/managedClusters/{name}", place)
        only = self._only_cluster(target)
        if only is not None:
            return Cluster(only.id, place, only)
        return Cluster(stand_in(_shown(name)), place)

    def _only_cluster(self, target: Target) -> Resource | None:
        """The one cluster of the root whose output names the cluster: it can be no other."""
        outputs = [piece for piece in target.name if isinstance(piece, Output)]
        found = self.output(outputs[0].name) if len(outputs) == 1 and len(target.name) == 1 else None
        return self.cluster_of(found[0]) if found is not None else None

    def cluster_of(self, reading: Reading) -> Resource | None:
        """The one cluster that a reading has; None when it has none, or several."""
        here = [resource for key, resource in self.clusters.items() if self.owners[key] is reading]
        return here[0] if len(here) == 1 else None

    def stated(self, text: str) -> Cluster:
        """The cluster that the user states: by its id, or by the name that one of the estate has."""
        parsed = try_parse_id(text)
        if parsed is not None:
            return Cluster(parsed.text, "--cluster", self.clusters.get(parsed.key))
        named = [resource for resource in self.clusters.values() if resource.name.lower() == text.lower()]
        if len(named) == 1:
            return Cluster(named[0].id, "--cluster", named[0])
        scope = f"/subscriptions/{self.subscription}/resourceGroups/{placeholder(f'resource group of {text}')}"
        return Cluster(f"{scope}/providers/Microsoft.ContainerService/managedClusters/{text}", "--cluster")


def _walk(value: Any, steps: Sequence[str | int], piece: Output) -> Any:
    for step in steps:
        if isinstance(value, Unknown):
            return Unknown(reason=value.reason, decided_by=value.decided_by, text=placeholder(piece_name(piece)))
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            value = None
    if value is None or isinstance(value, dict | list):
        return Unknown(reason=RUNNING, decided_by=(piece_name(piece),), text=placeholder(piece_name(piece)))
    return value


def _written(value: Any) -> str:
    if isinstance(value, Unknown):
        return value.text or placeholder(value.decided_by[0] if value.decided_by else value.reason)
    if isinstance(value, bool):
        return "True" if value else "False"
    return str(value)


def _shown(value: str | Unknown) -> str:
    text = _written(value)
    return text.removeprefix("{").removesuffix("}") if text.count("{") == 1 else text


def _same_name(value: str | Unknown, name: str) -> bool:
    text = value.text if isinstance(value, Unknown) else value
    return bool(text) and text is not None and text.replace("/", "|").lower() == name.lower()


def _may_be(value: str | Unknown, name: str | None) -> bool:
    """Whether a group may be the one that is meant: an empty or open one says nothing against it."""
    text = value.text if isinstance(value, Unknown) else value
    return not text or name is None or isinstance(value, Unknown) or text.lower() == name.lower()
