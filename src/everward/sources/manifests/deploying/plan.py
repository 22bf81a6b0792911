"""What pipelines deploy from a tree: releases and manifests with their clusters and values, over all environments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from everward.estate import ReadInput, Unresolved
from everward.sources.interface import ReadOptions
from everward.sources.manifests.deploying.bindings import Text, shown_text
from everward.sources.manifests.deploying.resolving import Cluster, World
from everward.sources.manifests.deploying.runs import ApplyRun, HelmRun, Run, runs_of
from everward.sources.manifests.deploying.valuing import agreed_values
from everward.sources.manifests.notes import Notes
from everward.sources.manifests.paths import below, is_file, is_folder, real
from everward.sources.manifests.scan import CHART
from everward.sources.pipelines import join_folders, steps_of
from everward.sources.tree import Tree, display
from everward.values import Origin, Truth, Unknown

ENVIRONMENT: Final = "--environment"


@dataclass(slots=True)
class PlannedRelease:
    """A chart that pipelines install."""

    label: str
    """The name of the release."""
    name: Text
    chart: str
    """The chart as the pipeline names it."""
    path: Path | None
    """The folder of a chart of the repository."""
    namespace: Text | None
    clusters: list[Cluster]
    runs: list[HelmRun]
    """One for each environment that is looked at."""
    origin: Origin
    condition: Truth
    world: World
    version: Text | None = None
    repository: Text | None = None
    fixed: dict[str, Any] | None = None
    """Values that are the same on every cluster, where no pipeline gives them."""

    def element(self, cluster: Cluster) -> dict[str, int]:
        """The elements of loops that lead to a cluster."""
        return dict(cluster.element)

    def text(self, text: Text | None, cluster: Cluster) -> str | Unknown | None:
        """A text as it is for a cluster."""
        return None if text is None else self.world.text(text, self.element(cluster))

    def values(self, cluster: Cluster, tree: Tree, options: ReadOptions, notes: Notes) -> dict[str, Any]:
        """The values that are given, as they are for a cluster."""
        if self.fixed is not None:
            return self.fixed
        return agreed_values(self.runs, self.world, self.element(cluster), tree, options, notes)


@dataclass(slots=True)
class Applied:
    """Manifests that pipelines apply."""

    label: str
    path: Path
    kustomize: bool
    namespace: Any
    clusters: list[Cluster]
    condition: Truth
    files: frozenset[Path] = frozenset()


@dataclass(slots=True)
class Plan:
    """Everything that pipelines deploy."""

    releases: list[PlannedRelease] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)


def plan_of(tree: Tree, options: ReadOptions, world: World, notes: Notes) -> Plan:
    """What the pipelines of the tree's repository deploy from files of the tree, and from elsewhere."""
    return _Planner(tree, options, world, notes).plan()


