"""Terraform in JSON: the same small tree from a file that has keys where the native syntax has labels and arguments.

The rules are those of Terraform's JSON configuration syntax: text is a template except where only a literal or a
reference may stand, and `//` beside arguments is a comment. Whether an object is an argument or a nested block, the
text does not say: arguments keep both ways of reading, and who knows the schema chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from everward.sources.jsontext import JsonError, Lines, Node, decode_text, parse, unreadable
from everward.sources.limits import Limits
from everward.sources.terraform.depth import deep_stack
from everward.sources.terraform.syntax.errors import HELP
from everward.sources.terraform.syntax.nodes import (
    Attribute,
    Block,
    Body,
    Expression,
    Literal,
    ObjectCons,
    SourceFile,
    SyntaxProblem,
    TupleCons,
)
from everward.sources.terraform.syntax.parser import parse_expression, parse_template
from everward.values import Origin

COMMENT: Final = "//"


_LABELS: Final = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "variable": 1,
    "output": 1,
    "module": 1,
    "provider": 1,
    "check": 1,
    "locals": 0,
    "terraform": 0,
    "moved": 0,
    "import": 0,
    "removed": 0,
}
_INNER: Final[dict[str, dict[str, int]]] = {
    "terraform": {"backend": 1, "required_providers": 0, "cloud": 0, "provider_meta": 1, "encryption": 0},
    "variable": {"validation": 0},
    "output": {"precondition": 0},
    "check": {"data": 2, "assert": 0},
    "removed": {"lifecycle": 0, "provisioner": 1, "connection": 0},
    "lifecycle": {"precondition": 0, "postcondition": 0, "action_trigger": 0},
}
"""Blocks in blocks whose schema is Terraform's own, with how many labels they have."""
_META: Final = {"dynamic": 1, "lifecycle": 0, "provisioner": 1, "connection": 0, "timeouts": 0}
"""Those that any resource may have."""
_WITH_META: Final = frozenset({"resource", "data", "ephemeral"})
_LITERAL: Final = {
    "variable": frozenset({"default", "description", "nullable", "sensitive", "ephemeral", "const", "deprecated"}),
    "module": frozenset({"source", "version"}),
    "required_providers": None,
}
"""Arguments whose text is no template, by the block that they stand in; None: all of them."""
_REFERENCES: Final = {
    "resource": frozenset({"depends_on", "provider"}),
    "data": frozenset({"depends_on", "provider"}),
    "ephemeral": frozenset({"depends_on", "provider"}),
    "module": frozenset({"depends_on", "providers"}),
    "output": frozenset({"depends_on"}),
    "variable": frozenset({"type"}),
    "lifecycle": frozenset({"ignore_changes", "replace_triggered_by"}),
    "moved": frozenset({"from", "to"}),
    "import": frozenset({"to", "provider"}),
    "removed": frozenset({"from"}),
    "dynamic": frozenset({"iterator"}),
}
"""Arguments whose text is an expression that refers to something, by the block that they stand in."""


def parse_json_file(content: bytes, name: str, limits: Limits | None = None) -> SourceFile:
    """Read a `.tf.json` file. `name` is how origins name it. What is wrong stands in the result's `problems`."""
    file = SourceFile(name, Body())
    deepest = (limits or Limits()).nesting
    try:
        text = decode_text(content)
    except ValueError:
        file.problems.append(_problem(f"`{name}` is not text in UTF-8", Origin(source="terraform", file=name)))
        return file
    try:
        value, node = parse(text, deepest=deepest)
    except JsonError as error:
        problem = unreadable(error, text, source="terraform", file=name)
        file.problems.append(SyntaxProblem(problem.message, origin=problem.origin, help=problem.help))
        return file
    with deep_stack():
        _Reader(file, Lines(text)).top(_Value(value, node))
    return file


@dataclass(slots=True, eq=False)
class _Value:
    """A value and where it stands."""

    value: Any
    node: Node

    def members(self) -> Iterator[tuple[str, _Value]]:
        """Of an object."""
        for key, value in self.value.items():
            yield key, _Value(value, (self.node.keys or {}).get(key, self.node))

    def elements(self) -> list[_Value]:
        """Of an array."""
        return [_Value(item, node) for item, node in zip(self.value, self.node.items or (), strict=True)]


def _problem(message: str, origin: Origin) -> SyntaxProblem:
    return SyntaxProblem(message, origin=origin, help=HELP)


