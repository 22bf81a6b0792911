"""Folders of Terraform files to modules, each read once."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PureWindowsPath

from everward.estate.reading import Unresolved
from everward.sources.jsontext import decode_text, parse
from everward.sources.limits import Limits
from everward.sources.terraform.modules.declarations import Module, declare
from everward.sources.terraform.modules.overrides import lay_over
from everward.sources.terraform.syntax import Body, SourceFile, parse_file, parse_json_file
from everward.sources.tree import Tree, display, display_entry, entry_kind
from everward.values import Origin, ProblemError, UnreadableError

ENDINGS = (".tf", ".tofu", ".tf.json", ".tofu.json")
"""Files that declare something."""
_TESTS = (".tftest.hcl", ".tftest.json", ".tofutest.hcl", ".tofutest.json")
_STACKS = (".tfstack.hcl", ".tfcomponent.hcl", ".tfdeploy.hcl")


def is_configuration(name: str) -> bool:
    """Whether Terraform or OpenTofu reads a file of this name: hidden ones and what editors leave are not read."""
    return name.endswith(ENDINGS) and not name.startswith(".") and not (name.startswith("#") and name.endswith("#"))


def is_override(name: str) -> bool:
    """Whether a file changes what others declare."""
    stem = name.removesuffix(".json").rpartition(".")[0]
    return stem == "override" or stem.endswith("_override")


def chosen(names: Iterable[str]) -> tuple[list[str], list[str]]:
    """The files that are read of those of a folder, and those that others replace.

    OpenTofu reads `main.tofu` instead of `main.tf`, and `main.tofu.json` instead of `main.tf.json`.
    """
    every = sorted(name for name in names if is_configuration(name))
    there = set(every)
    replaced = [name for name in every if _twin(name) in there]
    return [name for name in every if name not in replaced], replaced


def _twin(name: str) -> str | None:
    for ending, other in ((".tf", ".tofu"), (".tf.json", ".tofu.json")):
        if name.endswith(ending):
            return name.removesuffix(ending) + other
    return None


def _tests(folder: Path, kinds: dict[str, str]) -> list[Path]:
    found = [folder / name for name in sorted(kinds) if name.endswith(_TESTS)]
    if kinds.get("tests") == "folder":
        try:
            found += sorted(path for path in (folder / "tests").iterdir() if path.name.endswith(_TESTS))
        except OSError:
            # A folder that cannot be listed is told by whoever lists all of them.
            return found
    return found


def is_local(source: str) -> bool:
    """Whether a module's source is a folder beside the one that names it."""
    return source.startswith(("./", "../", ".\\", "..\\")) or source in (".", "..")


def unresolved_of(problem: ProblemError, subject: str, *, incomplete: bool = True) -> Unresolved:
    """A problem as an entry of a reading."""
    return Unresolved(subject, problem.message, problem.origin, help=problem.help, incomplete=incomplete)


class ModuleLoader:
    """Reads module folders and files, and remembers them: one for a whole run."""

    def __init__(self, tree: Tree, limits: Limits | None = None) -> None:
        self.tree = tree
        self.limits = limits or Limits()
        self._modules: dict[str, Module] = {}
        self._files: dict[Path, SourceFile] = {}

    def file(self, path: Path) -> SourceFile:
        """A parsed file.

        Raises:
            UnreadableError: when it cannot be read at all.

        """
        found = self._files.get(path)
        if found is None:
            read = parse_json_file if path.name.endswith(".json") else parse_file
            found = self._files[path] = read(self.tree.read(path), display(path), self.limits)
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
        try:
            kinds = {entry.name: entry_kind(entry) for entry in os.scandir(folder)}
        except OSError as error:
            reason = f"cannot be read: {(error.strerror or 'error').lower()}"
            origin = Origin(source="terraform", file=display(folder))
            module.unresolved.append(Unresolved(f"module `{display(folder)}`", reason, origin, incomplete=True))
            return module
        read, module.replaced = chosen(name for name, kind in kinds.items() if kind != "folder")
        overrides: list[Body] = []
        for name in read:
            path = folder / name
            if kinds[name] != "file":
                self._lost(path, kinds[name], module)
                continue
            body = self._body(path, module)
            if body is not None and is_override(name):
                overrides.append(body)
            elif body is not None:
                declare(module, body)
        for body in overrides:
            lay_over(module, body)
        module.tests = _tests(folder, kinds)
        for name in sorted(kinds):
            if name.endswith(_STACKS) and kinds[name] != "folder":
                self._stack(folder / name, module)
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
        shown = display_entry(path)
        origin = Origin(source="terraform", file=shown)
        module.unresolved.append(Unresolved(f"file `{shown}`", kind, origin, incomplete=True))

    def _stack(self, path: Path, module: Module) -> None:
        origin = Origin(source="terraform", file=display(path))
        advice = "assess a plan of each component: `terraform show -json PLAN > plan.json`"
        module.unresolved.append(
            Unresolved(
                f"file `{display(path)}`", "stacks of Terraform are not read", origin, help=advice, incomplete=True
            )
        )

    def vendored(self, root: Path) -> tuple[dict[str, Path], list[Unresolved]]:
        """Folders of modules that `terraform init` fetched: dotted call path to folder; and what is wrong with them."""
        manifest = root / ".terraform" / "modules" / "modules.json"
        if not manifest.is_file():
            return {}, []
        try:
            entries = parse(decode_text(self.tree.read(manifest)), placed=False)[0]["Modules"]
            # The list may have been written on Windows.
            folders = {str(entry["Key"]): root / PureWindowsPath(str(entry["Dir"])).as_posix() for entry in entries}
        except (UnreadableError, ValueError, KeyError, TypeError):
            origin = Origin(source="terraform", file=display(manifest))
            advice = "run `terraform init` again"
            reason = "it is not the list of modules that `terraform init` writes"
            return {}, [Unresolved(f"file `{display(manifest)}`", reason, origin, help=advice, incomplete=True)]
        folders.pop("", None)
        return folders, []
