"""Tokens of an expression, with their offsets."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from msgspec import Struct

from everward.expressions.problem import ExpressionError


class Kind(Enum):
    """What a token is."""

    STRING = "string"
    NUMBER = "number"
    NAME = "name"
    MARK = "mark"
    """One of `( ) [ ] , . .? [? -  +`."""
    END = "end"


class Token(Struct, frozen=True, eq=False, gc=False):
    """A token; `text` is the value of a string and the spelling of everything else."""

    kind: Kind
    text: str
    at: int


_PATTERN: Final = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<name>[A-Za-z_][A-Za-z0-9_$]*)
    | '(?P<string>(?:[^']|'')*)'
    | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<mark>\.\s*\?|\[\s*\?|[()\[\],.+-])
    """,
    re.VERBOSE,
)


def tokenize(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]`, with a last one that marks the end.

    Raises:
        ExpressionError: on a string without its end and on a character that starts no token.

    """
    tokens: list[Token] = []
    position = start
    match = _PATTERN.match
    while position < end:
        found = match(text, position, end)
        if found is None:
            raise _unreadable(text, position)
        kind = found.lastgroup
        if kind == "string":
            tokens.append(Token(Kind.STRING, found["string"].replace("''", "'"), position))
        elif kind == "name":
            tokens.append(Token(Kind.NAME, found[0], position))
        elif kind == "number":
            tokens.append(Token(Kind.NUMBER, found[0], position))
        elif kind == "mark":
            tokens.append(Token(Kind.MARK, found[0] if len(found[0]) == 1 else found[0][0] + "?", position))
        position = found.end()
    tokens.append(Token(Kind.END, "", end))
    return tokens


def _unreadable(text: str, position: int) -> ExpressionError:
    character = text[position]
    if character == "'":
        return ExpressionError(
            "a string has no end",
            position=position,
            help="strings end with a single quote; a quote inside one is written twice",
        )
    hint = "strings are written in single quotes" if character == '"' else None
    return ExpressionError(f"unexpected character `{character}`", position=position, help=hint)
