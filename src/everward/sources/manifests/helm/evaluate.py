"""Renders templates. What is not known passes through as holes; a condition on a hole is asked of whoever renders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from everward.sources.limits import Limits, limit_help
from everward.sources.manifests.helm.holes import Hole, Holes, derived
from everward.sources.manifests.helm.nodes import (
    Action,
    Call,
    Command,
    Dot,
    Fields,
    Function,
    If,
    Jump,
    Literal,
    Nil,
    Node,
    Operand,
    Parsed,
    Pipe,
    Range,
    Sub,
    Text,
    Variable,
    With,
)
from everward.sources.manifests.helm.numbers import go_number
from everward.sources.manifests.helm.problem import LimitError, TemplateError
from everward.values import combine

Callback: TypeAlias = Callable[["Renderer", list[Any]], Any]
"""A function of the language: the renderer and the arguments."""

MAX_INCLUDES: Final = 200
"""How deep templates may include one another; Helm itself stops at 1,000."""


@dataclass(frozen=True, slots=True)
class Method:
    """Something that is called with arguments: `.Files.Get`."""

    call: Callback


NO_VALUE: Final = "<no value>"
"""What Go prints for nothing."""


class Int64(int):
    """A whole number of 64 bits, which Go tells from its plain ones: what `--set` gives, and sums."""

    __slots__ = ()


@dataclass(slots=True)
class Budget:
    """Steps that are left for one release, whatever its files and renderings are."""

    left: int


class _Break(Exception):
    """`break` on its way to the loop."""


class _Continue(Exception):
    """`continue` on its way to the loop."""


@dataclass(slots=True)
class Output:
    """Rendered text, with the line of the source that each of its lines comes from."""

    parts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=lambda: [0])
    """By line of the output: the line of the template; 0 where nothing was written yet."""
    size: int = 0

    def write(self, text: str, line: int, *, follows: bool) -> None:
        """Add a text that begins at a line of the source, and goes on over its lines when it `follows` them."""
        self.parts.append(text)
        self.size += len(text)
        pieces = text.split("\n")
        for index, piece in enumerate(pieces):
            if index:
                self.lines.append(0)
            if piece.strip() and not self.lines[-1]:
                self.lines[-1] = line + (index if follows else 0)

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.parts)


class Renderer:
    """Renders the templates of one chart once, for one set of answers to what is not known."""

    def __init__(
        self,
        templates: Mapping[str, tuple[Node, ...]],
        functions: Mapping[str, Callback],
        limits: Limits,
        holes: Holes,
        answers: dict[str, bool],
        budget: Budget | None = None,
    ) -> None:
        self.templates = templates
        self.functions = functions
        self.limits = limits
        self.holes = holes
        self.answers = answers
        self.asked: dict[str, Hole] = {}
        """Conditions that were asked, in order."""
        self.budget = budget or Budget(limits.steps)
        self.steps = 0
        """How many steps were taken, which also numbers what is new each time."""
        self.includes = 0

    def file(self, parsed: Parsed, dot: Any) -> Output:
        """Render a file.

        Raises:
            TemplateError: when that is not possible; Helm refuses it too, or it needs what is not read here.

        """
        output = self._run(parsed.body, dot)
        # Helm takes out what Go prints for nothing, but only in the end.
        output.parts = [output.text.replace(NO_VALUE, "")]
        return output

    def include(self, name: str, dot: Any) -> str:
        """The text of a named template."""
        body = self.templates.get(name)
        if body is None:
            raise TemplateError(f"there is no template `{name}`", refused=True)
        return self._run(body, dot).text

    def _run(self, body: Sequence[Node], dot: Any) -> Output:
        self.includes += 1
        if self.includes > MAX_INCLUDES:
            raise LimitError(f"templates include one another more than {MAX_INCLUDES} deep")
        output = Output()
        try:
            self.nodes(body, dot, [{"": dot}], output)
        except (_Break, _Continue) as jump:
            message = "`break` or `continue` stands in no loop"
            raise TemplateError(message, jump.args[0], refused=True) from None
        finally:
            self.includes -= 1
        return output

    def step(self, size: int = 1) -> None:
        """Count a step of work, or several.

        Raises:
            LimitError: when there were too many.

        """
        self.steps += size
        self.budget.left -= size
        if self.budget.left < 0:
            raise LimitError(f"the limit `steps` is met: more than {self.limits.steps:,}", help=limit_help("steps"))

    def check(self, value: Any) -> Any:
        """A result of a function, unless it is too large. What is large has taken as many steps."""
        size = len(value) if isinstance(value, str | list | dict) else 0
        name = "text" if isinstance(value, str) else "elements"
        limit = self.limits.text if name == "text" else self.limits.elements
        if size > limit:
            raise LimitError(f"the limit `{name}` is met: more than {limit:,}", help=limit_help(name))
        self.step(_work(value))
        return value

    # Conditions

    def truth(self, value: Any) -> bool | Hole:
        """Whether a value counts as true, as far as that is known."""
        if isinstance(value, Hole):
            return value if value.truth is None else value.truth
        if isinstance(value, str):
            holes = self.holes.in_text(value)
            if not holes or sum(len(self.holes.token(hole)) for hole in holes) < len(value):
                return bool(value)
            known = [hole.truth for hole in holes]
            return True if True in known else derived("text", holes)
        return bool(value)

    def decide(self, value: Any) -> bool:
        """Whether a value counts as true; what is not known is answered, and noted as asked."""
        found = self.truth(value)
        if not isinstance(found, Hole):
            return found
        answer = self.answers.setdefault(found.key, False)
        self.asked.setdefault(found.key, found)
        return answer is not found.negated

    # Nodes

    def nodes(self, body: Sequence[Node], dot: Any, scope: list[dict[str, Any]], output: Output) -> None:
        """Render nodes one after the other."""
        for node in body:
            self.step()
            if isinstance(node, Text):
                output.write(node.text, node.line, follows=True)
            else:
                try:
                    self.node(node, dot, scope, output)
                except TemplateError as error:
                    if error.line is None:
                        error.line = node.line
                    raise
            if output.size > self.limits.text:
                limit = self.limits.text
                raise LimitError(f"the limit `text` is met: more than {limit:,} characters", help=limit_help("text"))

    def node(self, node: Node, dot: Any, scope: list[dict[str, Any]], output: Output) -> None:
        """Render one node that is no text."""
        if isinstance(node, Action):
            value = self.pipe(node.pipe, dot, scope)
            if not node.pipe.names:
                output.write(self.print(value), node.line, follows=False)
        elif isinstance(node, If | With):
            self.choice(node, dot, scope, output)
        elif isinstance(node, Range):
            self.loop(node, dot, scope, output)
        elif isinstance(node, Call):
            value = self.pipe(node.pipe, dot, scope) if node.pipe is not None else None
            output.write(self.include(node.name, value), node.line, follows=False)
        elif isinstance(node, Jump):
            raise _Break(node.line) if node.word == "break" else _Continue(node.line)

    def choice(self, node: If | With, dot: Any, scope: list[dict[str, Any]], output: Output) -> None:
        """`if` and `with`."""
        depth = len(scope)
        scope.append({})
        try:
            for pipe, body in node.branches:
                inner = dot
                if pipe is not None:
                    value = self.pipe(pipe, dot, scope)
                    if not self.decide(value):
                        continue
                    if isinstance(node, With):
                        inner = value
                scope.append({})
                self.nodes(body, inner, scope, output)
                return
        finally:
            del scope[depth:]

    def loop(self, node: Range, dot: Any, scope: list[dict[str, Any]], output: Output) -> None:
        """`range`."""
        depth = len(scope)
        scope.append({})
        try:
            value = self.pipe(replace_names(node.pipe), dot, scope)
            pairs = self.pairs(value)
            if not pairs:
                self.nodes(node.other, dot, scope, output)
                return
            for key, item in pairs:
                names = node.pipe.names
                given = (item,) if len(names) == 1 else (key, item)
                self.step()
                del scope[depth + 1 :]
                scope.append(dict(zip(names, given, strict=False)))
                try:
                    self.nodes(node.body, item, scope, output)
                except _Continue:
                    continue
                except _Break:
                    break
        finally:
            del scope[depth:]

    def pairs(self, value: Any) -> list[tuple[Any, Any]]:
        """Keys and elements that a loop goes over. Of what is not known, one element stands for any number."""
        if isinstance(value, Hole) or (isinstance(value, str) and self.holes.in_text(value)):
            hole = value if isinstance(value, Hole) else derived("text", self.holes.in_text(value))
            element = Hole(f"{hole.key}[*]", hole.unknown)
            return [(Hole(f"{hole.key}[key]", hole.unknown), element)] if self.decide(hole) else []
        if value is None:
            return []
        if isinstance(value, dict):
            return [(key, value[key]) for key in sorted(value)]
        if isinstance(value, list):
            return list(enumerate(value))
        if isinstance(value, int) and not isinstance(value, bool):
            if value > self.limits.elements:
                raise LimitError(
                    "the limit `elements` is met: a loop goes on for too long", help=limit_help("elements")
                )
            return [(index, index) for index in range(value)]
        raise TemplateError(f"`range` cannot go over {kind_of(value)}", refused=True)

    # Pipelines

    def pipe(self, pipe: Pipe, dot: Any, scope: list[dict[str, Any]]) -> Any:
        """The result of a pipeline; its variables are set."""
        value: Any = None
        for index, command in enumerate(pipe.commands):
            self.step()
            value = self.command(command, dot, scope, [value] if index else [])
        for name in pipe.names[:1]:
            if pipe.assigns:
                holder = next((level for level in reversed(scope) if name in level), None)
                if holder is None:
                    raise TemplateError(f"the variable `${name}` is not declared", refused=True)
                holder[name] = value
            else:
                scope[-1][name] = value
        return value

    def command(self, command: Command, dot: Any, scope: list[dict[str, Any]], piped: list[Any]) -> Any:
        """A function with its arguments, or a value."""
        first, *rest = command.words
        if isinstance(first, Function):
            return self.call(first.name, rest, dot, scope, piped)
        value = self.operand(first, dot, scope)
        if isinstance(value, Method):
            return self.check(value.call(self, [*(self.operand(word, dot, scope) for word in rest), *piped]))
        if rest or piped:
            if isinstance(value, Hole):
                return derived("call", [value])
            raise TemplateError("something that is no function is given arguments", refused=True)
        return value

    def call(self, name: str, words: Sequence[Operand], dot: Any, scope: list[dict[str, Any]], piped: list[Any]) -> Any:
        """The result of a function. `and` and `or` look at no more than they need."""
        if name in ("and", "or"):
            return self.chain(name, words, dot, scope, piped)
        function = self.functions.get(name)
        if function is None:
            raise TemplateError(f"the function `{name}` is not read here")
        arguments = [*(self.operand(word, dot, scope) for word in words), *piped]
        self.step(sum(map(_work, arguments)))
        try:
            return self.check(function(self, arguments))
        except (TypeError, ValueError, IndexError, KeyError, AttributeError, OverflowError, ArithmeticError) as error:
            raise TemplateError(f"`{name}` cannot take its arguments") from error

    def chain(
        self, name: str, words: Sequence[Operand], dot: Any, scope: list[dict[str, Any]], piped: list[Any]
    ) -> Any:
        """`and` gives the first value that is false, `or` the first that is true, else the last."""
        stops = name == "or"
        holes: list[Hole] = []
        value: Any = None
        waiting = [*words, *(Literal(item) for item in piped)]
        if not waiting:
            raise TemplateError(f"`{name}` needs an argument", refused=True)
        for word in waiting:
            value = self.operand(word, dot, scope)
            found = self.truth(value)
            if isinstance(found, Hole):
                holes.append(found)
            elif found is stops:
                return derived(name, holes, truth=stops) if holes else value
        return self.joined(name, holes, value)

    def joined(self, name: str, holes: list[Hole], value: Any) -> Any:
        """What `and` or `or` gives when no argument decided it alone."""
        if not holes:
            return value
        if len(holes) == 1:
            # All others count the other way: the result is true exactly when this one is.
            return Hole(holes[0].key, combine([holes[0].unknown]), None, holes[0].negated)
        return derived(name, holes)

    def operand(self, word: Operand, dot: Any, scope: list[dict[str, Any]]) -> Any:
        """The value of one word."""
        if isinstance(word, Literal):
            return word.value
        if isinstance(word, Dot):
            return dot
        if isinstance(word, Fields):
            base = self.operand(word.base, dot, scope)
            # Fields of nothing are nothing, unless the nothing was itself a field right before them.
            return None if base is None else self.fields(base, word.names)
        if isinstance(word, Variable):
            for level in reversed(scope):
                if word.name in level:
                    return level[word.name]
            raise TemplateError(f"the variable `${word.name}` is not declared", refused=True)
        if isinstance(word, Sub):
            return self.pipe(word.pipe, dot, scope)
        if isinstance(word, Function):
            return self.call(word.name, (), dot, scope, [])
        if isinstance(word, Nil):
            return None
        raise TemplateError("an operand is not read here")

    def fields(self, value: Any, names: tuple[str, ...]) -> Any:
        """The value behind `.a.b`: null where a key is missing, as Helm has it."""
        for position, name in enumerate(names):
            if isinstance(value, Hole):
                path = ".".join(names[position:])
                return Hole(f"{value.key}.{path}", value.unknown)
            if isinstance(value, dict):
                value = value.get(name)
            elif value is None:
                raise TemplateError(f"`{name}` is asked of nothing", refused=True, help="give the values that it needs")
            else:
                raise TemplateError(f"`{name}` is asked of {kind_of(value)}", refused=True)
        return value

    def print(self, value: Any) -> str:
        """A value as an action prints it."""
        if isinstance(value, str):
            return value
        if value is None:
            return NO_VALUE
        if isinstance(value, Hole):
            return self.holes.token(value)
        return self.printed(value)

    def printed(self, value: Any) -> str:
        """A value as `%v` prints it."""
        if isinstance(value, str):
            return value
        if isinstance(value, Hole):
            return self.holes.token(value)
        if value is None:
            return "<nil>"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return go_number(value)
        if isinstance(value, dict):
            inner = " ".join(f"{key}:{self.printed(value[key])}" for key in sorted(value))
            return self.check(f"map[{inner}]")  # type: ignore[no-any-return]
        if isinstance(value, list):
            return self.check("[" + " ".join(self.printed(item) for item in value) + "]")  # type: ignore[no-any-return]
        raise TemplateError("what is printed is no value")


def _work(value: Any) -> int:
    """How many steps it is to look at a value once."""
    if isinstance(value, str):
        return len(value) >> 6
    return len(value) if isinstance(value, list | dict) else 0


def replace_names(pipe: Pipe) -> Pipe:
    """The pipeline of a loop without its variables, which are set for each element."""
    return Pipe(pipe.commands, (), False, pipe.line) if pipe.names else pipe


def kind_of(value: Any) -> str:
    """The kind of a value, as Go calls it."""
    if value is None:
        return "invalid"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, Int64):
        return "int64"
    for kind, name in ((str, "string"), (int, "int"), (float, "float64"), (dict, "map"), (list, "slice")):
        if isinstance(value, kind):
            return name
    return "func"
