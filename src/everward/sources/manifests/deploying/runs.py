"""From the steps of pipelines to runs: what is installed or applied, with which values, on which cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from everward.sources.manifests.deploying.bindings import MAX_LINE, Open, Text, Variables, joined
from everward.sources.manifests.deploying.commands import Call, calls_in, read_call
from everward.sources.manifests.yamltext import SOURCE
from everward.sources.pipelines import Step, join_folders, join_lines, split_words
from everward.sources.tree import display
from everward.values import Origin

_PUBLISHES: Final = re.compile(r"task\.setvariable\s+variable=\$\(\$\w+\.name\)", re.IGNORECASE)
_FOLDER: Final = re.compile(r"(?:^|[;&|])\s*(?:cd|pushd|Set-Location)\s+(?P<folder>[^\s;&|]+)")
_TOOLS: Final = re.compile(r"\b(helm|kubectl|kustomize|az\s+aks)\b")


R = TypeVar("R", bound="Run")


@dataclass(frozen=True, slots=True)
class Target:
    """The cluster that credentials were taken for, as the pipeline names it."""

    name: Text = ()
    group: Text = ()


@dataclass(slots=True)
class Run:
    """One command that brings something to a cluster."""

    step: Step
    target: Target | None
    namespace: Text | None = None
    origin: Origin = field(default_factory=lambda: Origin(source=SOURCE))
    folder: str | None = None
    """The folder of the repository that it runs in."""

    @property
    def environment(self) -> str | None:
        """The environment of the pipeline."""
        return self.step.environment


@dataclass(slots=True)
class HelmRun(Run):
    """`helm upgrade --install` and its kin."""

    release: Text = ()
    chart: Text = ()
    values: list[Text] = field(default_factory=list)
    settings: list[tuple[str, Text]] = field(default_factory=list)
    """`typed`, `text` or `json`, and the argument, in the order in which they count."""
    version: Text | None = None
    repository: Text | None = None


@dataclass(slots=True)
class ApplyRun(Run):
    """`kubectl apply` and its kin."""

    paths: list[Text] = field(default_factory=list)
    kustomize: bool = False


def runs_of(steps: Iterable[Step]) -> Iterator[HelmRun | ApplyRun]:
    """The runs of steps, in order. Credentials that a step takes hold for those that come after it."""
    targets: dict[tuple[Path, ...], Target] = {}
    published: set[tuple[Path, ...]] = set()
    for step in steps:
        if any(_PUBLISHES.search(script) for script in step.scripts):
            published.add(step.files[:-1])
        reader = _StepReader(step, targets.get(step.files))
        reader.published = any(step.files[: len(files)] == files for files in published if files)
        yield from reader.runs()
        if reader.target is not None:
            targets[step.files] = reader.target


class _StepReader:
    """Reads one step."""

    def __init__(self, step: Step, target: Target | None) -> None:
        self.step = step
        self.target = target
        self.published = False

    def runs(self) -> Iterator[HelmRun | ApplyRun]:
        """The runs of the step's scripts, else of its task."""
        yield from self.task()
        for script in self.step.scripts:
            if _TOOLS.search(script):
                yield from self.script(self.step.text(script))

    def script(self, script: str) -> Iterator[HelmRun | ApplyRun]:
        """The runs of one script, line by line, with its variables as they stand there."""
        variables = Variables(published=self.published)
        folder = self.step.folder
        for line in join_lines(script).split("\n"):
            if line.lstrip().startswith("#") or len(line) > MAX_LINE:
                continue
            variables.read(line)
            moved = _FOLDER.search(line)
            if moved is not None:
                folder = join_folders(folder, moved["folder"].strip("\"'"))
            for call in calls_in(line):
                yield from self.call(call, variables, folder)

    def call(self, call: Call, variables: Variables, folder: str | None) -> Iterator[HelmRun | ApplyRun]:
        """What one command does."""
        verb = call.words[0] if call.words else ""
        if call.tool == "az aks":
            yield from self.azure(call, variables, folder)
        elif call.tool == "helm" and verb in ("upgrade", "install", "template"):
            run = self.helm(call, variables, folder)
            if run is not None:
                yield run
        elif call.tool == "kubectl" and verb in ("apply", "create", "replace"):
            run_ = self.kubectl(call, variables, folder)
            if run_ is not None:
                yield run_
        elif call.tool == "kustomize" and verb == "build":
            path = call.words[1] if len(call.words) > 1 else "."
            yield self.made(
                ApplyRun(self.step, self.target, paths=[variables.pieces(path)], kustomize=True), folder, path
            )

    def azure(self, call: Call, variables: Variables, folder: str | None) -> Iterator[HelmRun | ApplyRun]:
        """`az aks get-credentials`, and commands that are sent through the control plane."""
        name, group = call.last("-n", "--name"), call.last("-g", "--resource-group")
        if name is None or not call.words:
            return
        target = Target(variables.pieces(name), variables.pieces(group or ""))
        if call.words[0] == "get-credentials":
            self.target = target
        elif call.words[:2] == ["command", "invoke"]:
            before, self.target = self.target, target
            for inner in calls_in(call.last("-c", "--command") or ""):
                if inner.tool != "az aks":
                    yield from self.call(inner, variables, folder)
            self.target = before

    def helm(self, call: Call, variables: Variables, folder: str | None) -> HelmRun | None:
        """`helm upgrade --install RELEASE CHART`."""
        words = call.words[1:]
        if call.last("--generate-name") is not None:
            words = ["", *words]
        if len(words) < 2:
            return None
        namespace = call.last("-n", "--namespace")
        run = HelmRun(
            self.step,
            self.target,
            namespace=None if namespace is None else variables.pieces(namespace),
            release=variables.pieces(words[0]) if words[0] else (Open("a generated name"),),
            chart=variables.pieces(words[1]),
            values=[variables.pieces(value) for value in _split_commas(call.all("-f", "--values"))],
            settings=list(_settings(call, variables)),
        )
        version, repository = call.last("--version"), call.last("--repo")
        run.version = None if version is None else variables.pieces(version)
        run.repository = None if repository is None else variables.pieces(repository)
        return self.made(run, folder, words[1])

    def kubectl(self, call: Call, variables: Variables, folder: str | None) -> ApplyRun | None:
        """`kubectl apply -f PATH` or `-k FOLDER`."""
        files = _split_commas(call.all("-f", "--filename"))
        folders = call.all("-k", "--kustomize")
        if not files and not folders:
            return None
        namespace = call.last("-n", "--namespace")
        run = ApplyRun(
            self.step,
            self.target,
            namespace=None if namespace is None else variables.pieces(namespace),
            paths=[variables.pieces(path) for path in (folders or files)],
            kustomize=bool(folders),
        )
        return self.made(run, folder, (folders or files)[0])

    # Tasks and actions

    def task(self) -> Iterator[HelmRun | ApplyRun]:
        """The tasks of Azure DevOps and the actions of GitHub that stand for commands."""
        inputs = {str(key).lower(): value for key, value in self.step.inputs.items()}
        name = self.step.task
        if not name.startswith(("helmdeploy", "kubernetes", "azure/")):
            return
        cluster = _first(inputs, "kubernetescluster", "cluster-name", "name")
        if cluster:
            group = _first(inputs, "azureresourcegroup", "resource-group") or ""
            self.target = Target(self.pieces(cluster), self.pieces(group))
        if name == "helmdeploy":
            yield from self.helm_task(inputs)
        elif name in ("kubernetesmanifest", "azure/k8s-deploy", "azure/k8s-bake", "kubernetes"):
            yield from self.manifest_task(inputs)

    def pieces(self, text: str) -> Text:
        """A text of an input."""
        return Variables(published=self.published).pieces(self.step.text(text).strip())

    def helm_task(self, inputs: Mapping[str, Any]) -> Iterator[HelmRun]:
        """`HelmDeploy`."""
        chart = _first(inputs, "chartpath", "chartname")
        if str(inputs.get("command", "upgrade")).lower() not in ("upgrade", "install") or not chart:
            return
        words = split_words(self.step.text(str(inputs.get("arguments") or "")))
        call = read_call("helm", iter(words))
        variables = Variables(published=self.published)
        run = HelmRun(self.step, self.target, release=self.pieces(_first(inputs, "releasename") or "release"))
        run.chart = self.pieces(chart)
        namespace = _first(inputs, "namespace") or call.last("-n", "--namespace")
        run.namespace = self.pieces(namespace) if namespace else None
        files = _lines(inputs.get("valuefile"))
        run.values = [self.pieces(path) for path in (*files, *_split_commas(call.all("-f", "--values")))]
        given = _lines(inputs.get("overridevalues"))
        run.settings = [*(("typed", self.pieces(item)) for item in given), *_settings(call, variables)]
        version = _first(inputs, "chartversion") or call.last("--version")
        run.version = self.pieces(version) if version else None
        yield self.made(run, self.step.folder, chart)

    def manifest_task(self, inputs: Mapping[str, Any]) -> Iterator[HelmRun | ApplyRun]:
        """Tasks and actions that apply manifests, or bake them."""
        namespace = _first(inputs, "namespace")
        chart = _first(inputs, "helmchart")
        if chart:
            run = HelmRun(self.step, self.target, release=self.pieces(_first(inputs, "releasename") or "release"))
            run.chart = self.pieces(chart)
            run.namespace = self.pieces(namespace) if namespace else None
            run.values = [self.pieces(path) for path in _lines(inputs.get("overridefiles"))]
            run.settings = [
                ("typed", self.pieces(item.replace(":", "=", 1))) for item in _lines(inputs.get("overrides"))
            ]
            yield self.made(run, self.step.folder, chart)
            return
        kustomization = _first(inputs, "kustomizationpath")
        paths = [kustomization] if kustomization else _lines(inputs.get("manifests") or inputs.get("configuration"))
        if paths:
            applied = ApplyRun(self.step, self.target, kustomize=bool(kustomization))
            applied.paths = [self.pieces(path) for path in paths]
            applied.namespace = self.pieces(namespace) if namespace else None
            yield self.made(applied, self.step.folder, paths[0])

    def made(self, run: R, folder: str | None, needle: str) -> R:
        """A run with its folder and its place."""
        run.folder = folder
        run.origin = place_of(self.step, needle)
        return run


