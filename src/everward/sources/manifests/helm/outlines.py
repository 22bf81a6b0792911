"""Charts that are not in a repository, and of which a part is known all the same (`data/charts/README.md`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from everward.sources.limits import Limits
from everward.sources.manifests.deploying.bindings import Text, known_text, shown_text
from everward.sources.manifests.helm.chart import Chart, load_chart
from everward.sources.manifests.placed import map_of
from everward.sources.tree import Tree
from everward.values import data_file

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


def find_outline(chart: str, version: Text | None, repository: Text | None) -> Outline | None:
    """The outline of a chart that is installed, if its name, repository and major version are known ones."""
    name = chart.rstrip("/").rsplit("/", 1)[-1]
    if name not in _NAMES:
        return None
    outline = _load(name)
    known = known_text(version) if version is not None else None
    if known is not None and known.lstrip("v").partition(".")[0] != outline.note("versions"):
        return None
    where = shown_text(repository) if repository is not None else ""
    wanted = outline.note("repositories")
    if wanted in where or (not where and chart.partition("/")[0] in (name, "{repository}")):
        return outline
    return None


@lru_cache(maxsize=8)
def _load(name: str) -> Outline:
    folder = data_file("charts") / name
    tree = Tree(folder)
    chart = load_chart(folder, tree, Limits())
    meta: dict[str, Any] = map_of(chart.meta.get("annotations"))
    return Outline(chart, tree, str(meta.get("everward/covers", "")))
