"""A chart as a folder has it: description, values, templates, charts inside it."""

from __future__ import annotations

import fnmatch
import os
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from everward.estate import Unresolved
from everward.sources.limits import Limits
from everward.sources.manifests.helm.nodes import Parsed
from everward.sources.manifests.helm.parser import parse
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.helm.values import from_document
from everward.sources.manifests.paths import is_file
from everward.sources.manifests.placed import map_of, maps_in, text_of
from everward.sources.manifests.yamltext import SOURCE, read_documents
from everward.sources.tree import Tree, display
from everward.values import Origin, ProblemError

CHART: Final = "Chart.yaml"
IGNORE: Final = ".helmignore"
MAX_CHARTS: Final = 20
"""How deep charts may stand in one another."""


@dataclass(slots=True)
class Template:
    """One file below `templates/`."""

    path: Path
    name: str
    """As Helm names it: `chart/templates/service.yaml`."""
    source: str
    parsed: Parsed | None = None
    problem: TemplateError | None = None

    @property
    def partial(self) -> bool:
        """Whether it only defines templates for others, or is a note for people."""
        return self.path.name.startswith("_") or self.path.name == "NOTES.txt"


@dataclass(slots=True)
class Chart:
    """One chart with the charts inside it."""

    folder: Path
    name: str
    meta: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    templates: list[Template] = field(default_factory=list)
    definitions: list[Path] = field(default_factory=list)
    """Files of `crds/`, which are applied as they are."""
    files: dict[str, Path] = field(default_factory=dict)
    """Everything else, which templates may read, by path in the chart."""
    charts: dict[str, Chart] = field(default_factory=dict)
    """By the name of their folder's chart."""
    unresolved: list[Unresolved] = field(default_factory=list)

    @property
    def dependencies(self) -> list[dict[str, Any]]:
        """What `Chart.yaml` (or the `requirements.yaml` of old charts) says it is made with."""
        return list(maps_in(self.meta.get("dependencies")))


def chart_files(folder: Path, tree: Tree) -> list[Path]:
    """The files of a chart, those of charts inside it among them."""
    texts, paths = _listing(tree)
    head = f"{folder}{os.sep}"
    start = bisect_left(texts, head)
    end = start
    while end < len(texts) and texts[end].startswith(head):
        end += 1
    return sorted(paths[start:end])


@lru_cache(maxsize=1)
def _listing(tree: Tree) -> tuple[list[str], list[Path]]:
    """All files of a tree as sorted texts, with their paths: many charts ask."""
    pairs = sorted((str(path), path) for path in tree.files)
    return [text for text, _ in pairs], [path for _, path in pairs]


def load_chart(folder: Path, tree: Tree, limits: Limits, name: str = "", depth: int = 0) -> Chart:
    """Read a chart. What cannot be read of it stands in its `unresolved`."""
    meta, problems = _first(folder / CHART, tree, limits)
    own = text_of(meta.get("name")) or folder.name
    chart = Chart(folder, own, meta, unresolved=problems)
    prefix = f"{name}/charts/{own}" if name else own
    values, problems = _first(folder / "values.yaml", tree, limits)
    chart.values = from_document(values)
    chart.unresolved += problems
    files = chart_files(folder, tree)
    ignored = _ignored(folder, tree)
    inside = sorted({path.parent for path in files if path.name == CHART and path.parent.parent == folder / "charts"})
    for path in files:
        relative = path.relative_to(folder).as_posix()
        if not relative.startswith("charts/") and not _matches(relative, ignored):
            _take(chart, path, relative, prefix, tree, limits)
    for path in inside if depth < MAX_CHARTS else ():
        sub = load_chart(path, tree, limits, prefix, depth + 1)
        chart.charts[sub.name] = sub
        chart.unresolved += sub.unresolved
    chart.unresolved += _packed(chart, files)
    return chart


def _take(chart: Chart, path: Path, relative: str, prefix: str, tree: Tree, limits: Limits) -> None:
    head = relative.partition("/")[0]
    if head == "templates":
        template = Template(path, f"{prefix}/{relative}", "")
        try:
            template.source = tree.text(path)
            template.parsed = parse(template.source, display(path), limits)
        except TemplateError as error:
            template.problem = error
        except ProblemError as problem:
            template.problem = TemplateError(problem.message, refused=True)
        chart.templates.append(template)
    elif head == "crds":
        if path.suffix in (".yaml", ".yml", ".json"):
            chart.definitions.append(path)
    else:
        chart.files[relative] = path


def _first(path: Path, tree: Tree, limits: Limits) -> tuple[dict[str, Any], list[Unresolved]]:
    """The object in a file; an empty one when there is no file, or it cannot be read."""
    if not is_file(path):
        return {}, []
    try:
        document = next(read_documents(tree.text(path), display(path), limits), None)
    except ProblemError as problem:
        return {}, [unresolved_of(problem, display(path))]
    return map_of(document.value) if document is not None else {}, []


def unresolved_of(problem: ProblemError, subject: str) -> Unresolved:
    """A mistake in a file, as something that objects may be missing for."""
    origin = problem.origin or Origin(source=SOURCE, file=subject)
    return Unresolved(subject, problem.message, origin, help=problem.help, incomplete=True)


def _ignored(folder: Path, tree: Tree) -> list[str]:
    path = folder / IGNORE
    if not is_file(path):
        return []
    try:
        lines = tree.text(path).splitlines()
    except ProblemError:
        return []
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith(("#", "!"))]


def _matches(relative: str, patterns: Sequence[str]) -> bool:
    name = relative.rsplit("/", 1)[-1]
    parts = relative.split("/")
    for pattern in patterns:
        if pattern.endswith("/"):
            if any(fnmatch.fnmatchcase(part, pattern.rstrip("/").lstrip("/")) for part in parts[:-1]):
                return True
        elif "/" in pattern:
            if fnmatch.fnmatchcase(relative, pattern.lstrip("/")):
                return True
        elif fnmatch.fnmatchcase(name, pattern):
            return True
    return False


def _packed(chart: Chart, files: Sequence[Path]) -> Iterator[Unresolved]:
    """Charts inside this one that are packed or missing."""
    here = {path.name for path in files if path.parent == chart.folder / "charts" and path.name.endswith(".tgz")}
    for dependency in chart.dependencies:
        name = text_of(dependency.get("name"))
        repository = text_of(dependency.get("repository")) or ""
        if name is None or name in chart.charts:
            continue
        origin = Origin(source=SOURCE, file=display(chart.folder / CHART))
        packed = any(item.startswith(f"{name}-") for item in here)
        reason = "it is packed" if packed else "it is not in the repository"
        advice = "`helm pull --untar` it into `charts/`"
        if repository:
            advice = f"`helm pull {name} --repo {repository} --untar` it into `charts/`"
        yield Unresolved(f"chart `{name}` of `{chart.name}`", reason, origin, help=advice, incomplete=True)
