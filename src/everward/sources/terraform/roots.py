"""The roots of one tree: each is evaluated with its inputs, and may look at what the others say."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from everward.sources.interface import ReadOptions
from everward.sources.terraform.depth import deep_stack
from everward.sources.terraform.evaluation import Session
from everward.sources.terraform.evaluation.configurations import Subscriptions
from everward.sources.terraform.inputs import InputValues, find_workspace, gather_values
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.mapping import AzureProvider
from everward.sources.terraform.modules import Module, ModuleLoader, is_local, read_requirements
from everward.sources.terraform.syntax import Attribute, Literal
from everward.sources.terraform.world import Declared, RootWorld, Surroundings
from everward.values import Unknown, Value

Evaluated: TypeAlias = tuple[Session, AzureProvider, InputValues]
"""A root that was evaluated, its provider, and the values that its variables were given."""


class Roots:
    """Evaluates the roots of a tree, each as often as it has to be."""

    def __init__(self, loader: ModuleLoader, options: ReadOptions, folders: list[Path]) -> None:
        self.loader = loader
        self.options = options
        self._modules = {os.path.realpath(folder): loader.load(folder) for folder in folders}
        self._inputs: dict[str, InputValues] = {}
        self._types: dict[str, frozenset[str]] = {}
        self._around = Surroundings(self._modules, self._session, self._types_of, loader.tree)

    def evaluate(self, folder: Path) -> Evaluated:
        """Evaluate a root: a second time when its data sources name what it declares itself.

        Raises:
            UsageError: when a file of values that the user named does not exist.

        """
        root = self.loader.load(folder)
        chain = (os.path.realpath(folder),)
        session, provider = self._run(root, chain)
        own = Declared(session)
        if any(own.tells(*key) for key in session.sought):
            session, provider = self._run(root, chain, own)
        return session, provider, self._given(root)

    def _given(self, root: Module) -> InputValues:
        key = os.path.realpath(root.folder)
        if key not in self._inputs:
            self._inputs[key] = gather_values(root, self.loader, self.options)
        return self._inputs[key]

    def _session(self, root: Module, chain: tuple[str, ...]) -> Session:
        return self._run(root, chain)[0]

    def _run(self, root: Module, chain: tuple[str, ...], own: Declared | None = None) -> tuple[Session, AzureProvider]:
        """Evaluate a root. `chain` has the roots for whose sake it is done, itself last."""
        inputs = self._given(root)
        needs = read_requirements(root, self.loader)
        subscriptions = Subscriptions()
        provider = AzureProvider.for_root(
            needs.required, needs.locked, self.options.subscription, subscriptions=subscriptions
        )
        session = Session(
            root,
            self.loader,
            provider,
            inputs.values,
            workspace=find_workspace(root.folder, self.options),
            world=RootWorld(self._around, root, own, chain),
        )
        subscriptions.session = session
        session.run()
        return session, provider

    def _types_of(self, root: Module) -> frozenset[str]:
        """The types of the resources that a root may declare, its local modules included."""
        key = os.path.realpath(root.folder)
        if key not in self._types:
            types: set[str] = set()
            pending, seen = [root.folder], {key}
            while pending:
                folder = pending.pop()
                types.update(kind for mode, kind, _ in self.loader.load(folder).resources if mode == "managed")
                for below in called_folders(folder, self.loader):
                    if below not in seen:
                        seen.add(below)
                        pending.append(Path(below))
            self._types[key] = frozenset(types)
        return self._types[key]


def called_folders(folder: Path, loader: ModuleLoader) -> set[str]:
    """The real folders that another folder calls as modules."""
    called: set[str] = set()
    own = os.path.realpath(folder)
    module = loader.load(folder)
    sources = [block.body.attributes["source"] for block in module.calls.values() if "source" in block.body.attributes]
    for text in _texts(sources, module, loader):
        target = os.path.realpath(folder / text.replace("\\", "/")) if text is not None and is_local(text) else own
        if target != own:
            called.add(target)
    return called


_STEPS = 10_000
"""Steps that all sources of modules in a folder may cost: they are short."""


def _texts(sources: list[Attribute], module: Module, loader: ModuleLoader) -> Iterator[str | None]:
    """Where modules come from, as far as the file alone says it: OpenTofu lets variables and locals say it."""
    session: Session | None = None
    for source in sources:
        value = source.value.value if isinstance(source.value, Literal) else None
        if value is None:
            if session is None:
                # INVARIANT: one evaluation for all of them, so that there is one account of the work.
                session = Session(module, loader, _Nobody(), {})
                session.files.limits = replace(loader.limits, steps=min(loader.limits.steps, _STEPS))
            with deep_stack():
                value = session.value_of(source, session.top.scope, "module")
        yield value if isinstance(value, str) else None


class _Nobody:
    """A provider that is not asked: what only it knows says nothing about where modules are."""

    def attribute(self, instance: Instance, name: str) -> Value:
        return Unknown(reason="known after apply", decided_by=(f"{instance.address}.{name}",))

    def nests(self, instance: Instance, path: str) -> bool:  # noqa: ARG002
        return False
