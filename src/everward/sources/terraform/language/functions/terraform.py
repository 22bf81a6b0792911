"""The functions of the provider that is built into Terraform: values as text of its language, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from everward.sources.terraform.language import graphemes
from everward.sources.terraform.language.functions.registry import Context, function
from everward.sources.terraform.language.values import Data, ValueProblem, is_null, kind_name, number_text, shorten

_IDENTIFIER = re.compile(r"[^\W\d_][\w-]*")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def is_identifier(text: str) -> bool:
    """Whether a text can be a name in the language."""
    return _IDENTIFIER.fullmatch(text) is not None


@function("provider::terraform::encode_tfvars", "a")
def encode_tfvars(value: Data) -> Data:
    """A map as a file of variables."""
    if not isinstance(value, dict):
        raise ValueProblem(f"a map is needed, whose keys become names of variables, not a {kind_name(value)}")
    for name in value:
        if not is_identifier(name):
            raise ValueProblem(f"`{shorten(name)}` cannot be the name of a variable")
    lines: list[_Line] = []
    for name in sorted(value):
        lines.append(_Line(name))
        _write(value[name], lines)
    return "".join(f"{line}\n" for line in _formatted(lines))


@function("provider::terraform::decode_tfvars", "s", context=True)
def decode_tfvars(context: Context, text: str) -> Data:
    """A file of variables as an object."""
    return context.decode(text)


@function("provider::terraform::encode_expr", "a")
def encode_expr(value: Data) -> Data:
    """A value as an expression."""
    return _written(value)


@dataclass(slots=True)
class _Line:
    """One line, not yet indented."""

    name: str = ""
    """The key of an object that it begins with."""
    text: str = ""
    opened: int = 0
    """How many more brackets it opens than it closes."""


def _written(value: Data) -> str:
    lines = [_Line()]
    _write(value, lines)
    return "\n".join(_formatted(lines))


def _formatted(lines: list[_Line]) -> list[str]:
    widths = _widths(lines)
    depths: list[int] = []
    out: list[str] = []
    for line, width in zip(lines, widths, strict=True):
        if line.opened < 0:
            _close(depths, -line.opened)
        head = f"{line.name}{' ' * (width - graphemes.count(line.name))} = " if line.name else ""
        out.append(f"{'  ' * len(depths)}{head}{line.text}")
        if line.opened > 0:
            depths.append(line.opened)
    return out


def _close(depths: list[int], count: int) -> None:
    """Go back as many levels as a line closes that were opened in one line each."""
    while count > 0 and depths:
        closed = min(count, depths[-1])
        depths[-1] -= closed
        count -= closed
        if not depths[-1]:
            depths.pop()


def _widths(lines: list[_Line]) -> list[int]:
    """How wide the key of each line is: the equals signs of lines that follow one another stand in one column."""
    widths: list[int] = []
    group: list[_Line] = []
    for line in [*lines, _Line()]:
        if line.name and line.opened == 0:
            group.append(line)
            continue
        widths += [max((graphemes.count(member.name) for member in group), default=0)] * len(group)
        group = []
        widths.append(graphemes.count(line.name))
    return widths[: len(lines)]


def _write(value: Data, lines: list[_Line]) -> None:
    if isinstance(value, dict) and value:
        _bracket("{", lines)
        for name in sorted(value):
            lines.append(_Line(name if is_identifier(name) else _quoted(name)))
            _write(value[name], lines)
        lines.append(_Line())
        _bracket("}", lines)
    elif isinstance(value, list) and value:
        _bracket("[", lines)
        for position, item in enumerate(value):
            lines[-1].text += ", " if position else ""
            _write(item, lines)
        _bracket("]", lines)
    else:
        lines[-1].text += _plain(value)


def _bracket(bracket: str, lines: list[_Line]) -> None:
    lines[-1].text += bracket
    lines[-1].opened += 1 if bracket in "{[" else -1


def _plain(value: Data) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    if isinstance(value, str):
        return _quoted(value)
    if is_null(value):
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value)


def _quoted(text: str) -> str:
    out: list[str] = []
    for at, char in enumerate(text):
        if char in _ESCAPES:
            out.append(_ESCAPES[char])
        elif char in "$%" and text[at + 1 : at + 2] == "{":
            out.append(char * 2)
        elif char.isprintable() or char == " ":
            out.append(char)
        else:
            out.append(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")
    return '"' + "".join(out) + '"'
