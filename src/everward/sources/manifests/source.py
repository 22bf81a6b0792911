"""Kubernetes as a source: manifests, kustomizations and charts of a tree, with the clusters that they go to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from everward.estate import Reading
from everward.sources.interface import Input, ReadOptions, Source
from everward.sources.manifests.depth import deep_stack
from everward.sources.manifests.scan import Found, deploys, scan, terraform_files
from everward.sources.manifests.yamltext import SOURCE
from everward.sources.tree import Tree, display, real


@dataclass(slots=True)
class _Job:
    """What is built once all other readings are there."""

    tree: Tree
    options: ReadOptions
    reading: Reading


class ManifestSource(Source):
    """Objects of Kubernetes as they are written. All files of a tree are one reading: they complete each other."""

    name = SOURCE

    def __init__(self) -> None:
        self._found: dict[int, Found] = {}
        self._jobs: list[_Job] = []

    def find(self, tree: Tree) -> Iterable[Input]:
        """One input with every file of Kubernetes in the tree, or none."""
        from everward.sources.limits import Limits

        found = scan(tree, Limits())
        found.pipelines = _pipelines(tree)
        files = list(found.files) or found.pipelines
        others = [] if files else terraform_files(tree)
        if files or others:
            self._found[id(tree)] = found
            path, *rest = files or others
            yield Input(source=self.name, path=path, files=tuple(rest), shared=bool(others))

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """A reading that `complete` fills: what pipelines deploy to depends on what other sources read."""
        label = display(item.path if tree.root == item.path else tree.root)
        reading = Reading(source=self.name, label=label)
        self._jobs.append(_Job(tree, options, reading))
        return reading

    def complete(self, readings: Sequence[Reading]) -> None:
        """Fill the readings of this source."""
        from everward.sources.manifests.build import Build

        with deep_stack():
            for job in self._jobs:
                found = self._found[id(job.tree)]
                others = [reading for reading in readings if reading.source != self.name]
                Build(job.tree, found, job.options, others, job.reading).run()
        self._jobs.clear()


def _pipelines(tree: Tree) -> list[Path]:
    """The pipelines that bring something to a cluster, when the whole repository was asked for."""
    from everward.sources.pipelines.files import candidates

    if not tree.root.is_dir() or real(tree.root) != tree.repository:
        return []
    return deploys(candidates(tree.root), tree)