class _Planner:
    def __init__(self, tree: Tree, options: ReadOptions, world: World, notes: Notes) -> None:
        self.tree = tree
        self.options = options
        self.world = world
        self.notes = notes
        self.repository = tree.repository
        self.root = real(tree.root)
        self.whole = tree.root.is_dir() and self.root == tree.repository

    def plan(self) -> Plan:
        runs = list(runs_of(steps_of(self.repository)))
        chosen = self.environments(runs)
        plan = Plan()
        for group in _groups(runs, chosen):
            present = {run.environment for run in group if run.environment is not None}
            everywhere = len(present) == len(chosen) or not present
            condition: Truth = True
            if not everywhere:
                names = ", ".join(sorted(present))
                condition = Unknown(reason=f"only for environment {names}", decided_by=(ENVIRONMENT,), present=True)
            first = group[0]
            if isinstance(first, HelmRun):
                self.release(plan, [run for run in group if isinstance(run, HelmRun)], condition)
            elif isinstance(first, ApplyRun):
                for path in first.paths:
                    self.apply(plan, first, path, condition)
        self.note_pipelines(runs, chosen)
        return plan

    def environments(self, runs: Sequence[Run]) -> list[str]:
        """The environments that are looked at: the one that was asked for, else all."""
        names = sorted({run.environment for run in runs if run.environment is not None})
        if self.options.environment is None:
            return names
        asked = self.options.environment.lower()
        return [asked] if asked in names else []

    def note_pipelines(self, runs: Sequence[Run], chosen: Sequence[str]) -> None:
        used = [run for run in runs if run.environment is None or run.environment in chosen]
        for path in dict.fromkeys(run.step.entry for run in used):
            count = sum(run.step.entry == path for run in used)
            detail = f"{count} deployment{'s' if count != 1 else ''} to clusters"
            if len(chosen) > 1:
                detail += "; what differs between environments is open: choose with --environment"
            self.notes.input(ReadInput(display(path), "pipeline", detail=detail))

    # Releases

    def release(self, plan: Plan, runs: list[HelmRun], condition: Truth) -> None:
        first = runs[0]
        chart = shown_text(first.chart)
        path = self.local(first, first.chart)
        if path is not None and not path.is_relative_to(self.root):
            # It is a chart of the repository that was not asked for.
            return
        if path is None and not self.whole:
            return
        label = shown_text(first.release)
        plan.releases.append(
            PlannedRelease(
                label=label,
                name=first.release,
                chart=chart,
                path=self.in_tree(path) if path is not None else None,
                namespace=first.namespace,
                clusters=self.clusters(first),
                runs=runs,
                origin=first.origin,
                condition=condition,
                world=self.world,
                version=first.version,
                repository=first.repository,
            )
        )

    def local(self, run: HelmRun, chart: Text) -> Path | None:
        """The folder of a chart of the repository."""
        text = self.world.text(chart, {})
        if not isinstance(text, str) or "://" in text:
            return None
        for folder in (run.folder, None):
            joined = join_folders(folder, text)
            path = below(self.repository, joined) if joined is not None else None
            if path is not None and is_file(path / CHART):
                return real(path)
        return None

    def in_tree(self, path: Path) -> Path:
        """A real path as the tree has it."""
        return self.tree.root / path.relative_to(self.root)

    def clusters(self, run: Run) -> list[Cluster]:
        """The clusters that a run is for; none when the pipeline does not say."""
        if run.target is None or not run.target.name:
            return []
        return self.world.targets(run.target, f"{run.origin}")

    # Manifests

    def apply(self, plan: Plan, run: ApplyRun, text: Text, condition: Truth) -> None:
        shown = shown_text(text)
        known = self.world.text(text, {})
        if shown == "-":
            return
        if not isinstance(known, str) or "://" in shown:
            if self.whole:
                self.unread(run, shown)
            return
        folder = join_folders(run.folder, known)
        named = below(self.repository, folder) if folder is not None else self.repository
        path = real(named) if named is not None else self.repository.parent
        if not path.is_relative_to(self.root):
            return
        inside = self.in_tree(path)
        namespace = self.world.text(run.namespace, {}) if run.namespace is not None else None
        files = frozenset(self.files(inside))
        if not files and not run.kustomize:
            if self.whole and not any(character in known for character in "*?"):
                self.unread(run, shown)
            return
        clusters = self.clusters(run)
        plan.applied.append(Applied(str(run.origin), inside, run.kustomize, namespace, clusters, condition, files))

    def files(self, path: Path) -> Iterator[Path]:
        """The files that `-f PATH` stands for: a folder is not descended into."""
        if is_file(path):
            yield path
        elif is_folder(path):
            yield from (item for item in self.tree.files if item.parent == path)

    def unread(self, run: ApplyRun, shown: str) -> None:
        elsewhere = "://" in shown
        self.notes.tell(
            Unresolved(
                f"`kubectl apply` of `{shown}`",
                "it is fetched while the pipeline runs" if elsewhere else "the file is not in the repository",
                run.origin,
                help="keep a copy of it in the repository" if elsewhere else "assess what it makes as a manifest",
                incomplete=True,
            )
        )


def _groups(runs: Sequence[HelmRun | ApplyRun], chosen: Sequence[str]) -> Iterator[list[HelmRun | ApplyRun]]:
    """The runs that do the same in several environments, one run for each."""
    groups: dict[tuple[object, ...], dict[str | None, HelmRun | ApplyRun]] = {}
    for run in runs:
        if run.environment is not None and run.environment not in chosen:
            continue
        groups.setdefault(_key(run), {}).setdefault(run.environment, run)
    for group in groups.values():
        yield list(group.values())


def _key(run: HelmRun | ApplyRun) -> tuple[object, ...]:
    target = run.target
    where = (shown_text(target.name), shown_text(target.group)) if target is not None else None
    namespace = shown_text(run.namespace) if run.namespace is not None else None
    if isinstance(run, HelmRun):
        return ("helm", shown_text(run.release), shown_text(run.chart), namespace, where)
    return ("apply", tuple(map(shown_text, run.paths)), run.kustomize, namespace, where)
