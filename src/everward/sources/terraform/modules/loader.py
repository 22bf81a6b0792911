"""Folders of `.tf` files to modules, each read once."""

from __future__ import annotations

import json
import os
from pathlib import Path

from everward.estate.reading import Unresolved
from everward.sources.terraform.modules.declarations import Module, declare
from everward.sources.terraform.syntax import Block, Body, SourceFile, parse_file
from everward.sources.tree import Tree, display, display_entry, entry_kind
from everward.values import Origin, ProblemError, UnreadableError

_UNREAD = {".tf.json": "Terraform in JSON is not read yet", ".tofu": "files of OpenTofu are not read"}


def is_local(source: str) -> bool:
    """Whether a module's source is a folder beside the one that names it."""
    return source.startswith(("./", "../", ".\\", "..\\")) or source in (".", "..")


def unresolved_of(problem: ProblemError, subject: str, *, incomplete: bool = True) -> Unresolved:
    """A problem as an entry of a reading."""
    return Unresolved(subject, problem.message, problem.origin, help=problem.help, incomplete=incomplete)


class ModuleLoader:
    """Reads module folders and files, and remembers them: one for a whole run."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._modules: dict[str, Module] = {}
        self._files: dict[Path, SourceFile] = {}

    def file(self, path: Path) -> SourceFile:
        """A parsed file.

        Raises:
            UnreadableError: when it cannot be read at all.

        """
        found = self._files.get(path)
        if found is None:
            found = self._files[path] = parse_file(self.tree.read(path), display(path))
        return found

    def load(self, folder: Path) -> Module:
        """The declarations of a folder; what is wrong in its files is in its `unresolved`."""
        key = os.path.realpath(folder)
        found = self._modules.get(key)
        if found is None:
            found = self._modules[key] = self._read(folder)
        return found

    def _read(self, folder: Path) -> Module:
        module = Module(folder)
        overrides: list[Body] = []
        try:
            kinds = {entry.name: entry_kind(entry) for entry in os.scandir(folder)}
        except OSError as error:
            reason = f"cannot be read: {(error.strerror or 'error').lower()}"
            origin = Origin(source="terraform", file=display(folder))
            module.unresolved.append(Unresolved(f"module `{display(folder)}`", reason, origin, incomplete=True))
            return module
        for name, kind in sorted(kinds.items()):
            path = folder / name
            if kind != "file":
                self._lost(path, kind, module)
            elif name.endswith(".tf") and not name.startswith("."):
                body = self._body(path, module)
                if body is not None and (name == "override.tf" or name.endswith("_override.tf")):
                    overrides.append(body)
                elif body is not None:
                    declare(module, body)
            else:
                self._unread(path, module)
        for body in overrides:
            _override(module, body)
        return module

    def _body(self, path: Path, module: Module) -> Body | None:
        module.files += 1
        try:
            file = self.file(path)
        except UnreadableError as problem:
            module.unresolved.append(unresolved_of(problem, f"file `{display(path)}`"))
            return None
        module.unresolved += [unresolved_of(problem, f"file `{file.name}`") for problem in file.problems]
        return file.body

    def _lost(self, path: Path, kind: str, module: Module) -> None:
        """A declaration that a link or a pipe should give is missing."""
        if kind != "folder" and path.name.endswith(".tf") and not path.name.startswith("."):
            shown = display_entry(path)
            origin = Origin(source="terraform", file=shown)
            module.unresolved.append(Unresolved(f"file `{shown}`", kind, origin, incomplete=True))

    def _unread(self, path: Path, module: Module) -> None:
        for ending, reason in _UNREAD.items():
            if path.name.endswith(ending):
                module.files += 1
                module.unresolved.append(
                    Unresolved(
                        f"file `{display(path)}`",
                        reason,
                        Origin(source="terraform", file=display(path)),
                        help="assess the plan instead: `terraform show -json PLAN > plan.json`",
                        incomplete=True,
                    )
                )

    def vendored(self, root: Path) -> dict[str, Path]:
        """Folders of modules that `terraform init` fetched: dotted call path to folder."""
        manifest = root / ".terraform" / "modules" / "modules.json"
        if not manifest.is_file():
            return {}
        try:
            entries = json.loads(self.tree.read(manifest))["Modules"]
            return {str(entry["Key"]): root / str(entry["Dir"]) for entry in entries if entry["Key"]}
        except (UnreadableError, ValueError, KeyError, TypeError, RecursionError):
            return {}


def _override(module: Module, body: Body) -> None:
    """Lay an override file over the module: arguments are replaced, and so are all blocks of a type it has."""
    extra = Body()
    for block in body.blocks:
        target = _target(module, block)
        if target is not None:
            target.body = _merged(target.body, block.body)
        elif block.type == "locals":
            module.locals.update(block.body.attributes)
        elif block.type == "variable" and block.labels and block.labels[0] in module.variables:
            declared = module.variables.pop(block.labels[0])
            _redeclare(module, block)
            if module.variables[block.labels[0]].default is None and declared.default is not None:
                module.variables[block.labels[0]] = declared
        else:
            extra.blocks.append(block)
    declare(module, extra)


def _redeclare(module: Module, block: Block) -> None:
    declare(module, Body(blocks=[block]))


def _target(module: Module, block: Block) -> Block | None:
    if block.type == "resource" and len(block.labels) == 2:
        return module.resources.get(("managed", *block.labels))
    if block.type == "data" and len(block.labels) == 2:
        return module.resources.get(("data", *block.labels))
    if block.type == "module" and block.labels:
        return module.calls.get(block.labels[0])
    if block.type == "output" and block.labels:
        return module.outputs.get(block.labels[0])
    return None


def _merged(base: Body, over: Body) -> Body:
    replaced = {block.type for block in over.blocks}
    blocks = [block for block in base.blocks if block.type not in replaced]
    return Body({**base.attributes, **over.attributes}, [*blocks, *over.blocks])
