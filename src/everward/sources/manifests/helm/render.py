"""From a chart and values to documents. Where the answer to a condition is not known, each answer is rendered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from everward.sources.limits import Limits
from everward.sources.manifests.helm.chart import Chart, Template
from everward.sources.manifests.helm.evaluate import Budget, Method, Output, Renderer
from everward.sources.manifests.helm.functions import table
from everward.sources.manifests.helm.functions.dicts import deep_copy
from everward.sources.manifests.helm.functions.flow import CLUSTER_VERSION
from everward.sources.manifests.helm.holes import BEGIN, END, Hole, Holes, to_holes
from everward.sources.manifests.helm.merging import Variant, merge_variants
from everward.sources.manifests.helm.nodes import Node
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.helm.values import coalesce
from everward.sources.manifests.placed import map_of, text_of
from everward.sources.manifests.yamltext import Document, read_documents
from everward.sources.tree import Tree, display
from everward.values import ProblemError, Unknown

MAX_RENDERINGS: Final = 32
"""Renderings of one file: five open conditions that do not depend on one another."""

_BUILT_IN: Final = re.compile(
    r"(apps/v1|batch/v1|networking\.k8s\.io/v1|policy/v1|autoscaling/v2|rbac\.authorization\.k8s\.io/v1|v1"
    r"|apiextensions\.k8s\.io/v1|admissionregistration\.k8s\.io/v1|storage\.k8s\.io/v1|coordination\.k8s\.io/v1"
    r"|scheduling\.k8s\.io/v1|discovery\.k8s\.io/v1|autoscaling/v1)(/[A-Za-z]+)?"
)
"""What every supported version of Kubernetes has."""
_REMOVED: Final = re.compile(
    r"(extensions/v1beta1|apps/v1beta[12]|networking\.k8s\.io/v1beta1|policy/v1beta1|autoscaling/v2beta[12]"
    r"|batch/v1beta1|rbac\.authorization\.k8s\.io/v1beta1|apiextensions\.k8s\.io/v1beta1)(/[A-Za-z]+)?"
)
"""What none has any more: removed before or in 1.26 (deprecation guide of Kubernetes, read 2026-11)."""


@dataclass(frozen=True, slots=True)
class Release:
    """What a chart is installed as."""

    name: str | Unknown
    namespace: str | Unknown


@dataclass(slots=True)
class Made:
    """One document that a template makes."""

    document: Document
    template: str
    """The name of the template."""
    condition: Unknown | None = None
    """Set when it is not known whether it is made at all."""


@dataclass(slots=True)
class NotRendered:
    """A template that could not be rendered."""

    template: Template
    error: TemplateError


@dataclass(slots=True)
class Rendered:
    """What a chart makes."""

    made: list[Made] = field(default_factory=list)
    failed: list[NotRendered] = field(default_factory=list)


def render(
    chart: Chart, release: Release, values: dict[str, Any], tree: Tree, limits: Limits, budget: Budget | None = None
) -> Rendered:
    """Render a chart with values, which may hold unknowns; the chart's own are laid under them."""
    rendering = _Rendering(release, tree, limits, budget or Budget(limits.steps))
    rendering.gather(chart)
    out = Rendered()
    for scoped in rendering.scoped(chart, coalesce_tree(chart, values)):
        for template in scoped.chart.templates:
            if template.partial:
                if template.problem is not None:
                    out.failed.append(NotRendered(template, template.problem))
                continue
            try:
                out.made += rendering.template(template, scoped)
            except TemplateError as error:
                out.failed.append(NotRendered(template, error))
    return out


def coalesce_tree(chart: Chart, given: dict[str, Any]) -> dict[str, Any]:
    """The values of a chart and, below their names, of the charts inside it."""
    values = coalesce(given, chart.values)
    shared = map_of(values.get("global"))
    for name, sub in named_charts(chart):
        own = dict(map_of(values.get(name)))
        if shared or "global" in own:
            own["global"] = coalesce(shared, map_of(own.get("global")))
        values[name] = coalesce_tree(sub, own)
    return values


def named_charts(chart: Chart) -> Iterator[tuple[str, Chart]]:
    """The charts inside a chart by the name of their values: the alias, where one is given."""
    declared: set[str] = set()
    for dependency in chart.dependencies:
        name = text_of(dependency.get("name")) or ""
        sub = chart.charts.get(name)
        if sub is not None:
            declared.add(name)
            yield text_of(dependency.get("alias")) or name, sub
    for name, sub in chart.charts.items():
        if name not in declared:
            yield name, sub


@dataclass(slots=True)
class _Scoped:
    """A chart with its own values."""

    chart: Chart
    values: dict[str, Any]
    top: bool
    condition: Unknown | None = None


