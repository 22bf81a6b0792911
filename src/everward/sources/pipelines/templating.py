"""The template expressions of Azure DevOps pipelines, as far as inputs need them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

MAX_LENGTH: Final = 4_000
"""Longer expressions are left undecided."""
MAX_DEPTH: Final = 32


class Undecided(Exception):
    """The value is known only while the pipeline runs, or the expression is not one that we work out."""


_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)|(?P<mark>[().,\[\]]))"
)
_WHOLE = re.compile(r"^\s*\$\{\{(?P<inner>(?:(?!\}\}).)*)\}\}\s*$", re.DOTALL)
_PART = re.compile(r"\$\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)
_MACRO = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)")

Scope = Mapping[str, Any]
"""`parameters`, `variables` and loop variables by lower-case name."""


def substitute(text: str, scope: Scope) -> Any:
    """Replace what can be worked out at compile time; a text that is one expression keeps the type of its value."""
    whole = _WHOLE.match(text)
    if whole is not None:
        try:
            return evaluate(whole["inner"], scope)
        except Undecided:
            return text

    def replace(match: re.Match[str]) -> str:
        try:
            return as_text(evaluate(match[1], scope))
        except Undecided:
            return match[0]

    return _PART.sub(replace, text) if "${{" in text else text


def expand_macros(text: str, variables: Mapping[str, Any]) -> str:
    """Replace `$(name)` by the variables that the files state; others stay. Cycles end after ten rounds."""
    for _ in range(10):
        replaced = _MACRO.sub(lambda match: _macro(match, variables), text)
        if replaced == text or len(replaced) > 100_000:
            return replaced
        text = replaced
    return text


def _macro(match: re.Match[str], variables: Mapping[str, Any]) -> str:
    value = variables.get(match[1].lower())
    return match[0] if value is None else as_text(value)


def is_open(text: str) -> bool:
    """Whether parts of a text are set only while the pipeline runs."""
    return re.search(r"\$\(|\$\{\{|\$\[|\$\{?\w", text) is not None


def as_text(value: Any) -> str:
    """A value as a pipeline writes it into text."""
    if isinstance(value, bool):
        return "True" if value else "False"
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise Undecided
    return str(value)


def evaluate(source: str, scope: Scope) -> Any:
    """The value of an expression.

    Raises:
        Undecided: when a part of it is not known, or it is not understood.

    """
    if len(source) > MAX_LENGTH:
        raise Undecided
    reader = _Reader(source)
    value = reader.expression(scope, 0)
    if reader.peek() is not None:
        raise Undecided
    return value


class _Reader:
    def __init__(self, source: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        position = 0
        source = source.rstrip()
        while position < len(source):
            match = _TOKEN.match(source, position)
            if match is None or match.lastgroup is None:
                raise Undecided
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        self.at = 0

    def peek(self) -> str | None:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else None

    def take(self, mark: str | None = None) -> tuple[str, str]:
        if self.at >= len(self.tokens) or (mark is not None and self.tokens[self.at] != ("mark", mark)):
            raise Undecided
        self.at += 1
        return self.tokens[self.at - 1]

    def expression(self, scope: Scope, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise Undecided
        kind, word = self.take()
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return float(word) if "." in word else int(word)
        if kind != "name":
            raise Undecided
        if self.peek() == "(":
            return self._call(word.lower(), scope, depth)
        if word.lower() in ("true", "false"):
            return word.lower() == "true"
        return self._path(word, scope, depth)

    def _call(self, name: str, scope: Scope, depth: int) -> Any:
        self.take("(")
        arguments: list[Any] = []
        while self.peek() != ")":
            if arguments:
                self.take(",")
            arguments.append(self.expression(scope, depth + 1))
        self.take(")")
        function = _FUNCTIONS.get(name)
        if function is None:
            raise Undecided
        try:
            return function(*arguments)
        except (TypeError, IndexError) as error:
            raise Undecided from error

    def _path(self, head: str, scope: Scope, depth: int) -> Any:
        value: Any = scope.get(head.lower(), _ABSENT)
        while self.peek() in (".", "["):
            _, mark = self.take()
            if mark == ".":
                key = self.take()[1]
            else:
                key = self.expression(scope, depth + 1)
                self.take("]")
            value = _member(value, key)
        if value is _ABSENT:
            raise Undecided
        return value


_ABSENT: Final = object()


def _member(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(key).lower(), value.get(key, _ABSENT))
    return _ABSENT


def _same(left: Any, right: Any) -> bool:
    return as_text(left).lower() == as_text(right).lower()


_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "eq": _same,
    "ne": lambda left, right: not _same(left, right),
    "not": lambda value: not truthy(value),
    "and": lambda *values: all(truthy(value) for value in values),
    "or": lambda *values: any(truthy(value) for value in values),
    "in": lambda value, *choices: any(_same(value, choice) for choice in choices),
    "notin": lambda value, *choices: not any(_same(value, choice) for choice in choices),
    "contains": lambda text, part: as_text(part).lower() in as_text(text).lower(),
    "startswith": lambda text, part: as_text(text).lower().startswith(as_text(part).lower()),
    "endswith": lambda text, part: as_text(text).lower().endswith(as_text(part).lower()),
    "lower": lambda text: as_text(text).lower(),
    "upper": lambda text: as_text(text).upper(),
    "trim": lambda text: as_text(text).strip(),
    "replace": lambda text, old, new: as_text(text).replace(as_text(old), as_text(new)),
    "coalesce": lambda *values: next((value for value in values if value not in (None, "")), ""),
    "format": lambda pattern, *values: re.sub(r"\{(\d+)\}", lambda found: as_text(values[int(found[1])]), pattern),
}


def truthy(value: Any) -> bool:
    """Whether a condition holds: not false, zero, empty or null."""
    return value not in (None, False, 0, "") and not (isinstance(value, str) and value.lower() == "false")
