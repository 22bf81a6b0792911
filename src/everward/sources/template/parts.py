"""Values of a template, prepared once and evaluated as often as they are needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from msgspec.structs import replace

from everward.expressions import TEMPLATE, ExpressionError, OpenObject, Program, compile_expression, parse_expression
from everward.expressions.symbols import symbolic
from everward.sources.template.document import Site
from everward.sources.template.scoped import is_of_scope
from everward.values import MISSING, Unknown, Value, member

if TYPE_CHECKING:
    from everward.sources.template.environment import Environment


_READ: Final = re.compile(r"\[(parameters|variables)\('([^']+)'\)\]")


class Part:
    """A value of a template. Evaluating it never raises: what fails becomes a hole, and is said once."""

    __slots__ = ("site",)

    composite: ClassVar[bool] = False
    """Whether it puts a value together, which may then have any number of parts."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def value(self, environment: Environment) -> Value:
        """The value where `environment` is."""
        raise NotImplementedError

    def inside(self) -> Sequence[Part | Copy]:
        """The parts that it is made of."""
        return ()


class Fixed(Part):
    """What holds no expression: it is the same everywhere, and shared."""

    __slots__ = ("fixed",)

    def __init__(self, site: Site, fixed: Value) -> None:
        super().__init__(site)
        self.fixed = fixed

    def value(self, environment: Environment) -> Value:  # noqa: ARG002 - like every other part
        """The value."""
        return self.fixed


class Text(Part):
    """A string in brackets: an expression, or with two of them a string that is written so."""

    __slots__ = ("_cost", "_long", "_program", "_refused", "_scope", "_scoped", "_settled", "text")

    def __init__(self, site: Site, text: str) -> None:
        super().__init__(site)
        self.text = text
        self._long = len(text) > TEMPLATE.max_length and text[1:2] != "["
        self._program: Program | None = None
        self._refused: ExpressionError | None = None
        """Why there is no program."""
        self._scoped = False
        """Whether its value hangs on the scope alone that is deployed to."""
        self._scope: str | None = None
        """The scope for which its value was worked out last, and that value."""
        self._settled: Value = None
        self._cost = 0
        """Steps that working it out took, spent each time: limits do not hang on what was read before."""

    def value(self, environment: Environment) -> Value:
        """The value of the expression, or a hole."""
        try:
            return self.strict(environment)
        except ExpressionError as error:
            return environment.failed(self.text, self.site, error)
        except RecursionError:
            return environment.exhausted(self.text, self.site)

    def strict(self, environment: Environment) -> Value:
        """The value of the expression.

        Raises:
            ExpressionError: when it fails.

        """
        if environment.outer is not None:
            return environment.value(self.text)
        if self._long:
            environment.deployment.run.note_long(self.site, len(self.text))
        program = self._program
        if program is None:
            if self.text[1:2] == "[":
                return environment.value(self.text)
            program = self._compile()
        if not self._scoped:
            return environment.evaluator.run(program)
        scope = environment.deployment.scope.id
        run = environment.deployment.run
        bounds = run.bounds
        if self._scope == scope and bounds.used + self._cost <= bounds.steps:
            bounds.spend(self._cost)
        else:
            before = bounds.used
            run.of_scope = True
            try:
                self._settled = environment.evaluator.run(program)
            finally:
                run.of_scope = False
            self._cost = bounds.used - before
            # What hangs on an unknown scope says so in its own way.
            self._scope = scope if "{" not in scope else None
        return self._settled

    def _compile(self) -> Program:
        """Its program, made once however many turns a loop has; what was refused is refused again."""
        if self._refused is not None:
            raise copy(self._refused)
        try:
            self._program = compile_expression(parse_expression(self.text), TEMPLATE)
        except ExpressionError as error:
            self._refused = copy(error)
            raise
        self._scoped = is_of_scope(self._program.expression.root)
        return self._program


class Read(Text):
    """A parameter or a variable: what most texts are."""

    __slots__ = ("_is_parameter", "_name")

    def __init__(self, site: Site, text: str, name: str, *, is_parameter: bool) -> None:
        super().__init__(site, text)
        self._name = name
        self._is_parameter = is_parameter

    def strict(self, environment: Environment) -> Value:
        """The value.

        Raises:
            ExpressionError: when there is none of that name.

        """
        if environment.outer is not None:
            return environment.value(self.text)
        read = environment.parameter if self._is_parameter else environment.deployment.variable
        value = read(self._name)
        if isinstance(value, Unknown) and value.text is None:
            return replace(value, text=self.text)
        return value