class _Rendering:
    """What all templates of one chart share."""

    def __init__(self, release: Release, tree: Tree, limits: Limits, budget: Budget) -> None:
        self.budget = budget
        self.release = release
        self.tree = tree
        self.limits = limits
        self.named: dict[str, tuple[Node, ...]] = {}

    def gather(self, chart: Chart) -> None:
        """Named templates of all charts stand in one space; those of the outer chart win."""
        for sub in chart.charts.values():
            self.gather(sub)
        for template in chart.templates:
            if template.parsed is not None:
                self.named.update(template.parsed.defined)
                self.named[template.name] = template.parsed.body

    def scoped(self, chart: Chart, values: dict[str, Any], *, top: bool = True) -> Iterator[_Scoped]:
        """A chart and the charts inside it that are switched on, with their values."""
        yield _Scoped(chart, values, top)
        for name, sub in named_charts(chart):
            on = _switched_on(chart, name, sub, values)
            if on is not False:
                for scoped in self.scoped(sub, map_of(values.get(name)), top=False):
                    if isinstance(on, Unknown):
                        scoped.condition = on
                    yield scoped

    def template(self, template: Template, scoped: _Scoped) -> list[Made]:
        """The documents of one file.

        Raises:
            TemplateError: when it cannot be rendered.

        """
        if template.problem is not None:
            raise template.problem
        if template.parsed is None:
            raise TemplateError("it was not read")
        if BEGIN in template.source or END in template.source:
            raise TemplateError("it has characters that stand for unknown values here")
        variants: list[Variant] = []
        refused = TemplateError("it was not rendered")
        for answers, holes in _answers():
            renderer = Renderer(self.named, table(), self.limits, holes, answers, self.budget)
            try:
                output = renderer.file(template.parsed, self.dot(template, scoped))
                variants.append(Variant(self.documents(output, template, holes), renderer.asked, dict(answers)))
            except TemplateError as error:
                if not error.refused or not renderer.asked:
                    raise
                # With these answers Helm would install nothing at all, so they are not the ones.
                refused = error
            if not _next(answers, list(renderer.asked)):
                break
        if not variants:
            raise refused
        merged = merge_variants(variants)
        return [
            Made(item.document, template.name, item.condition if scoped.condition is None else scoped.condition)
            for item in merged
        ]

    def documents(self, output: Output, template: Template, holes: Holes) -> list[Document]:
        """The documents in rendered text, each read on its own, as Helm does."""
        found: list[Document] = []
        file = display(template.path)
        for lines, numbers in _split(output):
            try:
                # Helm takes off what is empty at the end, and ends every document with one newline.
                text = "\n".join(lines).rstrip() + "\n"
                read = list(read_documents(text, file, self.limits, numbers))
            except ProblemError as problem:
                line = problem.origin.line if problem.origin is not None else None
                raise TemplateError(f"what it makes is {problem.message}", line) from problem
            for document in read:
                if document.value is not None:
                    document.value = holes.restore_all(document.value)
                    found.append(document)
        return found

    def dot(self, template: Template, scoped: _Scoped) -> dict[str, Any]:
        """The value that a template begins with."""
        chart = scoped.chart
        base = template.name.partition("/templates/")[0] + "/templates"
        return {
            "Values": to_holes(deep_copy(scoped.values), ".Values"),
            "Chart": _chart_values(chart, top=scoped.top),
            "Release": self.release_values(),
            "Capabilities": _capabilities(),
            "Template": {"Name": template.name, "BasePath": base},
            "Files": self.files(chart),
            "Subcharts": {},
        }

    def release_values(self) -> dict[str, Any]:
        """`.Release`: whether it is there already is not known."""
        running = Unknown(reason="whether it is installed already is not known", decided_by=(".Release",), present=True)
        install = Hole(".Release.IsInstall", running)
        return {
            "Name": to_holes(self.release.name, ".Release.Name"),
            "Namespace": to_holes(self.release.namespace, ".Release.Namespace"),
            "Service": "Helm",
            "IsInstall": install,
            "IsUpgrade": install.negate(),
            "Revision": Hole(".Release.Revision", running, truth=True),
        }

    def files(self, chart: Chart) -> dict[str, Any]:
        """`.Files`: what is read of them here."""

        def get(_renderer: Renderer, arguments: list[Any]) -> Any:
            if len(arguments) != 1 or not isinstance(arguments[0], str):
                raise TemplateError("`.Files.Get` needs one name")
            path = chart.files.get(arguments[0].removeprefix("./"))
            try:
                return self.tree.text(path) if path is not None else ""
            except ProblemError as problem:
                raise TemplateError(problem.message) from problem

        def lines(renderer: Renderer, arguments: list[Any]) -> Any:
            text = get(renderer, arguments)
            return text.split("\n")[:-1] if text.endswith("\n") else text.split("\n")

        def other(_renderer: Renderer, _arguments: list[Any]) -> Any:
            raise TemplateError("this function of `.Files` is not read here")

        return {"Get": Method(get), "Lines": Method(lines), "Glob": Method(other), "AsConfig": Method(other),
                "AsSecrets": Method(other), "GetBytes": Method(other)}  # fmt: skip


