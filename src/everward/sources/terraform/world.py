"""What a root can learn from the rest of the tree: resources that another root declares, outputs, states."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from everward.sources.terraform.evaluation import Session
from everward.sources.terraform.evaluation.files import Files
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.values import Data, Sensitive, rebuild
from everward.sources.terraform.modules import Module
from everward.sources.terraform.stored import Stored
from everward.sources.terraform.syntax import Attribute, Block, Literal
from everward.sources.tree import Tree
from everward.values import Unknown, Value, is_known, is_symbolic, placeholder, unknowns_in

_MAX_CHAIN = 8
"""How many roots may read one another's outputs in a row."""


class Declared:
    """The resources that one evaluation of a root found, by type and id."""

    def __init__(self, session: Session) -> None:
        self._provider = session.provider
        self._found: dict[tuple[str, str], Instance] = {}
        for instance in session.instances:
            if instance.mode == "managed" and instance.cardinality is None:
                own = self._provider.attribute(instance, "id")
                own = own.reference if isinstance(own, Unknown) else own
                if isinstance(own, str):
                    self._found.setdefault((instance.type, own.lower()), instance)

    def tells(self, kind: str, resource_id: str, path: str) -> bool:
        """Whether it is worth looking again: an attribute is known, or it is known which resource it names."""
        value = self.attribute(kind, resource_id, path, known=False)
        if value is None:
            return False
        return is_known(value) or any(hole.reference is not None for hole in unknowns_in(value))

    def attribute(self, kind: str, resource_id: str, path: str, *, known: bool) -> Value:
        """An attribute of one of them; None when it has none, or when it is not known and `known` is asked for."""
        instance = self._found.get((kind, resource_id))
        if instance is None:
            return None
        value = _at(instance.attributes, path)
        if value is None:
            value = self._provider.attribute(instance, path)
        return None if known and not is_known(value) else value


class RootWorld:
    """What one root sees around it."""

    def __init__(self, around: Surroundings, root: Module, own: Declared | None, chain: tuple[str, ...]) -> None:
        self._around = around
        self._root = root
        self._own = own
        self._chain = chain

    def attribute(self, kind: str, resource_id: str, path: str) -> Value:
        """An attribute of a resource that this root declares itself, another root does, or a state of the tree has."""
        if self._own is not None:
            value = self._own.attribute(kind, resource_id, path, known=False)
            if value is not None:
                return value
        # Open parts of names mean something else in another root.
        if is_symbolic(resource_id):
            return None
        for declared in self._around.declaring(kind, self._root.folder, self._chain):
            value = declared.attribute(kind, resource_id, path, known=True)
            if value is not None:
                return value
        return self._around.deployed(kind, resource_id, path)

    def outputs(self, instance: Instance) -> Data | None:
        """The outputs that a `terraform_remote_state` data source would find in this tree."""
        return self._around.outputs(instance, self._root, self._chain)


