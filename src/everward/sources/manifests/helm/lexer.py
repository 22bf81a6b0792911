"""Splits a template into texts and actions, and actions into tokens, as Go's `text/template` does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from everward.sources.manifests.helm.problem import TemplateError

_SPACE: Final = " \t\r\n"
_TOKEN: Final = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<text>"(?:[^"\\\n]|\\.)*")
  | (?P<raw>`[^`]*`)
  | (?P<char>'(?:[^'\\\n]|\\.)+')
  | (?P<number>[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+
      |(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?))(?![\w.])
  | (?P<field>\.[^\W\d]\w*)
  | (?P<variable>\$\w*)
  | (?P<name>[^\W\d]\w*)
  | (?P<declare>:=)
  | (?P<mark>[=|(),.])
    """,
    re.VERBOSE | re.DOTALL,
)
_TRIMS_BEFORE: Final = re.compile(r"\{\{-[ \t\r\n]")
_TRIMS_AFTER: Final = re.compile(r"[ \t\r\n]+-\}\}")
_COMMENT: Final = re.compile(r"[ \t\r\n]*/\*")
_ESCAPE: Final = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_SIMPLE: Final = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "'": "'",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A part of an action."""

    kind: str
    """`literal`, `field`, `variable`, `name`, `declare`, or the mark itself."""
    value: Any
    spaced: bool
    """Whether a space stands before it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, or the tokens of an action."""

    text: str | None
    tokens: tuple[Token, ...]
    line: int


def pieces(source: str) -> Iterator[Piece]:
    """The texts and actions of a template, in order; comments are left out, and trim marks obeyed.

    Raises:
        TemplateError: when an action does not end or has something in it that is no part of the language.

    """
    position, line, trim = 0, 1, False
    while position < len(source):
        start = source.find("{{", position)
        text = source[position : start if start >= 0 else len(source)]
        shown, first = text, line
        if trim:
            shown = shown.lstrip(_SPACE)
            first += text[: len(text) - len(shown)].count("\n")
        line += text.count("\n")
        if start >= 0 and _TRIMS_BEFORE.match(source, start):
            shown = shown.rstrip(_SPACE)
        if shown:
            yield Piece(shown, (), first)
        if start < 0:
            return
        end, tokens, trim = _action(source, start, line)
        if tokens:
            yield Piece(None, tokens, line)
        line += source.count("\n", start, end)
        position = end


def _action(source: str, start: int, line: int) -> tuple[int, tuple[Token, ...], bool]:
    """Where the action ends, its tokens, and whether the text after it loses its leading space."""
    position = start + 2
    if _TRIMS_BEFORE.match(source, start):
        position += 1
    comment = _COMMENT.match(source, position)
    if comment is not None:
        return _comment(source, comment.end() - 2, line)
    tokens: list[Token] = []
    spaced = False
    while True:
        if source.startswith("}}", position):
            return position + 2, tuple(tokens), False
        if spaced and source.startswith("-}}", position):
            return position + 3, tuple(tokens), True
        match = _TOKEN.match(source, position)
        if match is None:
            what = source[position : position + 1]
            reason = "an action does not end" if not what or what in "\"`'" else f"`{what}` has no meaning in an action"
            raise TemplateError(reason, line + source.count("\n", start, position), refused=True)
        position = match.end()
        if match.lastgroup == "space":
            spaced = True
            continue
        tokens.append(_token(match, spaced, line + source.count("\n", start, match.start())))
        spaced = False


def _comment(source: str, body: int, line: int) -> tuple[int, tuple[Token, ...], bool]:
    end = source.find("*/", body + 2)
    rest = end + 2
    if end >= 0 and source.startswith("}}", rest):
        return rest + 2, (), False
    match = _TRIMS_AFTER.match(source, rest) if end >= 0 else None
    if match is None:
        raise TemplateError("a comment does not end right before `}}`", line, refused=True)
    return match.end(), (), True


def _token(match: re.Match[str], spaced: bool, line: int) -> Token:
    kind, text = match.lastgroup or "", match[0]
    if kind == "text":
        return Token("literal", unescape(text[1:-1]), spaced)
    if kind == "raw":
        return Token("literal", text[1:-1].replace("\r", ""), spaced)
    if kind == "char":
        value = unescape(text[1:-1])
        if len(value) != 1:
            raise TemplateError(f"{text} is no character", line, refused=True)
        return Token("literal", ord(value), spaced)
    if kind == "number":
        return Token("literal", _number(text, line), spaced)
    if kind == "field":
        return Token("field", text[1:], spaced)
    if kind == "variable":
        return Token("variable", text[1:], spaced)
    if kind == "mark":
        return Token(text, text, spaced)
    return Token(kind, text, spaced)


def unescape(text: str) -> str:
    """The text that a quoted text of Go stands for."""
    if "\\" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        two, four, eight, octal, other = match.groups()
        code = two or four or eight
        if code is not None:
            value = int(code, 16)
            return chr(value) if value < 0x110000 and not 0xD800 <= value < 0xE000 else "\ufffd"
        if octal is not None:
            return chr(int(octal, 8) & 0xFF)
        return _SIMPLE.get(other, other)

    return _ESCAPE.sub(replace, text)


def _number(text: str, line: int) -> int | float:
    digits = text.replace("_", "")
    try:
        if re.fullmatch(r"[-+]?0[xXbBoO].*", digits):
            return int(digits, 0)
        if re.fullmatch(r"[-+]?0[0-7]+", digits):
            return int(digits, 8)
        return float(digits) if re.search(r"[.eE]", digits) else int(digits)
    except ValueError:
        raise TemplateError(f"`{text}` is no number", line, refused=True) from None