class _Reader:
    """Turns the values of one file into blocks and arguments."""

    def __init__(self, file: SourceFile, lines: Lines) -> None:
        self._file = file
        self._lines = lines

    def top(self, root: _Value) -> None:
        for holder in self._objects(root, "a file of Terraform in JSON", every=True):
            for key, value in holder.members():
                if key == COMMENT:
                    continue
                if key in _LABELS:
                    self._labelled(key, _LABELS[key], value, self._file.body)
                else:
                    self._file.body.blocks.append(Block(key, (), Body(), self._origin(value)))

    # Places

    def _origin(self, value: _Value) -> Origin:
        line = self._lines.line(value.node.start)
        end = self._lines.line(max(value.node.end - 1, value.node.start))
        return Origin(source="terraform", file=self._file.name, line=line, end_line=end if end > line else None)

    def _complain(self, message: str, value: _Value) -> None:
        self._file.problems.append(_problem(message, self._origin(value)))

    def _objects(self, value: _Value, what: str, *, every: bool = False) -> list[_Value]:
        """An object, or those of an array, as the bodies of blocks; null stands for none."""
        if value.value is None:
            return []
        found = value.elements() if isinstance(value.value, list) else [value]
        out: list[_Value] = []
        for item in found:
            if isinstance(item.value, dict):
                out.append(item)
                for key in dict.fromkeys(item.node.repeated or ()):
                    self._complain(f"`{key}` stands twice in one object, and only the last is read", item)
            elif item.value is not None or every:
                self._complain(f"{what} needs an object here", item)
        return out

    # Blocks

    def _labelled(self, kind: str, labels: int, value: _Value, body: Body, given: tuple[str, ...] = ()) -> None:
        """Append the blocks below `value`, whose keys are labels as far as labels are still missing."""
        if len(given) == labels:
            for item in self._objects(value, f"`{'.'.join([kind, *given])}`"):
                body.blocks.append(Block(kind, given, self._body(item, kind), self._origin(item)))
            return
        for holder in self._objects(value, f"`{'.'.join([kind, *given])}`"):
            for key, inner in holder.members():
                if key != COMMENT:
                    self._labelled(kind, labels, inner, body, (*given, key))

    def _body(self, holder: _Value, kind: str) -> Body:
        body = Body()
        inner = _META if kind in _WITH_META else _INNER.get(kind, {})
        for key, value in holder.members():
            if key == COMMENT and kind not in ("locals", "required_providers"):
                continue
            if key in inner:
                self._labelled_inner(key, inner[key], value, body)
            elif value.value is not None or kind == "locals":
                body.attributes[key] = self._attribute(key, value, kind)
        return body

    def _labelled_inner(self, kind: str, labels: int, value: _Value, body: Body) -> None:
        if kind == "dynamic":
            for holder in self._objects(value, "`dynamic`"):
                for name, item in holder.members():
                    if name != COMMENT:
                        self._dynamic(name, item, body)
        else:
            self._labelled(kind, labels, value, body)

    def _dynamic(self, name: str, value: _Value, body: Body) -> None:
        for item in self._objects(value, f"`dynamic.{name}`"):
            inner = Body()
            for key, part in item.members():
                if key == "content":
                    for content in self._objects(part, f"`dynamic.{name}.content`"):
                        inner.blocks.append(Block(key, (), self._nested_body(content), self._origin(content)))
                elif key != COMMENT:
                    inner.attributes[key] = self._attribute(key, part, "dynamic")
            body.blocks.append(Block("dynamic", (name,), inner, self._origin(item)))

    def _nested_body(self, holder: _Value) -> Body:
        """The body of a block whose schema is a provider's."""
        body = Body()
        for key, value in holder.members():
            if key == "dynamic":
                self._labelled_inner(key, 1, value, body)
            elif key != COMMENT and value.value is not None:
                body.attributes[key] = self._attribute(key, value, "")
        return body

    # Arguments

    def _attribute(self, name: str, value: _Value, kind: str) -> Attribute:
        origin = self._origin(value)
        literal = _LITERAL.get(kind, frozenset())
        if literal is None or name in literal:
            expression = self._literal(value)
        elif name in _REFERENCES.get(kind, ()):
            expression = self._reference(value)
        else:
            expression = self._expression(value)
        text = str(value.value) if name in ("count", "for_each") else None
        return Attribute(name, expression, origin, text, self._nested(name, value), whole=True)

    def _nested(self, name: str, value: _Value) -> Callable[[], list[Body]] | None:
        """How to read a value as nested blocks, where it may be meant so."""
        if not isinstance(value.value, dict | list):
            return None
        return lambda: self._as_blocks(name, value)

    def _as_blocks(self, name: str, value: _Value) -> list[Body]:
        reader = _Reader(SourceFile(self._file.name, Body()), self._lines)
        bodies = [reader._nested_body(item) for item in reader._objects(value, f"the block `{name}`")]
        # What is wrong in both ways of reading was told when the file was read.
        told = {(problem.message, problem.origin) for problem in self._file.problems}
        for problem in reader._file.problems:
            if (problem.message, problem.origin) not in told:
                raise problem
        return bodies

    def _expression(self, value: _Value) -> Expression:
        if isinstance(value.value, str):
            return self._template(value)
        return self._structure(value, self._expression, self._template)

    def _literal(self, value: _Value) -> Expression:
        return self._structure(value, self._literal, self._scalar)

    def _reference(self, value: _Value) -> Expression:
        if not isinstance(value.value, str):
            return self._structure(value, self._reference, self._scalar)
        text = value.value
        if text.startswith("${") and text.endswith("}"):
            text = text[2:-1]
        try:
            return parse_expression(text, self._file.name)
        except SyntaxProblem as problem:
            self._complain(problem.message, value)
            return Literal(self._line(value), value.value)

    def _structure(
        self, value: _Value, inner: Callable[[_Value], Expression], key_of: Callable[[_Value], Expression]
    ) -> Expression:
        line = self._line(value)
        if isinstance(value.value, list):
            return TupleCons(line, tuple(inner(item) for item in value.elements()))
        if isinstance(value.value, dict):
            for key in dict.fromkeys(value.node.repeated or ()):
                self._complain(f"`{key}` stands twice in one object, and only the last is read", value)
            return ObjectCons(
                line, tuple((key_of(_Value(key, item.node)), inner(item)) for key, item in value.members())
            )
        return self._scalar(value)

    def _scalar(self, value: _Value) -> Expression:
        plain = value.value
        if isinstance(plain, float):
            plain = Decimal(repr(plain))
            plain = int(plain) if plain == plain.to_integral_value() else plain
        return Literal(self._line(value), plain)

    def _template(self, value: _Value) -> Expression:
        text = value.value
        if "${" not in text and "%{" not in text:
            return Literal(self._line(value), text)
        try:
            return parse_template(text, self._file.name)
        except SyntaxProblem:
            self._complain(f"`{text[:60]}` is not a template: close every `${{` and `%{{`", value)
            return Literal(self._line(value), None)

    def _line(self, value: _Value) -> int:
        return self._lines.line(value.node.start)
