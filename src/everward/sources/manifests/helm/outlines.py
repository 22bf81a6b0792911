"""Charts that are not in a repository, and of which a part is known all the same (`data/charts/README.md`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from everward.sources.limits import Limits
from everward.sources.manifests.deploying.bindings import known_text, shown_text
from everward.sources.manifests.helm.chart import Chart, load_chart
from everward.sources.manifests.placed import map_of
from everward.sources.tree import Tree
from everward.values import data_file

if TYPE_CHECKING:
    from everward.sources.manifests.deploying.runs import HelmRun

_NAMES: Final = ("ingress-nginx",)
"""The folders of `data/charts`."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What is known of a chart."""

    chart: Chart
    tree: Tree
    covers: str
    """What of the chart is known, for people."""

    def note(self, key: str) -> str:
        """What the outline says of itself."""
        return str(map_of(self.chart.meta.get("annotations")).get(f"everward/{key}", ""))


def find_outline(chart: str, run: HelmRun) -> Outline | None:
    """The outline of a chart that a pipeline installs, if its name, repository and major version are known ones."""
    name = chart.rstrip("/").rsplit("/", 1)[-1]
    if name not in _NAMES:
        return None
    outline = _load(name)
    version = known_text(run.version) if run.version is not None else None
    if version is not None and version.lstrip("v").partition(".")[0] != outline.note("versions"):
        return None
    repository = shown_text(run.repository) if run.repository is not None else ""
    wanted = outline.note("repositories")
    if wanted in repository or (not repository and chart.partition("/")[0] in (name, "{repository}")):
        return outline
    return None


@lru_cache(maxsize=8)
def _load(name: str) -> Outline:
    folder = data_file("charts") / name
    tree = Tree(folder)
    chart = load_chart(folder, tree, Limits())
    meta: dict[str, Any] = map_of(chart.meta.get("annotations"))
    return Outline(chart, tree, str(meta.get("everward/covers", "")))
