"""Text to tree: tree-sitter's concrete syntax made into our own small one, with what it lets pass checked."""

from __future__ import annotations

import re
from functools import cache
from math import isqrt
from typing import TYPE_CHECKING

from everward.sources.limits import Limits, limit_help
from everward.sources.terraform.depth import deep_stack
from everward.sources.terraform.syntax.errors import error_in
from everward.sources.terraform.syntax.nodes import (
    Body,
    Expression,
    Literal,
    Parenthesis,
    SourceFile,
    SyntaxProblem,
    Template,
    Variable,
)
from everward.sources.terraform.syntax.reader import Reader
from everward.values import Origin

if TYPE_CHECKING:
    from tree_sitter import Parser

_EXPONENT = re.compile(rb"(?<![\w.])\d+[eE][+-]?\d+\b")
_SPLAT = re.compile(rb"\[(\s+)\*(\s*)\]|\[()\*(\s+)\]")
_OLD_SPLAT = re.compile(rb"(?<=[\w\])}\"])(\s*)\.([ \t]+)\*")
_WIDE_NAME = re.compile(rb"(?<=[\w-])(?:[ \t]+::[ \t]*|::[ \t]+)(?=[A-Za-z_])")
_WIDE_MARKER = re.compile(rb"<<-?(?=[^\s<>]*[\x80-\xff])([^\s<>]++)\r?\n")
_WIDE_LINE = re.compile(rb"(?m)(^[ \t]*+|<<-?)(?=[^\s<>]*[\x80-\xff])([^\s<>]++)(?=[ \t]*\r?$)")
_ESCAPED_BRACE = re.compile(rb"(?<=\$\$)\{|(?<=%%)\{")
_INTERPOLATION = re.compile(r"(?P<escape>\$\$\{)|\$\{(?:[ \t]*(?P<name>[A-Za-z_][\w-]*)[ \t]*\})?", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None}
_TEMPLATE_OFFSET = 2
"""The first line of a template is the second of the text that the grammar reads: before it stands the opening mark."""
_LONG_BLANKS = re.compile(rb"[ \t\r\n\f]{200,}")
_TOP_LEVEL = re.compile(rb"^[A-Za-z_]", re.MULTILINE)


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def parse_file(content: bytes, name: str, limits: Limits | None = None) -> SourceFile:
    """Read a `.tf` or `.tfvars` file. `name` is how origins name it.

    Errors are collected in the result's `problems`; the top-level items beside a broken one are kept.
    """
    return _parse(content, name, limits, in_parts=True)


def _parse(content: bytes, name: str, limits: Limits | None = None, *, in_parts: bool) -> SourceFile:
    limits = limits or Limits()
    deepest = limits.nesting
    content = content.removeprefix(b"\xef\xbb\xbf")
    file = SourceFile(name, Body())
    if not _is_affordable(content, limits, file):
        return file
    try:
        content.decode()
        if b"\0" in content:
            raise ValueError("binary")
    except ValueError:
        file.problems.append(
            SyntaxProblem(
                f"`{name}` is not text in UTF-8",
                origin=Origin(source="terraform", file=name),
                help="remove the file, or save it as UTF-8",
            )
        )
        return file
    with deep_stack():
        masked = _masked(content)
        root = _parser().parse(masked).root_node
        if root.has_error and in_parts:
            _recover(content, masked, file, deepest)
        elif root.has_error:
            file.problems.append(error_in(root, content, name, 0))
        else:
            Reader(content, file, 0, deepest).top(root)
    return file


def _is_affordable(content: bytes, limits: Limits, file: SourceFile) -> bool:
    """Whether a text is read at all; why it is not, is told."""
    limit, message = None, ""
    if len(content) > limits.source_bytes:
        limit, message = "source_bytes", f"the file has more than {limits.source_bytes:,} bytes"
    elif isqrt(sum(len(run) ** 2 for run in _LONG_BLANKS.findall(content))) > limits.blanks:
        limit, message = "blanks", f"more than {limits.blanks:,} blanks in a row"
    if limit is not None:
        origin = Origin(source="terraform", file=file.name)
        file.problems.append(SyntaxProblem(message, origin=origin, help=limit_help(limit)))
    return limit is None