class Surroundings:
    """All roots of a tree, evaluated as far as others ask for them."""

    def __init__(
        self,
        roots: Mapping[str, Module],
        evaluate: Callable[[Module, tuple[str, ...]], Session],
        types_of: Callable[[Module], frozenset[str]],
        tree: Tree,
    ) -> None:
        self._tree = tree
        self._stored = Stored(tree)
        self._roots = roots
        self._evaluate = evaluate
        self._types_of = types_of
        self._sessions: dict[str, Session] = {}
        self._declared: dict[str, Declared] = {}

    def declaring(self, kind: str, folder: Path, chain: tuple[str, ...]) -> list[Declared]:
        """What other roots declare, of those that have a block of a type."""
        own = os.path.realpath(folder)
        out: list[Declared] = []
        for key, root in self._roots.items():
            if key == own or key in chain or len(chain) >= _MAX_CHAIN or kind not in self._types_of(root):
                continue
            if key not in self._declared:
                self._declared[key] = Declared(self._session(key, chain))
            out.append(self._declared[key])
        return out

    def deployed(self, kind: str, resource_id: str, path: str) -> Value:
        """An attribute of a resource that a state in the tree has; else None."""
        attributes = self._stored.attributes(kind, resource_id)
        return None if attributes is None else _at(attributes, path)

    def _session(self, key: str, chain: tuple[str, ...]) -> Session:
        if key not in self._sessions:
            self._sessions[key] = self._evaluate(self._roots[key], (*chain, key))
        return self._sessions[key]

    def outputs(self, instance: Instance, root: Module, chain: tuple[str, ...]) -> Data | None:
        """The outputs of the state that a data source names: of the root that writes it, or of the file itself."""
        backend = instance.attributes.get("backend")
        config = instance.attributes.get("config")
        # Before Terraform 0.12 the configuration was a block.
        config = config[0] if isinstance(config, list) and len(config) == 1 else config
        if not isinstance(backend, str) or not isinstance(config, dict):
            return None
        if backend == "local":
            found = self._local(config.get("path"), root, chain)
            if found is not None:
                return found
        if len(chain) >= _MAX_CHAIN:
            return None
        for key, other in self._roots.items():
            if key not in chain and key != os.path.realpath(root.folder) and self._writes(key, other, instance, chain):
                return _outputs(self._session(key, chain), instance.address)
        return None

    def _writes(self, key: str, root: Module, instance: Instance, chain: tuple[str, ...]) -> bool:
        """Whether a root's backend is the place that a data source names: all that both say is the same.

        What a pipeline adds with `-backend-config` is not in the files: `key`, or what stands for it, has to be.
        """
        config = instance.attributes["config"]
        config = config[0] if isinstance(config, list) else config
        block = _backend(root, str(instance.attributes["backend"]))
        if block is None or not isinstance(config, dict):
            return False
        written = block.body.attributes
        shared = [name for name in written if config.get(name) is not None]
        if not any(name in shared for name in ("key", "path", "name", "prefix")):
            return False
        return all(self._is(written[name], config[name], key, chain) for name in shared)

    def _is(self, attribute: Attribute, value: Value, key: str, chain: tuple[str, ...]) -> bool:
        """Whether an argument of a backend is known to be a value. OpenTofu lets variables and locals say it."""
        if isinstance(value, Unknown):
            return False
        if isinstance(attribute.value, Literal):
            return attribute.value.value == value
        session = self._session(key, chain)
        found = session.value_of(attribute, session.top.scope, "backend")
        return type(found) is type(value) and bool(found == value)

    def _local(self, path: Value, root: Module, chain: tuple[str, ...]) -> Data | None:
        if not isinstance(path, str):
            return None
        place = Files(root.folder, self._tree).locate(path)
        if isinstance(place, Unknown):
            return None
        stored = self._stored.outputs(place)
        if stored is not None:
            return stored
        key = os.path.realpath(place.parent)
        other = self._roots.get(key)
        if other is None or key in chain or key == os.path.realpath(root.folder) or len(chain) >= _MAX_CHAIN:
            return None
        expected = _argument(other, "local", "path") or "terraform.tfstate"
        if os.path.realpath(place) != os.path.realpath(other.folder / expected):
            return None
        return _outputs(self._session(key, chain), str(path))


def _backend(root: Module, kind: str) -> Block | None:
    blocks = (inner for block in root.settings for inner in block.body.blocks_of("backend"))
    return next((block for block in blocks if block.labels == (kind,)), None)


def _argument(root: Module, kind: str, name: str) -> str | None:
    block = _backend(root, kind)
    attribute = block.body.attributes.get(name) if block is not None else None
    value = attribute.value if attribute is not None else None
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else None


def _outputs(session: Session, name: str) -> dict[str, Data]:
    return {
        output: _outside(session.top.output(output), session, f"{name}.outputs.{output}")
        for output in session.root.outputs
    }


def _outside(value: Data, session: Session, name: str) -> Data:
    """A value as another root sees it: names that are open there are not its own names."""
    if isinstance(value, Sensitive):
        return Sensitive(_outside(value.value, session, name))
    if isinstance(value, Unknown):
        reference = value.reference if value.reference is None or not is_symbolic(value.reference) else None
        return Unknown(
            reason=value.reason,
            decided_by=value.decided_by,
            present=value.present,
            many=value.many,
            reference=reference,
            text=placeholder(name),
            origin=value.origin,
        )
    if isinstance(value, list | dict):
        return rebuild(value, lambda item: _outside(item, session, name))
    return value


def _at(attributes: Mapping[str, Value], path: str) -> Value:
    """The value at a path such as `identity[0].principal_id`; None when there is none."""
    found: Any = attributes
    for part in path.replace("[", ".").replace("]", "").split("."):
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list):
            found = found[int(part)] if part.isdigit() and int(part) < len(found) else None
    result: Value = found
    return result
