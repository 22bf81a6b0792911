"""Puts a reading of Kubernetes together: what is deployed, to which cluster, and what follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from everward.estate import Reading, ReadInput, Resource, Unresolved
from everward.sources.interface import ReadOptions
from everward.sources.manifests.deploying.plan import Applied, Plan, plan_of
from everward.sources.manifests.deploying.resolving import Cluster, World, stand_in
from everward.sources.manifests.deploying.terraform import from_terraform
from everward.sources.manifests.facts import facts_of
from everward.sources.manifests.kinds import is_configuration
from everward.sources.manifests.kustomize import Kustomizations
from everward.sources.manifests.notes import Notes
from everward.sources.manifests.objects import Manifest, faults_in, object_id, objects_in, to_resource
from everward.sources.manifests.releases import ReleaseReader
from everward.sources.manifests.scan import Found
from everward.sources.manifests.yamltext import SOURCE, Document, read_documents
from everward.sources.tree import Tree, display, real
from everward.values import Origin, ProblemError

_SHOWN: Final = 4
"""How many deployments without a cluster are named."""
_REPEATED: Final = 20
"""How many keys that stand twice are named in one document, and how many faults."""


class Build:
    """Builds one reading."""

    def __init__(
        self, tree: Tree, found: Found, options: ReadOptions, others: Sequence[Reading], reading: Reading
    ) -> None:
        self.tree = tree
        self.found = found
        self.options = options
        self.reading = reading
        self.notes = Notes(reading)
        self.world = World(others, options.subscription)
        self.others = others
        self.by_cluster: dict[str, list[Manifest]] = defaultdict(list)
        self.clusters: dict[str, Cluster] = {}
        self.guessed: dict[str, list[str]] = defaultdict(list)
        """Stand-in clusters, with what is deployed to them."""

    def run(self) -> None:
        """Fill the reading."""
        plan = plan_of(self.tree, self.options, self.world, self.notes)
        kustomizations = Kustomizations(self.tree, self.found.kustomizations, self.options.limits)
        releases = ReleaseReader(self.tree, self.found.charts, self.options, self.notes)
        terraform = from_terraform(self.others, self.world, self.tree, self.options.limits, self.notes)
        for cluster, manifest in terraform.manifests:
            for where in self.clusters_of([cluster], manifest.deployment, None):
                self.add(where, [manifest])
        for release in (*plan.releases, *terraform.releases):
            for cluster in self.clusters_of(release.clusters, release.label, release.path):
                self.add(cluster, releases.read(release, cluster))
        for folder in releases.undeployed():
            cluster = self.where(folder, display(folder))
            self.add(cluster, releases.by_defaults(folder))
        self.kustomized(plan, kustomizations)
        self.plain(plan, kustomizations.used)
        self.emit(releases)

    # Where things go

    def clusters_of(self, clusters: Sequence[Cluster], label: str, path: Path | None) -> list[Cluster]:
        """The clusters that a pipeline deploys to, unless the user states another for it."""
        stated = self.stated(path) if path is not None else None
        if stated is not None:
            return [stated]
        found = [cluster if cluster.known else self.general() or cluster for cluster in clusters]
        for cluster in found:
            if not cluster.known:
                self.guessed[cluster.id].append(label)
        return found or [self.where(path, label)]

    def where(self, path: Path | None, label: str) -> Cluster:
        """The cluster of what no pipeline deploys."""
        stated = (self.stated(path) if path is not None else None) or self.general()
        if stated is not None:
            return stated
        cluster = Cluster(stand_in(label), "nothing says which cluster it is")
        self.guessed[cluster.id].append(label)
        return cluster

    def stated(self, path: Path) -> Cluster | None:
        """The cluster that the user states for a file or folder: the closest statement counts."""
        place = real(path)
        best: tuple[int, str] | None = None
        for where, name in self.options.clusters:
            if where is not None and place.is_relative_to(real(where)):
                depth = len(real(where).parts)
                best = (depth, name) if best is None or depth >= best[0] else best
        return self.world.stated(best[1]) if best is not None else None

    def general(self) -> Cluster | None:
        """The cluster that the user states for everything."""
        names = [name for where, name in self.options.clusters if where is None]
        return self.world.stated(names[-1]) if names else None

    def add(self, cluster: Cluster, manifests: Sequence[Manifest]) -> None:
        """Note objects of a cluster."""
        self.clusters.setdefault(cluster.id.lower(), cluster)
        self.by_cluster[cluster.id.lower()] += manifests

    # Kustomizations and files

    def kustomized(self, plan: Plan, kustomizations: Kustomizations) -> None:
        """What kustomizations make."""
        applied = [item for item in plan.applied if item.kustomize]
        folders = {real(item.path) for item in applied}
        for item in applied:
            if item.path in kustomizations.files:
                made = self.deployed(kustomizations.build(item.path), item.label, item.namespace, item.condition)
                for cluster in self.clusters_of(item.clusters, item.label, item.path):
                    self.add(cluster, made)
        for folder in kustomizations.roots():
            if real(folder) not in folders:
                label = display(folder)
                self.add(self.where(folder, label), self.deployed(kustomizations.build(folder), label, None, True))
        self.notes.tell(*kustomizations.unresolved)
        for used in kustomizations.inputs:
            self.notes.input(used)

    @staticmethod
    def deployed(manifests: Sequence[Manifest], label: str, namespace: Any, condition: Any) -> list[Manifest]:
        """Objects with what deploys them."""
        for manifest in manifests:
            manifest.deployment = manifest.deployment or label
            manifest.namespace = namespace if manifest.namespace is None else manifest.namespace
            manifest.condition = condition if manifest.condition is True else manifest.condition
        return list(manifests)

    def plain(self, plan: Plan, used: set[Path]) -> None:
        """Files that are applied as they are."""
        rest: list[Path] = []
        applied: dict[Path, list[Applied]] = defaultdict(list)
        for item in plan.applied:
            for path in () if item.kustomize else item.files:
                applied[path].append(item)
        for path in self.found.manifests:
            items = applied.get(path, [])
            for item in items:
                manifests = self.deployed(self.manifests(path), item.label, item.namespace, item.condition)
                for cluster in self.clusters_of(item.clusters, item.label, path):
                    self.add(cluster, manifests)
            if not items and real(path) not in used:
                rest.append(path)
        taken: set[str] = set()
        for path in rest:
            manifests = self.deployed(self.manifests(path), display(path), None, True)
            cluster = self.where(path, f"files of {self.reading.label}")
            own = {object_id(cluster.id, manifest).lower() for manifest in manifests}
            if not cluster.known and not own.isdisjoint(taken):
                # Files that declare the same objects are not applied together: each is a deployment of its own.
                cluster = self.where(path, display(path))
                own = {object_id(cluster.id, manifest).lower() for manifest in manifests}
            taken |= own
            if manifests:
                self.add(cluster, manifests)

    def manifests(self, path: Path) -> list[Manifest]:
        """The objects of one file."""
        documents: list[Document] = []
        shown = display(path)
        used = True
        try:
            documents += read_documents(self.tree.text(path), shown, self.options.limits)
        except ProblemError as problem:
            used = False
            origin = problem.origin or Origin(source=SOURCE, file=shown)
            self.notes.tell(Unresolved(shown, problem.message, origin, help=problem.help, incomplete=True))
        found: list[Manifest] = []
        for document in documents:
            note_repeated(document, self.notes)
            note_faults(document, shown, self.notes)
            for value in objects_in(document.value):
                if not is_configuration(value):
                    end = value.last if value.last > value.spot[1] else document.end
                    found.append(Manifest(value, value.spot, end))
        if found or not used:
            count = len(found)
            self.notes.input(
                ReadInput(shown, "manifest", used=bool(found), detail=f"{count} object{'s' if count != 1 else ''}")
            )
        return found

    # The reading

    def emit(self, releases: ReleaseReader) -> None:
        """Make resources of everything."""
        reading = self.reading
        seen: set[tuple[str, int]] = set()
        for key, manifests in self.by_cluster.items():
            cluster = self.clusters[key]
            resources: list[Resource] = []
            kept: list[tuple[Manifest, Resource]] = []
            for manifest in manifests:
                resource = to_resource(cluster.id, manifest)
                mark = (resource.key, id(manifest.value))
                if mark not in seen:
                    seen.add(mark)
                    resources.append(resource)
                    kept.append((manifest, resource))
            resources += facts_of(cluster, kept, self.others)
            resources += releases.resources(cluster)
            reading.resources += resources
        self.tell_guessed()

    def tell_guessed(self) -> None:
        """Say, once, what has a stand-in for its cluster."""
        labels = [
            label
            for identity, named in self.guessed.items()
            if self.by_cluster.get(identity.lower())
            for label in dict.fromkeys(named)
        ]
        if not labels:
            return
        shown = ", ".join(labels[:_SHOWN]) + (f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else "")
        count = len(labels)
        self.notes.tell(
            Unresolved(
                f"{count} deployment{'s' if count != 1 else ''} of Kubernetes",
                f"nothing says to which cluster it goes, so a stand-in takes its place: {shown}",
                help="state it: `--cluster PATH=NAME`, or `--cluster NAME` for everything",
            )
        )


def note_repeated(document: Document, notes: Notes) -> None:
    """Say which keys stand twice in one object: only the later one counts."""
    for key, (file, line) in document.repeated[:_REPEATED]:
        notes.tell(
            Unresolved(
                f"`{key}`",
                "the key stands twice in one object; the later one counts",
                Origin(source=SOURCE, file=file, line=line),
                help="remove one of them",
            )
        )


def note_faults(document: Document, shown: str, notes: Notes) -> None:
    """Say what stands in the place of an object and is none."""
    for (file, line), reason in islice(faults_in(document.value), _REPEATED):
        notes.tell(
            Unresolved(
                shown,
                reason,
                Origin(source=SOURCE, file=file or shown, line=line or None),
                help="mend the file; `kubectl apply --dry-run=client -f` refuses it too",
                incomplete=True,
            )
        )
