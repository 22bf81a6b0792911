"""Terraform folders as a source: find the roots, evaluate each, and map what it declares to ARM."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from everward.estate import Disposed, Disposition, Reading
from everward.estate.reading import ReadInput
from everward.sources.interface import Input, ReadOptions, Source
from everward.sources.limits import Limits
from everward.sources.terraform.elsewhere import in_clusters, out_of_vaults
from everward.sources.terraform.evaluation import Session
from everward.sources.terraform.mapping import to_resources
from everward.sources.terraform.modules import Module, ModuleLoader, is_configuration
from everward.sources.terraform.ordering import ordering
from everward.sources.terraform.platforms import at_platforms
from everward.sources.terraform.roots import Evaluated, Roots, called_folders
from everward.sources.terraform.summary import open_variables
from everward.sources.tree import Tree, display

NAME = "terraform"


class TerraformSource(Source):
    """Reads Terraform as it is written."""

    name = NAME

    def __init__(self) -> None:
        self._loaders: dict[tuple[Path, Limits], ModuleLoader] = {}
        self._roots: dict[int, Roots] = {}
        self._found: dict[Path, list[Path]] = {}

    def _loader(self, tree: Tree, limits: Limits | None = None) -> ModuleLoader:
        key = (tree.root, limits or Limits())
        loader = self._loaders.get(key)
        if loader is None or loader.tree is not tree:
            loader = self._loaders[key] = ModuleLoader(tree, limits)
        return loader

    def find(self, tree: Tree) -> Iterable[Input]:
        """Root modules: folders with Terraform files that no other folder of the tree calls as a module."""
        folders: dict[Path, list[Path]] = {}
        for path in tree.files:
            if is_configuration(path.name):
                folders.setdefault(path.parent, []).append(path)
        loader = self._loader(tree)
        calls = {os.path.realpath(folder): called_folders(folder, loader) for folder in folders}
        called = set().union(*calls.values())
        top = tree.root if tree.root.is_dir() else tree.root.parent
        roots = [folder for folder in folders if folder == top or os.path.realpath(folder) not in called]
        reached = _reached(map(os.path.realpath, roots), calls)
        for folder in folders:
            # Modules that only call one another have no root: the first of them stands in, so that they are not lost.
            if os.path.realpath(folder) not in reached:
                roots.append(folder)
                reached |= _reached([os.path.realpath(folder)], calls)
        self._found[tree.root] = roots
        for folder, files in folders.items():
            if folder in roots:
                yield Input(NAME, folder, tuple(files))

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """Evaluate one root and map its instances.

        Raises:
            UsageError: when a file of values that the user named does not exist.

        """
        return self.reading_of(self.evaluate(item, tree, options))

    def reading_of(self, evaluated: Evaluated) -> Reading:
        """What a root that was evaluated comes to."""
        session, provider, inputs = evaluated
        root = session.root
        resources, disposed, unmapped = to_resources(session.instances, provider, source=NAME)
        disposed += _absent(session)
        reading = Reading(NAME, display(root.folder), resources, dispositions=disposed)
        reading.outputs = session.outputs()
        reading.elsewhere = [
            *in_clusters(session.instances, root.folder),
            *out_of_vaults(session.instances),
            *at_platforms(session.instances),
            *ordering(session.modules.values()),
        ]
        reading.inputs = [_root_input(root, session), *_left_out(root), *inputs.inputs]
        reading.unresolved = [
            *root.unresolved,
            *inputs.unresolved,
            *session.unresolved,
            *open_variables(session, inputs.hint),
            *unmapped,
        ]
        return reading

    def evaluate(self, item: Input, tree: Tree, options: ReadOptions) -> Evaluated:
        """Evaluate one root, with the values that its variables were given.

        Raises:
            UsageError: when a file of values that the user named does not exist.

        """
        loader = self._loader(tree, options.limits)
        folder = item.path if item.path.is_dir() else item.path.parent
        roots = self._roots.get(id(options))
        if roots is None or roots.loader is not loader or roots.options is not options:
            roots = self._roots[id(options)] = Roots(loader, options, self._found.get(tree.root, [folder]))
        return roots.evaluate(folder)


def _reached(roots: Iterable[str], calls: Mapping[str, set[str]]) -> set[str]:
    """The folders that calls lead to from some of them, these included."""
    reached: set[str] = set()
    pending = list(roots)
    while pending:
        folder = pending.pop()
        if folder not in reached:
            reached.add(folder)
            pending += calls.get(folder, ())
    return reached


def _absent(session: Session) -> Iterator[Disposed]:
    """The blocks of resources without an instance: read, and nothing of them is in ARM."""
    for item in session.absent:
        if item.mode == "managed":
            yield Disposed(item.address, Disposition.NONE, origin=item.block.origin, reason=item.reason)


def _left_out(root: Module) -> Iterator[ReadInput]:
    for name in root.replaced:
        detail = "OpenTofu reads the file of the same name that ends in `tofu` instead"
        yield ReadInput(display(root.folder / name), "root module", used=False, detail=detail)
    for path in root.tests:
        yield ReadInput(display(path), "test", used=False, detail="it tests the root, and declares nothing of it")


def _root_input(root: Module, session: Session) -> ReadInput:
    managed = sum(instance.mode == "managed" for instance in session.instances)
    detail = f"{root.files} files, {managed} instances"
    return ReadInput(display(root.folder), "root module", detail=detail)