def _masked(content: bytes) -> bytes:
    """The text as the grammar is given it, of the same length; what it stands for is read from the text itself.

    The grammar wants a fraction before an exponent, and takes `$$${` for an interpolation; the language does neither.
    Blanks in `[ * ]` and `. *` go behind it, and those around `::` become a part of the name. Markers of heredocs are
    of ASCII.
    """
    masked = _EXPONENT.sub(lambda match: b"1" * len(match.group()), content)
    masked = _SPLAT.sub(lambda match: b"[*]" + b"".join(match.groups(b"")), masked)
    masked = _OLD_SPLAT.sub(rb"\1.*\2", masked)
    masked = _WIDE_NAME.sub(lambda match: b"_" * len(match.group()), masked)
    markers = set(_WIDE_MARKER.findall(masked))
    if markers:
        masked = _WIDE_LINE.sub(lambda match: _plain_marker(match, markers), masked)
    return _ESCAPED_BRACE.sub(b"_", masked)


def _plain_marker(match: re.Match[bytes], markers: set[bytes]) -> bytes:
    before, marker = match.groups()
    return before + b"X" * len(marker) if marker in markers else match.group()


def _recover(content: bytes, masked: bytes, file: SourceFile, deepest: int) -> None:
    """Read a broken file item by item, so that one error costs one item."""
    starts = [match.start() for match in _TOP_LEVEL.finditer(content)]
    if not starts or starts[0] > 0:
        starts.insert(0, 0)
    offset = content.count(b"\n", 0, starts[0])
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        part = content[start:end]
        root = _parser().parse(masked[start:end]).root_node
        if root.has_error:
            file.problems.append(error_in(root, part, file.name, offset))
        else:
            Reader(part, file, offset, deepest).top(root)
        offset += part.count(b"\n")
    if not file.problems:
        root = _parser().parse(masked).root_node
        file.problems.append(error_in(root, content, file.name, 0))


def parse_expression(text: str, name: str) -> Expression:
    """Read one expression, such as a value on a command line.

    Raises:
        SyntaxProblem: when it is not one.

    """
    # The brackets make line ends inside the text mean nothing, as they do not on a command line.
    file = _parse(f"x = (\n{text}\n)".encode(), name, in_parts=False)
    attribute = file.body.attributes.get("x")
    alone = len(file.body.attributes) == 1 and not file.body.blocks
    if file.problems or attribute is None or not alone or not isinstance(attribute.value, Parenthesis):
        raise SyntaxProblem(f"`{text[:80]}` is not an expression", help="quote text, and close every bracket")
    return attribute.value.inner


def parse_template(text: str, name: str) -> Expression:
    """Read a whole text as a template, as `templatefile` does.

    Raises:
        SyntaxProblem: when its interpolations or directives are not well formed.

    """
    if "${" not in text and "%{" not in text:
        return Literal(_TEMPLATE_OFFSET, text)
    plain = _plain_template(text)
    if plain is not None:
        return plain
    fence = "EVERWARD"
    while fence in text:
        fence += "_"
    content = f"x = <<{fence}\n{text}\n{fence}\n".encode()
    file = _parse(content, name, in_parts=False)
    attribute = file.body.attributes.get("x")
    if file.problems or attribute is None:
        problem = file.problems[0] if file.problems else None
        line = max((problem.origin.line or 1) - 1, 1) if problem is not None and problem.origin is not None else 1
        raise SyntaxProblem(
            f"the template `{name}` is not well formed",
            origin=Origin(source="terraform", file=name, line=line),
            help="close every `${` and `%{`",
        )
    value = attribute.value
    if isinstance(value, Literal) and isinstance(value.value, str):
        return Literal(_TEMPLATE_OFFSET, value.value[:-1])
    # INVARIANT: the line end before the fence is the last literal of the text and not part of it.
    if isinstance(value, Template) and isinstance(value.parts[-1], str):
        parts = (*value.parts[:-1], value.parts[-1][:-1]) if len(value.parts[-1]) > 1 else value.parts[:-1]
        return Template(1, parts, sole=len(parts) == 1 and isinstance(parts[0], Expression))
    return value


def _plain_template(text: str) -> Expression | None:
    """A template whose every interpolation is a bare name, which is most of them and needs no grammar."""
    if "%{" in text:
        return None
    parts: list[str | Expression] = []
    end, line = 0, _TEMPLATE_OFFSET
    for match in _INTERPOLATION.finditer(text):
        name = match["name"]
        if match["escape"] is None and name is None:
            return None
        literal = text[end : match.start()]
        line += literal.count("\n")
        if match["escape"] is not None:
            literal += "${"
        if parts and isinstance(parts[-1], str):
            parts[-1] += literal
        elif literal:
            parts.append(literal)
        if name is not None:
            parts.append(Literal(line, _WORDS[name]) if name in _WORDS else Variable(line, name))
        end = match.end()
    rest = text[end:]
    if parts and isinstance(parts[-1], str):
        parts[-1] += rest
    elif rest:
        parts.append(rest)
    return Template(_TEMPLATE_OFFSET, tuple(parts), sole=len(parts) == 1 and isinstance(parts[0], Expression))
