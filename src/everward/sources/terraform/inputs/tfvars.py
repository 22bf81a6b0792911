"""Files of values: `.tfvars` and `.tfvars.json`, and values on a command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from everward.sources.limits import Limits, limit_help
from everward.sources.terraform.evaluation import GivenValue
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.evaluate import evaluate
from everward.sources.terraform.language.functions import Context
from everward.sources.terraform.language.scope import EvaluationError, Scope
from everward.sources.terraform.language.values import Data, LimitProblem, ValueProblem
from everward.sources.terraform.modules import Module, ModuleLoader
from everward.sources.terraform.syntax import Step, SyntaxProblem, parse_expression
from everward.sources.tree import display
from everward.values import Origin, ProblemError, Unknown, UnreadableError


@dataclass(slots=True)
class VariableFile:
    """The values of one file, and what is wrong in it."""

    path: Path
    values: dict[str, GivenValue] = field(default_factory=dict)
    problems: list[ProblemError] = field(default_factory=list)


class _Constants:
    """What the expressions of a values file may refer to: nothing, and no files either."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._steps = 0

    def resolve(self, name: str, steps: tuple[Step, ...]) -> tuple[Data, int]:  # noqa: ARG002
        raise ValueProblem(f"a value must not refer to anything, and it names `{name}`")

    def computed(self, instance: Instance, path: str) -> Data:  # noqa: ARG002
        return None

    def read(self, path: str) -> bytes | Unknown:  # noqa: ARG002
        raise ValueProblem("a value must not read files")

    def locate(self, path: str) -> Path | Unknown:  # noqa: ARG002
        raise ValueProblem("a value must not read files")

    def spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > self.limits.steps:
            raise LimitProblem(f"more than {self.limits.steps:,} steps of work in these values", "steps")

    def render(self, text: str, name: str, variables: dict[str, Data], *, files: bool = True) -> Data:  # noqa: ARG002
        raise ValueProblem("a value must not fill in templates")

    def decode(self, text: str) -> Data:  # noqa: ARG002
        raise ValueProblem("a value must not read variables")


def _constant_scope(limits: Limits | None = None) -> Scope:
    constants = _Constants(limits or Limits())
    functions: Context = constants
    return Scope(constants, functions)


def read_variable_file(path: Path, loader: ModuleLoader) -> VariableFile:
    """The values of a file. Nothing is raised: what is wrong stands in its `problems`."""
    result = VariableFile(path)
    try:
        if path.name.endswith(".json"):
            _read_json(result, loader)
        else:
            _read_native(result, loader)
    except UnreadableError as problem:
        result.problems.append(problem)
    return result


def _read_native(result: VariableFile, loader: ModuleLoader) -> None:
    file = loader.file(result.path)
    result.problems += file.problems
    scope = _constant_scope(loader.limits)
    for name, attribute in file.body.attributes.items():
        try:
            value = evaluate(attribute.value, scope)
        except (EvaluationError, RecursionError) as error:
            reason = error.message if isinstance(error, EvaluationError) else "nested too deeply"
            advice = error.help if isinstance(error, EvaluationError) else None
            result.problems.append(UnreadableError(f"`{name}`: {reason}", origin=attribute.origin, help=advice))
        else:
            result.values[name] = GivenValue(value, f"{file.name}:{attribute.origin.line}", attribute.origin)
    for block in file.body.blocks:
        result.problems.append(
            UnreadableError(f"a block `{block.type}` has no place in a file of values", origin=block.origin)
        )


def _read_json(result: VariableFile, loader: ModuleLoader) -> None:
    name = display(result.path)
    origin = Origin(source="terraform", file=name)
    try:
        from everward.sources.terraform.language.functions.encoding import from_json_text

        loaded = from_json_text(loader.tree.text(result.path), loader.limits)
    except LimitProblem as problem:
        raise UnreadableError(str(problem), origin=origin, help=limit_help(problem.limit)) from None
    except ValueProblem as problem:
        raise UnreadableError(str(problem), origin=origin, help="correct the file") from None
    if not isinstance(loaded, dict):
        raise UnreadableError("an object of values is needed", origin=origin)
    result.values = {key: GivenValue(value, name, origin) for key, value in loaded.items()}


def typed_values(
    variables: Mapping[str, str], root: Module, given_by: str
) -> tuple[dict[str, GivenValue], list[ProblemError]]:
    """Values as typed on a command line: text for variables of a primitive type, else expressions.

    `given_by` is what stands before the name where they were typed: `--var `, `TF_VAR_`.
    """
    values: dict[str, GivenValue] = {}
    problems: list[ProblemError] = []
    for name, text in variables.items():
        declared = root.variables.get(name)
        if declared is None:
            continue
        try:
            value = text if declared.literal else parse_value(text)
        except ProblemError as problem:
            problems.append(UnreadableError(f"`{given_by}{name}`: {problem.message}", help=problem.help))
        else:
            values[name] = GivenValue(value, given_by.rstrip(" _"))
    return values, problems


def parse_value(text: str) -> Data:
    """The value that an expression without references stands for.

    Raises:
        ProblemError: when it is none.

    """
    try:
        return evaluate(parse_expression(text, "--var"), _constant_scope())
    except (EvaluationError, SyntaxProblem):
        raise
    except RecursionError:
        raise UnreadableError("the value is nested too deeply") from None
