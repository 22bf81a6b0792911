"""From the text of a condition to its tree.

The grammar takes what Azure's portal writes (`!(ActionMatches{'…'})`, bare GUIDs in braces, quantifiers before a colon)
and the words of a second dialect (`NOT`, brackets around lists, functions). AND binds tighter than OR.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from everward.facts.access.conditions.nodes import (
    FUNCTIONS,
    OPERATORS,
    QUANTIFIERS,
    SOURCES,
    Attribute,
    Bool,
    Both,
    Comparison,
    Condition,
    Exists,
    Function,
    Listed,
    Matches,
    Name,
    Node,
    Not,
    Null,
    Number,
    Operand,
    Text,
)

MAX_TEXT: Final = 16_384
"""Characters of a condition: Azure takes 8,192 (role-based-access-control/conditions-faq)."""
MAX_DEPTH: Final = 64
"""Brackets within brackets."""

_TOKEN: Final = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<attribute>@[A-Za-z]*\s*\[[^\]]*\])
    | '(?P<text>(?:[^'\\]|\\.|'')*)'
    | (?P<guid>[0-9A-Fa-f]{8}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{4}-?[0-9A-Fa-f]{12}(?![\w-]))
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<mark>&&|\|\||[(){}\[\],:!])
    """,
    re.VERBOSE,
)

_OPERATORS: Final = {name.lower(): name for name in OPERATORS}
_QUANTIFIERS: Final = {name.lower(): name for name in QUANTIFIERS}
_FUNCTIONS: Final = {name.lower(): name for name in FUNCTIONS}
_SOURCES: Final = {name.lower(): name for name in SOURCES}
_AND: Final = frozenset({"and", "&&"})
_OR: Final = frozenset({"or", "||"})
_MATCHES: Final = frozenset({"actionmatches", "suboperationmatches"})


class ConditionError(Exception):
    """A condition that does not follow the grammar."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        """Offset in the text."""


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


@lru_cache(maxsize=2048)
def parse_condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        ConditionError: where it does not follow the grammar.

    """
    if len(text) > MAX_TEXT:
        raise ConditionError(f"a condition of {len(text)} characters is longer than {MAX_TEXT}", 0)
    parser = _Parser(_tokens(text))
    root = parser.expression(0)
    parser.end()
    return Condition(root, text, parser.mixes)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            character = text[at]
            raise ConditionError("a text has no end" if character == "'" else f"`{character}` stands for nothing", at)
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_Token(kind, match[kind], at))
        at = match.end()
    found.append(_Token("end", "", len(text)))
    return found


