"""Templates: escapes, the indentation of `<<-` texts, strip markers, and how directives nest.

The rules are those of HCL's native syntax specification; where it is silent, what Terraform 1.11 prints decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from everward.sources.terraform.syntax.nodes import Expression, Part, SyntaxProblem, TemplateFor, TemplateIf


@dataclass(slots=True, eq=False)
class Text:
    """Literal text of a template, one line at most in a heredoc."""

    value: str


@dataclass(slots=True, eq=False)
class Sequence:
    """An interpolation or a directive: `kind` is `interpolation`, `if`, `else`, `endif`, `for` or `endfor`."""

    kind: str
    strip_before: bool = False
    strip_after: bool = False
    expression: Expression | None = None
    key: str | None = None
    value: str = ""


Token = Text | Sequence

_ESCAPE = re.compile(r"\\(?:([nrt\"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.?))|\$\$\{|%%\{|\"", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_MARKERS = re.compile(r"\$\$\{|%%\{")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""White space as Unicode lists it, which Python adds four controls to."""


def unescape_quoted(text: str) -> str:
    """The value of literal text between quotes.

    Raises:
        ValueError: on an escape that does not exist; the message names it.

    """
    if "\\" not in text and "{" not in text and '"' not in text:
        return text
    return _ESCAPE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    simple, short, long, other = match.groups()
    if simple is not None:
        return _ESCAPED[simple]
    if short is not None or long is not None:
        code = int(short or long, 16)
        if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            raise ValueError(f"`{match.group()}` is no character")
        return chr(code)
    if other is not None:
        raise ValueError(f"`{match.group()}` is no escape: write `\\\\` for a backslash")
    if match.group() == '"':
        raise ValueError('a quote stands in a text: write `\\"` for it')
    return match.group()[1:]


def unescape_markers(text: str) -> str:
    """The value of literal text in a heredoc or a template file: only `$${` and `%%{` are escapes."""
    return _MARKERS.sub(lambda match: match.group()[1:], text) if "{" in text else text


def split_lines(text: str) -> list[Text]:
    """Literal text as a heredoc has it: a token a line."""
    return [Text(line) for line in _LINES.findall(text)] if "\n" in text else [Text(text)]


def strip(tokens: list[Token]) -> None:
    """Apply strip markers: white space goes from the one literal token beside the marker."""
    for position, token in enumerate(tokens):
        if not isinstance(token, Sequence):
            continue
        if token.strip_before and position > 0:
            before = tokens[position - 1]
            if isinstance(before, Text):
                before.value = before.value.rstrip(_SPACE)
        if token.strip_after and position + 1 < len(tokens):
            after = tokens[position + 1]
            if isinstance(after, Text):
                after.value = after.value.lstrip(_SPACE)


def flush(tokens: list[Token]) -> None:
    """Take the common indentation from the lines of a `<<-` text; lines of white space alone do not count."""
    margins: list[Text] = []
    smallest: int | None = None
    at_start = True
    for token in tokens:
        if isinstance(token, Text):
            value = token.value
            if at_start and not (value.endswith("\n") and not value.strip(_SPACE)):
                spaces = len(value) - len(value.lstrip(_SPACE))
                smallest = spaces if smallest is None else min(smallest, spaces)
                margins.append(token)
            at_start = value.endswith("\n")
        else:
            if at_start:
                smallest = 0
            at_start = False
    for token in margins:
        token.value = token.value[smallest:]


def assemble(tokens: list[Token], line: int) -> tuple[Part, ...]:
    """Nest directives and join literal text.

    Raises:
        SyntaxProblem: when directives are not closed, or close nothing.

    """
    parts, rest = _assemble(tokens, 0, frozenset(), line)
    if rest < len(tokens):
        raise SyntaxProblem("a directive of the template closes nothing")
    return parts


def _assemble(tokens: list[Token], start: int, ends: frozenset[str], line: int) -> tuple[tuple[Part, ...], int]:
    parts: list[Part] = []
    position = start
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if isinstance(token, Text):
            if parts and isinstance(parts[-1], str):
                parts[-1] += token.value
            elif token.value:
                parts.append(token.value)
        elif token.kind in ends:
            return tuple(parts), position - 1
        elif token.kind == "interpolation" and token.expression is not None:
            parts.append(token.expression)
        elif token.kind == "if" and token.expression is not None:
            part, position = _conditional(tokens, position, token.expression, line)
            parts.append(part)
        elif token.kind == "for" and token.expression is not None:
            body, position = _assemble(tokens, position, frozenset({"endfor"}), line)
            position = _closed(tokens, position, "endfor")
            parts.append(TemplateFor(token.key, token.value, token.expression, body))
        else:
            return tuple(parts), position - 1
    return tuple(parts), position


def _conditional(tokens: list[Token], position: int, condition: Expression, line: int) -> tuple[TemplateIf, int]:
    then, position = _assemble(tokens, position, frozenset({"else", "endif"}), line)
    otherwise: tuple[Part, ...] = ()
    if position < len(tokens):
        token = tokens[position]
        if isinstance(token, Sequence) and token.kind == "else":
            otherwise, position = _assemble(tokens, position + 1, frozenset({"endif"}), line)
    return TemplateIf(condition, then, otherwise), _closed(tokens, position, "endif")


def _closed(tokens: list[Token], position: int, end: str) -> int:
    token = tokens[position] if position < len(tokens) else None
    if not isinstance(token, Sequence) or token.kind != end:
        raise SyntaxProblem(f"a directive of the template lacks its `%{{{end}}}`")
    return position + 1
