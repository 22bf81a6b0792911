"""The values that pipelines give to a chart; where environments differ and none is chosen, what differs is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from everward.estate import ReadInput, Unresolved
from everward.sources.interface import ReadOptions
from everward.sources.manifests.deploying.bindings import Text, shown_text
from everward.sources.manifests.deploying.resolving import World
from everward.sources.manifests.deploying.runs import HelmRun
from everward.sources.manifests.helm.holes import Holes
from everward.sources.manifests.helm.merging import cause_of, same
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.helm.values import from_document, overlay, set_values
from everward.sources.manifests.notes import Notes
from everward.sources.manifests.paths import below, is_file, within
from everward.sources.manifests.yamltext import read_documents
from everward.sources.pipelines import join_folders
from everward.sources.tree import Tree, display
from everward.values import MISSING, ProblemError, Unknown


def agreed_values(
    runs: Sequence[HelmRun],
    world: World,
    element: Mapping[str, int],
    tree: Tree,
    options: ReadOptions,
    notes: Notes,
) -> dict[str, Any]:
    """The values of the runs of one release, for one element of the pipeline's loops."""
    reader = _Valuing(world, element, tree, options, notes)
    each = [reader.values(run) for run in runs]
    names = ", ".join(sorted(run.environment or "" for run in runs))
    cause = Unknown(reason=f"differs between environments {names}", decided_by=("--environment",))
    found = _agree(each, cause)
    return found if isinstance(found, dict) else {}


def _agree(values: Sequence[Any], cause: Unknown) -> Any:
    """One value for several: what differs is a hole."""
    first = values[0]
    if all(same(first, other) for other in values[1:]):
        return first
    if all(isinstance(value, dict) for value in values):
        keys = dict.fromkeys(key for value in values for key in value)
        return {key: _agree([value.get(key, MISSING) for value in values], cause) for key in keys}
    return cause_of([value for value in values if value is not MISSING], cause)


class _Valuing:
    def __init__(
        self, world: World, element: Mapping[str, int], tree: Tree, options: ReadOptions, notes: Notes
    ) -> None:
        self.world = world
        self.element = element
        self.tree = tree
        self.options = options
        self.notes = notes

    def values(self, run: HelmRun) -> dict[str, Any]:
        """The values of one run: files in order, then settings."""
        values: dict[str, Any] = {}
        for text in run.values:
            values = overlay(values, self.file(run, text))
        holes = Holes()
        for kind, text in run.settings:
            try:
                set_values(values, self.world.tokens(text, self.element, holes), holes, kind=kind)
            except TemplateError as error:
                self.notes.tell(
                    Unresolved(shown_text(run.release), error.message, run.origin, help=error.help, incomplete=True)
                )
        return values

    def file(self, run: HelmRun, text: Text) -> dict[str, Any]:
        """The values of a file that a run names."""
        shown = shown_text(text)
        known = self.world.text(text, self.element)
        path = self._path(run, known) if isinstance(known, str) else None
        if path is None:
            reason = f"the file of values `{shown}` is not in the repository"
            advice = "keep it in the repository, or assess rendered manifests"
            self.notes.tell(Unresolved(shown_text(run.release), reason, run.origin, help=advice, incomplete=True))
            return {}
        return self.read(path)

    def _path(self, run: HelmRun, text: str) -> Path | None:
        for folder in (run.folder, None):
            joined = join_folders(folder, text)
            path = below(self.tree.repository, joined) if joined is not None else None
            if path is not None and is_file(path) and within(path, self.tree.repository):
                return path
        return None

    def read(self, path: Path) -> dict[str, Any]:
        """The values in a file."""
        shown = display(path)
        try:
            document = next(read_documents(self.tree.text(path), shown, self.options.limits), None)
        except ProblemError as problem:
            self.notes.tell(Unresolved(shown, problem.message, problem.origin, help=problem.help, incomplete=True))
            return {}
        self.notes.input(ReadInput(shown, "values of a chart", detail="named by a pipeline"))
        return from_document(document.value) if document is not None else {}