@dataclass(slots=True, eq=False)
class Copy:
    """A loop as it is written: name and count, and of loops of values what each turn gives."""

    name: str
    count: Part
    input: Part
    site: Site


class Items(Part):
    """An array."""

    __slots__ = ("_parts",)

    composite = True

    def __init__(self, site: Site, parts: list[Part]) -> None:
        super().__init__(site)
        self._parts = parts

    def inside(self) -> Sequence[Part | Copy]:
        """The elements."""
        return self._parts

    def value(self, environment: Environment) -> Value:
        """An array of the values."""
        out: list[Value] = []
        for part in self._parts:
            out.append(part.value(environment))  # noqa: PERF401 - a comprehension is one more frame
        return out


class Members(Part):
    """An object."""

    __slots__ = ("_entries",)

    composite = True

    def __init__(self, site: Site, entries: list[tuple[str, Part | Copy]]) -> None:
        super().__init__(site)
        self._entries = entries

    def inside(self) -> Sequence[Part | Copy]:
        """The values of the properties, and the loops."""
        return [part for _, part in self._entries]

    def value(self, environment: Environment) -> Value:
        """An object of the values; loops make an array each, expressions the names of properties."""
        out: dict[str, Value] = {}
        for key, part in self._entries:
            if isinstance(part, Copy):
                out[key] = environment.unroll(part, whole=False)
            elif key[:1] == "[":
                name = _name(key, self.site, environment)
                if isinstance(name, Unknown):
                    return name
                out[name] = part.value(environment)
            else:
                out[key] = part.value(environment)
        return out


def _name(key: str, site: Site, environment: Environment) -> str | Unknown:
    """The name of a property that an expression makes. An id that is not known has a symbolic one."""
    name = Text(site.below(key), key).value(environment)
    if isinstance(name, OpenObject):
        return name.hole
    if isinstance(name, Unknown) and name.reference is None:
        return name
    return symbolic(name)


def prepare(raw: Any, site: Site) -> Part:
    """A value as it is written, ready to be evaluated."""
    if isinstance(raw, str):
        return _prepare_text(raw, site) if raw[:1] == "[" and raw[-1:] == "]" else Fixed(site, raw)
    if isinstance(raw, dict) and not isinstance(raw, OpenObject):
        return _prepare_object(raw, site)
    if isinstance(raw, list):
        parts = [prepare(item, site.below(index)) for index, item in enumerate(raw)]
        return Fixed(site, raw) if all(isinstance(part, Fixed) for part in parts) else Items(site, parts)
    return Fixed(site, raw)


def _prepare_text(raw: str, site: Site) -> Text:
    found = _READ.fullmatch(raw)
    return Text(site, raw) if found is None else Read(site, raw, found[2], is_parameter=found[1] == "parameters")


def _prepare_object(raw: dict[str, Any], site: Site) -> Part:
    entries: list[tuple[str, Part | Copy]] = []
    fixed = True
    for key, below in raw.items():
        if len(key) == 4 and key.lower() == "copy" and is_copy(below):
            fixed = False
            entries.extend((copy.name, copy) for copy in _copies(below, site.below(key)))
            continue
        part = prepare(below, site.below(key))
        fixed = fixed and isinstance(part, Fixed) and key[:1] != "["
        entries.append((key, part))
    return Fixed(site, raw) if fixed else Members(site, entries)


def _copies(entries: list[dict[str, Any]], site: Site) -> Iterator[Copy]:
    for index, entry in enumerate(entries):
        yield prepare_copy(entry, site.below(index), str(member(entry, "name")))


def prepare_copy(entry: dict[str, Any], site: Site, name: str) -> Copy:
    """A `copy` as it is written."""
    count, made = member(entry, "count"), member(entry, "input")
    return Copy(
        name,
        prepare(None if count is MISSING else count, site.below("count")),
        prepare(None if made is MISSING else made, site.below("input")),
        site,
    )


def is_copy(value: Any) -> bool:
    """Whether the value under a key `copy` is the language's own: loops with name and count."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(entry, dict) and isinstance(member(entry, "name"), str) and member(entry, "count") is not MISSING
            for entry in value
        )
    )


def texts_in(part: Part | Copy) -> Iterator[Text]:
    """Every expression in a part."""
    pending: list[Part | Copy] = [part]
    while pending:
        item = pending.pop()
        if isinstance(item, Copy):
            pending += [item.count, item.input]
        elif isinstance(item, Text):
            yield item
        else:
            pending += item.inside()
