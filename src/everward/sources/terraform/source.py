"""Terraform folders as a source: find the roots, evaluate each, and map what it declares to ARM."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from everward.estate import Reading
from everward.estate.reading import ReadInput
from everward.sources.interface import Input, ReadOptions, Source
from everward.sources.terraform.evaluation import Session
from everward.sources.terraform.inputs import InputValues, gather_values
from everward.sources.terraform.mapping import AzureProvider, to_resources
from everward.sources.terraform.modules import Module, ModuleLoader, Requirements, is_local, read_requirements
from everward.sources.terraform.summary import open_variables
from everward.sources.terraform.syntax import Literal
from everward.sources.tree import Tree, display

NAME = "terraform"
_ENDINGS = (".tf", ".tf.json", ".tofu")


class TerraformSource(Source):
    """Reads Terraform as it is written."""

    name = NAME

    def __init__(self) -> None:
        self._loaders: dict[Path, ModuleLoader] = {}

    def _loader(self, tree: Tree) -> ModuleLoader:
        loader = self._loaders.get(tree.root)
        if loader is None or loader.tree is not tree:
            loader = self._loaders[tree.root] = ModuleLoader(tree)
        return loader

    def find(self, tree: Tree) -> Iterable[Input]:
        """Root modules: folders with Terraform files that no other folder of the tree calls as a module."""
        folders: dict[Path, list[Path]] = {}
        for path in tree.files:
            if path.name.endswith(_ENDINGS) and not path.name.startswith("."):
                folders.setdefault(path.parent, []).append(path)
        loader = self._loader(tree)
        calls = {os.path.realpath(folder): _called(folder, loader) for folder in folders}
        called = set().union(*calls.values())
        top = tree.root if tree.root.is_dir() else tree.root.parent
        roots = [folder for folder in folders if folder == top or os.path.realpath(folder) not in called]
        reached = _reached(map(os.path.realpath, roots), calls)
        for folder in folders:
            # Modules that only call one another have no root: the first of them stands in, so that they are not lost.
            if os.path.realpath(folder) not in reached:
                roots.append(folder)
                reached |= _reached([os.path.realpath(folder)], calls)
        for folder, files in folders.items():
            if folder in roots:
                yield Input(NAME, folder, tuple(files))

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """Evaluate one root and map its instances.

        Raises:
            UsageError: when a file of values that the user named does not exist.

        """
        loader = self._loader(tree)
        folder = item.path if item.path.is_dir() else item.path.parent
        root = loader.load(folder)
        inputs = gather_values(root, loader, options)
        needs = read_requirements(root, loader)
        provider = _provider(root, loader, inputs, needs, options)
        session = Session(root, loader, provider, inputs.values, workspace=options.variables.get("terraform.workspace"))
        session.run()
        resources, disposed, unmapped = to_resources(session.instances, provider, source=NAME)
        reading = Reading(NAME, display(folder), resources, disposed)
        reading.inputs = [_root_input(folder, root, session), *inputs.inputs]
        reading.unresolved = [
            *root.unresolved,
            *inputs.unresolved,
            *session.unresolved,
            *open_variables(session, inputs.hint),
            *unmapped,
        ]
        return reading


def _called(folder: Path, loader: ModuleLoader) -> set[str]:
    """The real folders that another folder calls as modules."""
    called: set[str] = set()
    own = os.path.realpath(folder)
    for block in loader.load(folder).calls.values():
        source = block.body.attributes.get("source")
        if source is not None and isinstance(source.value, Literal) and isinstance(source.value.value, str):
            text = source.value.value
            target = os.path.realpath(folder / text.replace("\\", "/")) if is_local(text) else own
            if target != own:
                called.add(target)
    return called


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


def _provider(
    root: Module, loader: ModuleLoader, inputs: InputValues, needs: Requirements, options: ReadOptions
) -> AzureProvider:
    """The azurerm provider of a root, with the subscriptions that its configurations name."""
    plain = AzureProvider.for_root(needs.required, needs.locked, options.subscription)
    given: dict[str, str] = {}
    blocks = [block for block in root.providers if "subscription_id" in block.body.attributes]
    if blocks:
        session = Session(root, loader, plain, inputs.values)
        for block in blocks:
            value = session.value_in_root(block.body.attributes["subscription_id"])
            if isinstance(value, str) and value:
                given[_provider_name(block.labels, block.body.attributes.get("alias"))] = value
    if not given:
        return plain
    return AzureProvider.for_root(needs.required, needs.locked, options.subscription, subscriptions=given)


def _provider_name(labels: tuple[str, ...], alias: object) -> str:
    name = labels[0] if labels else ""
    value = getattr(getattr(alias, "value", None), "value", None)
    return f"{name}.{value}" if isinstance(value, str) else name


def _root_input(folder: Path, root: Module, session: Session) -> ReadInput:
    managed = sum(instance.mode == "managed" for instance in session.instances)
    detail = f"{root.files} files, {managed} instances"
    return ReadInput(display(folder), "root module", detail=detail)
