"""Releases and manifests that Terraform deploys, with its providers helm, kubernetes and kubectl."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from everward.estate import Reading, Resource, Unresolved
from everward.sources.limits import Limits
from everward.sources.manifests.deploying.bindings import Text
from everward.sources.manifests.deploying.plan import PlannedRelease
from everward.sources.manifests.deploying.resolving import Cluster, World, stand_in
from everward.sources.manifests.helm.holes import Hole, Holes
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.helm.values import from_document, overlay, set_values
from everward.sources.manifests.notes import Notes
from everward.sources.manifests.objects import Manifest, objects_in
from everward.sources.manifests.paths import below, is_file, real
from everward.sources.manifests.placed import PlacedList, PlacedMap, Spot, list_of, map_of, maps_in, text_of
from everward.sources.manifests.scan import CHART
from everward.sources.manifests.yamltext import read_documents
from everward.sources.tree import Tree
from everward.values import ProblemError, Unknown


@dataclass(slots=True)
class FromTerraform:
    """What Terraform deploys into clusters."""

    releases: list[PlannedRelease] = field(default_factory=list)
    manifests: list[tuple[Cluster, Manifest]] = field(default_factory=list)


_MANIFESTS: Final = frozenset({"Terraform/kubernetes_manifest", "Terraform/kubectl_manifest"})


def from_terraform(
    readings: Sequence[Reading], world: World, tree: Tree, limits: Limits, notes: Notes
) -> FromTerraform:
    """The releases and manifests in the Terraform of other readings."""
    found = FromTerraform()
    for reading in readings:
        for resource in reading.elsewhere:
            reader = _Reader(resource, reading, world, tree, limits, notes)
            if resource.type == "Terraform/helm_release":
                found.releases.append(reader.release())
            elif resource.type in _MANIFESTS:
                found.manifests += ((reader.cluster, manifest) for manifest in reader.manifests())
    return found


class _Reader:
    """Reads one resource of Terraform."""

    def __init__(
        self, resource: Resource, reading: Reading, world: World, tree: Tree, limits: Limits, notes: Notes
    ) -> None:
        self.resource = resource
        self.given = map_of(resource.body.get("properties"))
        self.world = world
        self.tree = tree
        self.limits = limits
        self.notes = notes
        only = world.cluster_of(reading)
        self.cluster = (
            Cluster(only.id, str(resource.origin), only)
            if only is not None
            else Cluster(stand_in(f"the providers of {reading.label}"), "the configuration of a provider")
        )

    @property
    def spot(self) -> Spot:
        """Where the block stands."""
        return (self.resource.origin.file or "", self.resource.origin.line or 1)

    def text(self, name: str) -> Text | None:
        """An attribute as a text."""
        value = self.given.get(name)
        if value is None or value == "":
            return None
        return (value if isinstance(value, Unknown) else str(value),)

    def tell(self, reason: str, help: str) -> None:
        """Say what is not known of it."""
        address = self.resource.origin.address or self.resource.name
        self.notes.tell(Unresolved(address, reason, self.resource.origin, help=help, incomplete=True))

    # Releases

    def release(self) -> PlannedRelease:
        """`helm_release`."""
        chart = self.given.get("chart")
        shown = chart if isinstance(chart, str) else "{chart}"
        return PlannedRelease(
            label=self.resource.origin.address or self.resource.name,
            name=self.text("name") or (self.resource.name,),
            chart=shown,
            path=self.folder(shown),
            namespace=self.text("namespace"),
            clusters=[self.cluster],
            runs=[],
            origin=self.resource.origin,
            condition=self.resource.condition,
            world=self.world,
            version=self.text("version"),
            repository=self.text("repository"),
            fixed=self.values(),
        )

    def folder(self, chart: str) -> Path | None:
        """The folder of a chart that is named by a path, when it belongs to what was asked for."""
        path = below(Path(str(self.resource.body.get("folder"))), chart)
        if path is None or not is_file(path / CHART):
            return None
        place, root = real(path), real(self.tree.root)
        return self.tree.root / place.relative_to(root) if place.is_relative_to(root) else None

    def values(self) -> dict[str, Any]:
        """The values of a release: texts of YAML, then single settings."""
        values: dict[str, Any] = {}
        given = self.given.get("values")
        for text in [given] if isinstance(given, Unknown) else list_of(given):
            if isinstance(text, str):
                values = overlay(values, from_document(next(iter(self.documents(text)), None)))
            else:
                self.tell("its values are not known", "give the variables that they are made of")
        holes = Holes()
        for name, kind in (("set", "typed"), ("set_list", "list"), ("set_sensitive", "typed")):
            for item in maps_in(self.given.get(name)):
                self.set(values, item, kind, holes)
        return values

    def set(self, values: dict[str, Any], item: dict[str, Any], kind: str, holes: Holes) -> None:
        """One block of `set`."""
        value = item.get("value")
        key = text_of(item.get("name")) or ""
        if isinstance(value, Unknown):
            text = holes.token(Hole(f"{key}={value.decided_by}", value))
        elif kind == "list":
            text = "{" + ",".join(str(part).replace(",", "\\,") for part in list_of(value)) + "}"
        else:
            text = str(value)
        try:
            set_values(values, f"{key}={text}", holes, kind="text" if item.get("type") == "string" else "typed")
        except TemplateError as error:
            self.tell(error.message, error.help or "mend the block")

    # Manifests

    def manifests(self) -> Iterator[Manifest]:
        """`kubernetes_manifest`, whose object is a value, and `kubectl_manifest`, whose objects are a text."""
        body = self.given.get("manifest", self.given.get("yaml_body"))
        documents = self.documents(body) if isinstance(body, str) else [self.placed(body)]
        if isinstance(body, Unknown):
            self.tell("its manifest is not known", "give the variables that it is made of")
        label = self.resource.origin.address or self.resource.name
        for document in documents:
            for value in objects_in(document):
                end = self.resource.origin.end_line or self.spot[1]
                yield Manifest(value, self.spot, end, None, self.resource.condition, label)

    def placed(self, value: Any) -> Any:
        """A value whose parts all stand where the block does."""
        if isinstance(value, dict):
            made = PlacedMap(self.spot)
            for key, item in value.items():
                made[str(key)] = self.placed(item)
            return made
        if isinstance(value, list):
            items = PlacedList(self.spot)
            items.extend(self.placed(item) for item in value)
            return items
        return value

    def documents(self, text: str) -> list[Any]:
        """The documents in a text, at the place of the block."""
        lines = [self.spot[1]] * (text.count("\n") + 1)
        try:
            return [item.value for item in read_documents(text, self.spot[0], self.limits, lines)]
        except ProblemError as problem:
            self.tell(problem.message, problem.help or "mend it")
            return []