def place_of(step: Step, needle: str) -> Origin:
    """The line of a step that names something: in the innermost file that has it."""
    wanted = re.compile(rf"(?<![\w/.-]){re.escape(needle.strip())}(?![\w/-])") if needle.strip() else None
    for file in reversed(step.files):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            continue
        found = None if wanted is None else _best(wanted, text)
        if found is not None:
            return Origin(source=SOURCE, file=display(file), line=text.count("\n", 0, found) + 1)
    return Origin(source=SOURCE, file=display(step.files[-1]))


def _best(wanted: re.Pattern[str], text: str) -> int | None:
    """The first place on a line with a command, else the first place at all."""
    first: int | None = None
    for match in wanted.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if re.search(
            r"(helm\s+(upgrade|install|template)|kubectl\s+\w+|kustomize\s+build)", text[start : match.start()]
        ):
            return match.start()
        first = match.start() if first is None else first
    return first


def _settings(call: Call, variables: Variables) -> Iterator[tuple[str, Text]]:
    """The arguments of `--set` and its kin, in the order in which helm lays them over one another."""
    for option, kind in (("--set-json", "json"), ("--set", "typed"), ("--set-string", "text"), ("--set-file", "file")):
        for value in call.all(option):
            pieces = variables.pieces(value)
            if kind == "file":
                key = value.partition("=")[0]
                yield "typed", joined([f"{key}=", Open(f"the content of a file for {key}")])
            else:
                yield kind, pieces


def _split_commas(values: Sequence[str]) -> list[str]:
    return [part for value in values for part in value.split(",") if part]


def _first(inputs: Mapping[str, Any], *names: str) -> str | None:
    for name in names:
        value = inputs.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return None


def _lines(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [line.strip() for line in re.split(r"[\n,|]", value) if line.strip()] if isinstance(value, str) else []