class _Parser:
    """Recursive descent; depth is bounded."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self.mixes = False

    @property
    def _token(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._token
        self._next += token.kind != "end"
        return token

    def _is(self, words: frozenset[str] | str) -> bool:
        token = self._token
        wanted = {words} if isinstance(words, str) else words
        return token.kind in ("mark", "name") and token.text.lower() in wanted

    def _expect(self, mark: str) -> None:
        if not self._is(mark):
            raise ConditionError(f"{_shown(self._token)} stands where `{mark}` is expected", self._token.at)
        self._take()

    def end(self) -> None:
        """Nothing may follow."""
        if self._token.kind != "end":
            raise ConditionError(f"{_shown(self._token)} stands where the end is expected", self._token.at)

    def expression(self, depth: int) -> Node:
        """`a OR b OR …`."""
        if depth > MAX_DEPTH:
            raise ConditionError(f"brackets are nested deeper than {MAX_DEPTH}", self._token.at)
        left, joined = self._conjunction(depth)
        while self._is(_OR):
            self._take()
            right, more = self._conjunction(depth)
            self.mixes = self.mixes or joined or more
            left = Both("Or", left, right)
        return left

    def _conjunction(self, depth: int) -> tuple[Node, bool]:
        left = self._unary(depth)
        joined = False
        while self._is(_AND):
            self._take()
            left = Both("And", left, self._unary(depth))
            joined = True
        return left, joined

    def _unary(self, depth: int) -> Node:
        negations = 0
        while self._is(frozenset({"!", "not"})):
            self._take()
            negations += 1
        node = self._primary(depth)
        for _ in range(negations % 2):
            node = Not(node)
        return node

    def _primary(self, depth: int) -> Node:
        if self._is(frozenset({"exists", "notexists"})):
            negated = self._take().text.lower() == "notexists"
            return Exists(self._operand(depth), negated)
        if self._is("("):
            self._take()
            inner = self.expression(depth + 1)
            self._expect(")")
            return self._compared(inner, depth) if isinstance(inner, Operand) else inner
        if self._is(_MATCHES):
            return self._matches()
        return self._compared(self._operand(depth), depth)

    def _matches(self) -> Node:
        token = self._take()
        kind = _OPERATORS[token.text.lower()]
        closer = {"(": ")", "{": "}"}.get(self._token.text)
        if closer is None:
            raise ConditionError(f"{_shown(self._token)} stands where `{{` is expected", self._token.at)
        self._take()
        patterns = [self._pattern()]
        while self._is(","):
            self._take()
            patterns.append(self._pattern())
        self._expect(closer)
        return Matches(kind, tuple(patterns))

    def _pattern(self) -> str:
        token = self._take()
        if token.kind != "text":
            raise ConditionError(f"{_shown(token)} stands where a text is expected", token.at)
        return _unescaped(token.text)

    def _compared(self, left: Operand, depth: int) -> Node:
        """The comparison that begins with an operand, or the operand alone."""
        token = self._token
        lowered = token.text.lower()
        if token.kind != "name" or (lowered not in _OPERATORS and lowered not in _QUANTIFIERS):
            if token.kind == "name" and lowered not in _AND | _OR:
                raise ConditionError(f"`{token.text}` is no operator", token.at)
            if not isinstance(left, Attribute | Bool | Function):
                raise ConditionError("a value alone is no condition", token.at)
            return left
        self._take()
        quantifier = _QUANTIFIERS.get(lowered)
        operator = _OPERATORS.get(lowered, str(quantifier))
        if quantifier is not None and self._is(":"):
            self._take()
            named = self._take()
            found = _OPERATORS.get(named.text.lower())
            if found is None:
                raise ConditionError(f"{_shown(named)} is no operator", named.at)
            operator = found
        elif quantifier is not None:
            quantifier = None
        return Comparison(operator, left, self._operand(depth), quantifier)

    def _operand(self, depth: int) -> Operand:
        if depth > MAX_DEPTH:
            raise ConditionError(f"brackets are nested deeper than {MAX_DEPTH}", self._token.at)
        token = self._take()
        if token.kind == "attribute":
            return _attribute(token)
        if token.kind == "text":
            return Text(_unescaped(token.text))
        if token.kind == "guid":
            return Text(token.text)
        if token.kind == "number":
            return Number(token.text)
        if token.text in ("{", "["):
            return self._listed(token.text == "{", depth + 1)
        if token.text == "(":
            inner = self._operand(depth + 1)
            self._expect(")")
            return inner
        if token.kind == "name":
            return self._named(token, depth)
        raise ConditionError(f"{_shown(token)} stands where a value is expected", token.at)

    def _named(self, token: _Token, depth: int) -> Operand:
        lowered = token.text.lower()
        if lowered in ("true", "false"):
            return Bool(lowered == "true")
        if lowered == "null":
            return Null()
        if lowered in _FUNCTIONS and self._is("("):
            self._take()
            arguments = self._items(")", depth + 1)
            return Function(_FUNCTIONS[lowered], tuple(arguments))
        if lowered in _OPERATORS or lowered in _QUANTIFIERS or lowered in _AND | _OR | {"not", "exists", "notexists"}:
            raise ConditionError(f"`{token.text}` stands where a value is expected", token.at)
        return Name(token.text)

    def _listed(self, braces: bool, depth: int) -> Listed:
        return Listed(tuple(self._items("}" if braces else "]", depth)), braces)

    def _items(self, closer: str, depth: int) -> list[Operand]:
        found: list[Operand] = []
        while not self._is(closer):
            if found:
                self._expect(",")
            found.append(self._operand(depth))
        self._take()
        return found


def _attribute(token: _Token) -> Attribute:
    source, _, rest = token.text[1:].partition("[")
    found = _SOURCES.get(source.strip().lower())
    if found is None:
        raise ConditionError(f"`@{source.strip()}` is no source: known are {', '.join(SOURCES)}", token.at)
    name = rest[:-1].strip()
    if not name:
        raise ConditionError("an attribute has no name", token.at)
    namespace, colon, own = name.partition(":")
    return Attribute(found, own, namespace) if colon else Attribute(found, name)


def _unescaped(text: str) -> str:
    """A text with doubled quotes made single. Backslashes stay: they belong to patterns."""
    return text.replace("''", "'")


def _shown(token: _Token) -> str:
    return "the end" if token.kind == "end" else f"`{token.text}`"
