"""Texts that are worked out as a whole: templates, and files of variables as `decode_tfvars` reads them."""

from __future__ import annotations

from pathlib import Path

from everward.sources.limits import Limits
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.evaluate import evaluate
from everward.sources.terraform.language.free_names import calls_in, free_names
from everward.sources.terraform.language.functions.registry import Context
from everward.sources.terraform.language.functions.terraform import is_identifier
from everward.sources.terraform.language.scope import EvaluationError, Scope
from everward.sources.terraform.language.values import Data, LimitProblem, ValueProblem, shorten
from everward.sources.terraform.syntax import Expression, Step, SyntaxProblem, Variable, parse_file, parse_template
from everward.values import Unknown


class Renderer:
    """Works out templates, each of which is read once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._templates: dict[str, tuple[Expression, tuple[Variable, ...]]] = {}
        """By text: the template, and what it needs."""

    def render(self, text: str, name: str, variables: dict[str, Data], *, files: bool) -> Data:
        """A template with its variables filled in. `files` says whether it may read files.

        Raises:
            ValueProblem: when it is not well formed, or needs what it is not given.
            LimitProblem: when it costs more than it may.

        """
        for given in variables:
            if not is_identifier(given):
                raise ValueProblem(f"`{shorten(given)}` cannot be the name of a variable of a template")
        template, needs = self._template(text, name)
        for needed in needs:
            if needed.name not in variables:
                raise ValueProblem(
                    f"`{shorten(name)}` line {_line(needed.line)}: `{needed.name}` is not given to the template"
                )
        try:
            return evaluate(template, Scope(_Nothing(), _Inside(self._context, files=files), variables))
        except EvaluationError as error:
            message = f"`{shorten(name)}` line {_line(error.line)}: {error.message}"
            raise (LimitProblem(message, error.limit) if error.limit else ValueProblem(message)) from None

    def _template(self, text: str, name: str) -> tuple[Expression, tuple[Variable, ...]]:
        known = self._templates.get(text)
        if known is None:
            try:
                template = parse_template(text, name)
                known = self._templates[text] = template, tuple(free_names(template))
            except SyntaxProblem as problem:
                line = problem.origin.line if problem.origin is not None else None
                raise ValueProblem(f"{problem.message}" + (f", line {line}" if line else "")) from None
        return known

    def decode(self, text: str) -> Data:
        """A file of variables as an object: arguments alone, without references and functions.

        Raises:
            ValueProblem: when it is something else.

        """
        file = parse_file(text.encode(), "decode_tfvars", self._context.limits)
        if file.problems:
            raise ValueProblem(file.problems[0].message)
        if file.body.blocks:
            raise ValueProblem(f"a block `{shorten(file.body.blocks[0].type)}` is no value of a variable")
        values: dict[str, Data] = {}
        for name, attribute in sorted(file.body.attributes.items()):
            for call in calls_in(attribute.value):
                raise ValueProblem(f"line {call.line}: functions cannot be called here")
            try:
                values[name] = evaluate(attribute.value, Scope(_Nothing(), _Inside(self._context, files=False)))
            except EvaluationError as error:
                raise ValueProblem(f"line {error.line}: {error.message}") from None
        return values


def _line(line: int) -> int:
    """A template is read one line down, behind the mark that opens it."""
    return max(line - 1, 1)


class _Inside:
    """What functions may do inside a template."""

    def __init__(self, outside: Context, *, files: bool) -> None:
        self._outside = outside
        self._files = files

    @property
    def limits(self) -> Limits:
        return self._outside.limits

    def read(self, path: str) -> bytes | Unknown:
        self._check()
        return self._outside.read(path)

    def locate(self, path: str) -> Path | Unknown:
        self._check()
        return self._outside.locate(path)

    def _check(self) -> None:
        if not self._files:
            raise ValueProblem("the template of `templatestring` may not read files")

    def spend(self, steps: int) -> None:
        self._outside.spend(steps)

    def render(self, text: str, name: str, variables: dict[str, Data], *, files: bool = True) -> Data:  # noqa: ARG002
        raise ValueProblem("a template cannot fill in another")

    def decode(self, text: str) -> Data:
        return self._outside.decode(text)


class _Nothing:
    """What can be seen beside the variables."""

    def resolve(self, name: str, steps: tuple[Step, ...]) -> tuple[Data, int]:  # noqa: ARG002
        raise ValueProblem(f"`{name}` is not known here")

    def computed(self, instance: Instance, path: str) -> Data:
        return Unknown(reason="known after apply", decided_by=(f"{instance.address}.{path}",))
