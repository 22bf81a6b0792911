"""Values that the repository's own pipelines and variable files give to a root whose user gave none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from everward.estate.reading import ReadInput
from everward.sources.interface import ReadOptions
from everward.sources.terraform.evaluation import GivenValue
from everward.sources.terraform.inputs.tfvars import VariableFile, parse_value, read_variable_file
from everward.sources.terraform.language.operations import equal
from everward.sources.terraform.modules import Module, ModuleLoader, VariableDeclaration
from everward.sources.terraform.pipelines import Discovery, Found, FoundFile, discover
from everward.sources.tree import display
from everward.values import ProblemError, Unknown, UsageError, placeholder

OPEN = "set while the pipeline runs"
"""Why a value that a pipeline passes is not known."""
_REFERENCE = re.compile(r"\$\(([^()]*)\)|\$\{\{(.*?)\}\}|\$\{([^}]*)\}|\$env:(\w+)|\$(\w+)", re.DOTALL)


@dataclass(slots=True)
class Discovered:
    """What was found for one root."""

    values: dict[str, GivenValue] = field(default_factory=dict)
    inputs: list[ReadInput] = field(default_factory=list)
    problems: list[tuple[str, list[ProblemError]]] = field(default_factory=list)
    """What could not be read, by the file it stands in."""
    hint: str | None = None
    """How the user gets more values out of it."""
    unmet: str | None = None
    """Why the environment that the user named has no inputs here."""


def find_values(root: Module, loader: ModuleLoader, options: ReadOptions, settled: set[str]) -> Discovered:
    """Values for the variables of a root that are not `settled` yet.

    A value that a pipeline passes to this very root wins over a default, as it does when the pipeline runs. Where
    the user gave values, and so chose what to look at, only variables without a default are filled.

    Raises:
        UsageError: when the user named an environment, and the inputs that were found are all for others.

    """
    chosen_by_user = bool(options.var_files or options.variables)
    wanted = {
        name
        for name, declared in root.variables.items()
        if name not in settled and (declared.default is None or not chosen_by_user)
    }
    found = Discovered()
    if not wanted and options.environment is None:
        return found
    search = discover(loader.tree.repository, root.folder, options.environment)
    if options.environment is not None:
        found.unmet = _unmet(search, options.environment)
    if not wanted:
        return found
    if search.environment is None and len(search.environments) > 1:
        _agreed(found, search, root, loader, wanted)
    else:
        _take(found, search, root, loader, wanted)
    return found


def _unmet(search: Discovery, asked: str) -> str | None:
    """Why nothing was found for the environment that was asked for; nothing when something was.

    A root of a repository may have inputs for fewer environments than its neighbours, so only a name that none of
    them knows is wrong.
    """
    if asked.lower() in search.environments:
        return None
    if search.environments and asked.lower() not in search.elsewhere:
        names = ", ".join(f"`{name}`" for name in sorted({*search.environments, *search.elsewhere}))
        raise UsageError(f"there are no inputs for environment `{asked}`", help=f"there are inputs for {names}")
    if search.environments:
        return f"this root has inputs for {', '.join(search.environments)}, not for `{asked}`"
    return f"no inputs for environment `{asked}` were found in the repository"


def _take(found: Discovered, search: Discovery, root: Module, loader: ModuleLoader, wanted: set[str]) -> None:
    """Use what belongs to the one environment that is looked at."""
    files: list[tuple[FoundFile, VariableFile]] = []
    beside = [item for item in search.files if not item.named]
    for item in search.files:
        if item.named or (item.environment == search.environment and (item.environment or len(beside) == 1)):
            files.append((item, read_variable_file(item.path, loader)))
        else:
            found.inputs.append(_unused(item, search))
    for item, file in files:
        _take_file(found, item, file, root, wanted)
    passed = _passed(search.values.values(), root, wanted)
    found.values.update(passed)
    found.inputs += _pipelines(search, passed)


def _take_file(found: Discovered, item: FoundFile, file: VariableFile, root: Module, wanted: set[str]) -> None:
    name = display(file.path)
    if file.problems:
        found.problems.append((f"variable file `{name}`", file.problems))
    # A file that no pipeline names may belong to another way of deploying: it only fills what has no value at all.
    usable = {
        key: value
        for key, value in file.values.items()
        if key in wanted and (item.named or root.variables[key].default is None)
    }
    found.values.update(usable)
    where = "named by a pipeline" if item.named else "beside the root"
    detail = f"{where}: {_listed(usable)}" if usable else f"{where}; nothing in it was needed"
    found.inputs.append(ReadInput(name, "variable file", used=bool(usable), detail=detail))


def _unused(item: FoundFile, search: Discovery) -> ReadInput:
    if item.environment is None:
        detail = "no pipeline names it; choose it with --var-file"
    elif search.environment is None:
        detail = f"for {item.environment}; choose with --environment"
    else:
        detail = f"for {item.environment}, not for {search.environment}"
    return ReadInput(display(item.path), "variable file", used=False, detail=detail)


def _passed(items: Iterable[Found], root: Module, wanted: set[str]) -> dict[str, GivenValue]:
    """The values of a pipeline's command line, as the root's variables take them."""
    values: dict[str, GivenValue] = {}
    for item in items:
        declared = root.variables.get(item.name)
        if declared is None or item.name not in wanted:
            continue
        place = str(item.origin)
        if item.open:
            values[item.name] = GivenValue(_hole(item, declared), place, item.origin)
            continue
        try:
            value = item.text if declared.literal else parse_value(item.text)
        except ProblemError:
            # What the shell makes of the text is more than we can tell.
            value = _hole(item, declared)
        values[item.name] = GivenValue(value, place, item.origin)
    return values


def _hole(item: Found, declared: VariableDeclaration) -> Unknown:
    subject = f"var.{item.name}"
    text = placeholder(subject)
    if declared.literal:
        known = _REFERENCE.sub(
            lambda match: placeholder(next(filter(None, match.groups()), subject).strip()), item.text
        )
        # A text that is wholly open tells less than the name of the variable.
        text = text if known.startswith("{") and known.endswith("}") and known.count("{") == 1 else known
    return Unknown(reason=OPEN, decided_by=(subject,), present=True, text=text, origin=item.origin)


def _pipelines(search: Discovery, passed: dict[str, GivenValue]) -> list[ReadInput]:
    inputs: list[ReadInput] = []
    for path in search.pipelines:
        name = display(path)
        here = {key: value for key, value in passed.items() if value.origin is not None and value.origin.file == name}
        if here:
            known = {key: value for key, value in here.items() if not isinstance(value.value, Unknown)}
            rest = [key for key in here if key not in known]
            parts = [_listed(known)] if known else []
            parts += [f"{OPEN}: {_listed(rest)}"] if rest else []
            inputs.append(ReadInput(name, "pipeline", detail="; ".join(parts)))
    if not inputs and search.pipelines and search.environments:
        inputs.append(
            ReadInput(display(search.pipelines[0]), "pipeline", used=False, detail="nothing in it was needed")
        )
    return inputs


def _agreed(found: Discovered, search: Discovery, root: Module, loader: ModuleLoader, wanted: set[str]) -> None:
    """Use only what all environments have in common, and say how to choose one."""
    listed = ", ".join(search.environments)
    found.hint = f"`--environment {'|'.join(search.environments)}`"
    each: list[dict[str, GivenValue]] = []
    for environment in search.environments:
        one = Discovered()
        _take(one, discover(loader.tree.repository, root.folder, environment), root, loader, wanted)
        each.append(one.values)
    first, *others = each
    for name, given in first.items():
        if all(name in other and equal(other[name].value, given.value) is True for other in others):
            found.values[name] = given
    if search.pipelines:
        detail = f"inputs for {listed}; choose with --environment"
        if found.values:
            detail += f"; the same in all: {_listed(found.values)}"
        path = display(search.pipelines[0])
        found.inputs.append(ReadInput(path, "pipeline", used=bool(found.values), detail=detail))
    found.inputs += [_unused(item, search) for item in search.files]


def _listed(names: Iterable[str], most: int = 8) -> str:
    given = list(names)
    return ", ".join(given[:most]) + (f" and {len(given) - most} more" if len(given) > most else "")
