"""Releases of charts: rendered here where that is exact, by the user's Helm where it is not, and said otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from everward.estate import ReadInput, Resource, Unresolved
from everward.sources.interface import ReadOptions
from everward.sources.manifests.deploying.plan import PlannedRelease
from everward.sources.manifests.deploying.resolving import Cluster
from everward.sources.manifests.helm.chart import Chart, load_chart, unresolved_of
from everward.sources.manifests.helm.evaluate import Budget
from everward.sources.manifests.helm.outlines import Outline, find_outline
from everward.sources.manifests.helm.render import NotRendered, Release, Rendered, render
from everward.sources.manifests.kinds import NAMESPACE
from everward.sources.manifests.notes import Notes
from everward.sources.manifests.objects import Manifest, derived_resource, namespace_id, objects_in, part
from everward.sources.manifests.placed import plain
from everward.sources.manifests.yamltext import SOURCE, read_documents
from everward.sources.tree import Tree, display, real
from everward.values import Origin, ProblemError, Truth, Unknown

_RELEASES: Final = 20
"""How many releases may take all the steps that one may."""
_LABELS: Final = Unknown(reason="the chart is not in the repository", decided_by=("chart",), present=True)


class ReleaseReader:
    """Reads charts as they are installed."""

    def __init__(self, tree: Tree, charts: Sequence[Path], options: ReadOptions, notes: Notes) -> None:
        self.tree = tree
        self.options = options
        self.notes = notes
        self.charts = {real(folder): folder for folder in charts}
        self._loaded: dict[Path, Chart] = {}
        self._deployed: set[Path] = set()
        self._facts: dict[str, list[Resource]] = {}
        self._left = _RELEASES * options.limits.steps

    def chart(self, folder: Path) -> Chart:
        """A chart, read once."""
        key = real(folder)
        chart = self._loaded.get(key)
        if chart is None:
            chart = self._loaded[key] = load_chart(folder, self.tree, self.options.limits)
            self.notes.tell(*chart.unresolved)
            detail = f"{sum(not item.partial for item in chart.templates)} templates"
            self.notes.input(ReadInput(display(folder), "chart", detail=detail))
        return chart

    def undeployed(self) -> Iterator[Path]:
        """Charts that no pipeline installs; a library makes nothing by itself."""
        for key, folder in self.charts.items():
            if key not in self._deployed and self.chart(folder).meta.get("type") != "library":
                yield folder

    def read(self, planned: PlannedRelease, cluster: Cluster) -> list[Manifest]:
        """The objects of a release on a cluster."""
        name = planned.text(planned.name, cluster)
        namespace = planned.text(planned.namespace, cluster)
        values = planned.values(cluster, self.tree, self.options, self.notes)
        release = Release("" if name is None else name, "default" if namespace is None else namespace)
        if planned.path is not None:
            self._deployed.add(real(planned.path))
            chart = self.chart(planned.path)
            made = self._render(chart, release, values, planned.label, planned.condition)
            self._fact(
                cluster, release, planned, "chart of the repository", by_default=self._by_default(chart, release, made)
            )
            return made
        version = planned.text(planned.version, cluster)
        outline = find_outline(planned.chart, planned.version, planned.repository)
        made = self._outlined(outline, release, values, planned) if outline is not None else []
        self._remote(planned, version, outline)
        self._fact(cluster, release, planned, "outline" if outline is not None else "not read", version)
        return made

    def by_defaults(self, folder: Path) -> list[Manifest]:
        """The objects of a chart that no pipeline installs, with its own values."""
        chart = self.chart(folder)
        label = f"{display(folder)} with its own values"
        return self._render(chart, Release(chart.name, "default"), {}, label, True)

    def _by_default(self, chart: Chart, release: Release, made: Sequence[Manifest]) -> list[dict[str, Any]]:
        """What the chart's own values would put into ingresses: snippets for the controller, which check requests.

        What cannot be rendered without values is left out.
        """
        if not any(_snippets(manifest) for manifest in made):
            return []
        steps = max(0, min(self.options.limits.steps, self._left))
        budget = Budget(steps)
        rendered = render(chart, release, {}, self.tree, self.options.limits, budget)
        self._left -= steps - budget.left
        found = (manifest for manifest in self._manifests(rendered, release, "", True) if _snippets(manifest))
        return [{"name": plain(_meta(manifest).get("name")), "annotations": _snippets(manifest)} for manifest in found]

    # Rendering

    def _render(
        self, chart: Chart, release: Release, values: dict[str, Any], label: str, condition: Truth
    ) -> list[Manifest]:
        steps = max(0, min(self.options.limits.steps, self._left))
        budget = Budget(steps)
        rendered = render(chart, release, values, self.tree, self.options.limits, budget)
        self._left -= steps - budget.left
        missing = rendered.failed
        if missing:
            from everward.sources.manifests.helm.tool import render_missing

            missing = render_missing(chart, release, values, missing, rendered, self.options.limits)
        self._failed(missing)
        return [*self._manifests(rendered, release, label, condition), *self._definitions(chart, label, condition)]

    @staticmethod
    def _manifests(rendered: Rendered, release: Release, label: str, condition: Truth) -> Iterator[Manifest]:
        for made in rendered.made:
            for value in objects_in(made.document.value):
                own: Truth = condition if made.condition is None else made.condition
                yield Manifest(value, made.document.spot, made.document.end, release.namespace, own, label)

    def _definitions(self, chart: Chart, label: str, condition: Truth) -> Iterator[Manifest]:
        """What stands in `crds/`, applied as it is."""
        for path in chart.definitions:
            try:
                documents = list(read_documents(self.tree.text(path), display(path), self.options.limits))
            except ProblemError as problem:
                self.notes.tell(unresolved_of(problem, display(path)))
                continue
            for document in documents:
                for value in objects_in(document.value):
                    yield Manifest(value, document.spot, document.end, None, condition, label)

    def _outlined(
        self, outline: Outline, release: Release, values: dict[str, Any], planned: PlannedRelease
    ) -> list[Manifest]:
        """What is known of a chart that is not here; its objects stand where the pipeline installs them."""
        rendered = render(outline.chart, release, values, outline.tree, self.options.limits)
        made = list(self._manifests(rendered, release, planned.label, planned.condition))
        for manifest in made:
            manifest.spot = (planned.origin.file or "", planned.origin.line or 1)
            manifest.end = manifest.spot[1]
            move(manifest.value, manifest.spot)
            meta = manifest.value.get("metadata")
            if isinstance(meta, dict):
                meta["labels"] = _LABELS
        return made

    # What is said

    def _failed(self, missing: Sequence[NotRendered]) -> None:
        for item in missing:
            error = item.error
            file = error.file or display(item.template.path)
            reason = f"helm refuses it: {error.message}" if error.refused else f"not rendered: {error.message}"
            advice = error.help or (
                "give the values that it needs; `helm template` shows the same"
                if error.refused
                else "install `helm`, which is then used for it, or assess what `helm template` prints"
            )
            origin = Origin(source=SOURCE, file=file, line=error.line)
            self.notes.tell(Unresolved(item.template.name, reason, origin, help=advice, incomplete=True))

    def _remote(self, planned: PlannedRelease, version: str | Unknown | None, outline: Outline | None) -> None:
        shown = version if isinstance(version, str) else "its version"
        reason = "the chart is not in the repository, so what it makes is not read"
        if outline is not None:
            reason = f"the chart is not in the repository; of it, only {outline.covers} is known"
        self.notes.tell(
            Unresolved(
                f"chart `{planned.chart}` {shown}" if version is not None else f"chart `{planned.chart}`",
                reason,
                planned.origin,
                help="`helm pull --untar` it into the repository and install it from there",
                incomplete=True,
            )
        )

    # Facts

    def _fact(
        self,
        cluster: Cluster,
        release: Release,
        planned: PlannedRelease,
        reading: str,
        version: str | Unknown | None = None,
        by_default: Sequence[dict[str, Any]] = (),
    ) -> None:
        """The release itself: that it is installed, from which chart, and how much of it was read."""
        scope = namespace_id(cluster.id, release.namespace)
        own = f"{scope}/providers/{NAMESPACE}/Release/{part(release.name, 'release')}"
        properties = {
            "cluster": cluster.id,
            "namespace": release.namespace,
            "name": release.name,
            "chart": planned.chart,
            "version": version,
            "read": reading,
            **({"byDefault": list(by_default)} if by_default else {}),
        }
        resource = derived_resource(own, f"{NAMESPACE}/Release", properties, planned.origin, planned.condition)
        self._facts.setdefault(cluster.id.lower(), []).append(resource)

    def resources(self, cluster: Cluster) -> list[Resource]:
        """The releases on a cluster."""
        return self._facts.get(cluster.id.lower(), [])


def _meta(manifest: Manifest) -> dict[str, Any]:
    found = manifest.value.get("metadata")
    return found if isinstance(found, dict) else {}


def _snippets(manifest: Manifest) -> dict[str, Any]:
    """The annotations of an ingress that are configuration for its controller."""
    listed = _meta(manifest).get("annotations") if manifest.value.get("kind") == "Ingress" else None
    known = listed.items() if isinstance(listed, dict) else ()
    return {key: plain(value) for key, value in known if isinstance(key, str) and key.endswith("snippet")}


def move(value: Any, spot: tuple[str, int]) -> None:
    """Let an object stand at another place, with all of its parts."""
    from everward.sources.manifests.placed import PlacedList, PlacedMap

    if isinstance(value, PlacedMap):
        value.spot, value.last = spot, spot[1]
        value.spots = {}
        for item in value.values():
            move(item, spot)
    elif isinstance(value, PlacedList):
        value.spot = spot
        value.spots = []
        for item in value:
            move(item, spot)