def _answers() -> Iterator[tuple[dict[str, bool], Holes]]:
    """One dictionary of answers for all renderings, which the caller moves on, and fresh holes for each."""
    answers: dict[str, bool] = {}
    for _ in range(MAX_RENDERINGS):
        yield answers, Holes()
    raise TemplateError(f"more than {MAX_RENDERINGS} renderings would be needed for what is not known")


def _next(answers: dict[str, bool], order: list[str]) -> bool:
    """Move on to the next answers: the last question that was answered with no is answered with yes."""
    while order:
        last = order.pop()
        if not answers[last]:
            answers[last] = True
            for key in [key for key in answers if key not in order and key != last]:
                del answers[key]
            return True
        del answers[last]
    return False


def _split(output: Output) -> Iterator[tuple[list[str], list[int]]]:
    """The lines of each document, with the lines of the source that they come from.

    Like Helm, whatever follows three dashes on their line belongs to the next document.
    """
    lines: list[str] = []
    numbers: list[int] = []
    for text, number in zip(output.text.split("\n"), output.lines, strict=True):
        if text.startswith("---"):
            yield lines, numbers
            lines, numbers = [text[3:]], [number]
        else:
            lines.append(text)
            numbers.append(number)
    yield lines, numbers


def _switched_on(chart: Chart, name: str, sub: Chart, values: dict[str, Any]) -> bool | Unknown:
    """Whether a chart inside a chart is part of it: by its condition, else by its tags."""
    for dependency in chart.dependencies:
        if name not in (dependency.get("alias"), dependency.get("name")) or dependency.get("name") != sub.name:
            continue
        for path in (text_of(dependency.get("condition")) or "").split(","):
            found: Any = values
            for step in path.strip().split(".") if path.strip() else ["\0"]:
                found = found.get(step) if isinstance(found, dict) else found
            if isinstance(found, bool | Unknown):
                return found
        tags = dependency.get("tags")
        chosen = [map_of(values.get("tags")).get(str(tag)) for tag in tags] if isinstance(tags, list) else []
        if any(isinstance(item, bool) for item in chosen):
            return any(item is True for item in chosen)
    return True


def _chart_values(chart: Chart, *, top: bool) -> dict[str, Any]:
    """`.Chart`: the names are those of Go's fields."""
    names = {"apiVersion": "APIVersion", "appVersion": "AppVersion", "kubeVersion": "KubeVersion"}
    given = {names.get(key, key[:1].upper() + key[1:]): value for key, value in chart.meta.items()}
    texts = dict.fromkeys(("Name", "Version", "AppVersion", "Description", "Home", "Icon", "Type", "APIVersion",
                           "KubeVersion", "Condition", "Tags"), "")  # fmt: skip
    own = {key: _version_text(value) if key in texts else value for key, value in given.items()}
    return {**texts, "Annotations": {}, "Keywords": [], "Sources": [], "Maintainers": [], **own, "Name": chart.name,
            "IsRoot": top}  # fmt: skip


def _version_text(value: Any) -> Any:
    """A version that is written as a number is read as a text by Helm only in quotes; nothing is made of the others."""
    return value if isinstance(value, str) else ("" if value is None else str(value))


def _capabilities() -> dict[str, Any]:
    unknown = Unknown(reason="the cluster decides its version", decided_by=(CLUSTER_VERSION,), present=True)
    version = Hole(CLUSTER_VERSION, unknown, truth=True)

    def has(_renderer: Renderer, arguments: list[Any]) -> Any:
        name = arguments[0] if arguments else ""
        if not isinstance(name, str):
            raise TemplateError("`.Capabilities.APIVersions.Has` needs a name")
        if _BUILT_IN.fullmatch(name):
            return True
        if _REMOVED.fullmatch(name):
            return False
        hole = Unknown(reason="the cluster decides which APIs it has", decided_by=(f"API {name}",), present=True)
        return Hole(f"API {name}", hole)

    parts = {name: Hole(f"{CLUSTER_VERSION}.{name}", unknown, truth=True) for name in ("Major", "Minor")}
    return {
        "KubeVersion": {"Version": version, "GitVersion": version, **parts},
        "APIVersions": {"Has": Method(has)},
        "HelmVersion": {"Version": Hole("version of helm", unknown, truth=True)},
    }
