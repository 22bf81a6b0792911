"""The values of a root's variables, from everywhere they may stand: the user's win, then files that Terraform loads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from everward.estate.reading import ReadInput, Unresolved
from everward.sources.interface import ReadOptions
from everward.sources.terraform.evaluation import GivenValue
from everward.sources.terraform.inputs.discovered import find_values
from everward.sources.terraform.inputs.environment import PREFIX, environment_values
from everward.sources.terraform.inputs.tfvars import VariableFile, read_variable_file, typed_values
from everward.sources.terraform.modules import Module, ModuleLoader, unresolved_of
from everward.sources.tree import display
from everward.values import ProblemError, UsageError

VARIABLE_FILE = "variable file"


@dataclass(slots=True)
class InputValues:
    """Values by variable, with what was read to find them and what could not be read."""

    values: dict[str, GivenValue] = field(default_factory=dict)
    inputs: list[ReadInput] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    hint: str | None = None
    """How the user gets more values out of what was found."""

    def problems(self, subject: str, items: Iterable[ProblemError]) -> None:
        """Note what could not be read of a source of values: values may be missing that decide about resources."""
        self.unresolved += [unresolved_of(item, subject) for item in items]


_FOREIGN = ".bicepparam"
"""Files of values that another language reads; the user names files for all inputs at once."""


def gather_values(root: Module, loader: ModuleLoader, options: ReadOptions) -> InputValues:
    """What the root's variables are given, and by whom.

    Raises:
        UsageError: when a file that the user named does not exist, or nothing is found for their environment.

    """
    found = InputValues()
    from_environment, problems = environment_values(root)
    found.problems("environment", problems)
    found.values.update(from_environment)
    if from_environment:
        found.inputs.append(ReadInput(f"{PREFIX}…", "environment", detail=", ".join(sorted(from_environment))))
    for path in _automatic(root.folder):
        _use(found, read_variable_file(path, loader), root)
    for path in options.var_files:
        if not path.is_file():
            raise UsageError(f"`{path}` does not exist", help="name a file of values that exists")
        if path.name.lower().endswith(_FOREIGN):
            found.inputs.append(ReadInput(display(path), "variable file", used=False, detail="it is Bicep's"))
            continue
        _use(found, read_variable_file(path, loader), root)
    typed, problems = typed_values(options.variables, root, "--var ")
    found.problems("--var", problems)
    found.values.update(typed)
    if options.variables:
        unknown = sorted(set(options.variables) - root.variables.keys() - {"terraform.workspace"})
        detail = f"not declared by this root: {', '.join(unknown)}" if unknown else f"{len(typed)} values"
        found.inputs.append(ReadInput("--var", "command line", used=bool(typed), detail=detail))
    _discover(found, root, loader, options)
    return found


def _discover(found: InputValues, root: Module, loader: ModuleLoader, options: ReadOptions) -> None:
    """Fill in what the repository's pipelines give."""
    discovered = find_values(root, loader, options, set(found.values))
    for subject, problems in discovered.problems:
        found.problems(subject, problems)
    found.values = {**discovered.values, **found.values}
    found.inputs += discovered.inputs
    found.hint = discovered.hint
    if discovered.unmet is not None:
        advice = "give values with --var-file or --var"
        found.unresolved.append(Unresolved("--environment", discovered.unmet, help=advice))


def _automatic(folder: Path) -> list[Path]:
    """The files that Terraform loads by itself, in its order."""
    named = [folder / name for name in ("terraform.tfvars", "terraform.tfvars.json")]
    matching = [path for ending in (".auto.tfvars", ".auto.tfvars.json") for path in folder.glob(f"*{ending}")]
    return [path for path in (*named, *sorted(matching)) if path.is_file()]


def _use(found: InputValues, file: VariableFile, root: Module) -> None:
    name = display(file.path)
    found.problems(f"variable file `{name}`", file.problems)
    declared = {key: value for key, value in file.values.items() if key in root.variables}
    found.values.update(declared)
    rest = sorted(file.values.keys() - declared.keys())
    detail = f"{len(declared)} value{'s' if len(declared) != 1 else ''}"
    if rest:
        detail += f"; not declared by this root: {', '.join(rest)}"
    found.inputs.append(ReadInput(name, VARIABLE_FILE, used=bool(declared), detail=detail))
