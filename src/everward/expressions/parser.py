"""From text to syntax tree, without recursion: nesting is bounded by a number, not by the interpreter."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from msgspec import Struct, field

from everward.expressions.lexer import Kind, Token, tokenize
from everward.expressions.limits import INT_MAX, INT_MIN, bounds
from everward.expressions.nodes import Call, Expression, Index, Literal, Member, Node
from everward.expressions.problem import ExpressionError

_BARE: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


def is_expression(text: str) -> bool:
    """Whether a string of a template or a policy is an expression: in brackets, the first not doubled."""
    return text[:1] == "[" and text[-1:] == "]" and text[1:2] != "[" and len(text) > 1


def unescape(text: str) -> str:
    """The string that a literal stands for: `[[text]` means `[text]`, everything else means itself."""
    return text[1:] if text[:2] == "[[" and text[-1:] == "]" else text


@lru_cache(maxsize=16_384)
def parse_expression(text: str) -> Expression:
    """Read an expression, with or without the brackets around it. The same text gives the same object.

    Raises:
        ExpressionError: when it does not follow the grammar, is longer or nested deeper than an expression may be.

    """
    try:
        most = bounds().expression
        if len(text) > most:
            raise ExpressionError(
                f"an expression of {len(text)} characters is longer than {most}", position=0, limit="expression"
            )
        start, end = (1, len(text) - 1) if is_expression(text) else (0, len(text))
        return Expression(_Parser(tokenize(text, start, end)).parse(), text)
    except ExpressionError as error:
        raise error.within(text) from None


class _Open(Struct, eq=False):
    """A construct that waits for its end: a call, an index or a group."""

    closer: str
    at: int
    name: str = ""
    arguments: list[Node] = field(default_factory=list)
    target: Node | None = None
    safe: bool = False
    height: int = 0
    """Height of the highest part so far."""


class _Parser:
    """A machine with two states: an operand must come, or an operand stands and what follows it must come."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._open: list[_Open] = []
        self._height = 0
        """Height of the operand that stands."""

    def parse(self) -> Node:
        if self._tokens[0].kind is Kind.END:
            raise ExpressionError("an expression is empty", position=self._tokens[0].at)
        while True:
            operand = self._operand()
            if operand is None:
                continue
            node = self._follow(operand)
            if node is not None:
                return node

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind is not Kind.END:
            self._next += 1
        return token

    def _is(self, mark: str, ahead: int = 0) -> bool:
        token = self._tokens[min(self._next + ahead, len(self._tokens) - 1)]
        return token.kind is Kind.MARK and token.text == mark

    def _is_kind(self, kind: Kind, ahead: int = 0) -> bool:
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)].kind is kind

    def _push(self, item: _Open) -> None:
        self._open.append(item)
        _check_depth(len(self._open), item.at)

    def _rise(self, height: int, at: int) -> None:
        # INVARIANT: no tree is higher than the limit, so whatever walks one by recursion ends.
        self._height = height
        _check_depth(height, at)

    def _operand(self) -> Node | None:
        """Read an operand, or open a construct whose first operand comes next."""
        token = self._take()
        self._height = 1
        if token.kind is Kind.STRING:
            return Literal(token.text, token.at)
        if token.kind is Kind.NUMBER:
            return _number(token.text, token.at)
        if token.kind is Kind.NAME:
            return self._name(token)
        if token.text in ("-", "+") and self._is_kind(Kind.NUMBER):
            return _number(token.text + self._take().text, token.at)
        if token.text == "(":
            self._push(_Open(")", token.at))
            return None
        raise _unexpected(token, "a value")

    def _name(self, token: Token) -> Node | None:
        name = token.text
        if self._is(".") and self._is_kind(Kind.NAME, 1) and self._is("(", 2):
            self._take()
            name = f"{name}.{self._take().text}"
        if self._is("("):
            self._take()
            if self._is(")"):
                self._take()
                return Call(name, (), token.at)
            self._push(_Open(")", token.at, name))
            return None
        if name.lower() in _BARE:
            return Literal(_BARE[name.lower()], token.at)
        raise ExpressionError(
            f"`{name}` is not a value",
            position=token.at,
            help="strings are written in single quotes, and functions are called with brackets behind their name",
        )

    def _follow(self, node: Node) -> Node | None:
        """Read what may stand behind an operand. None when another operand must come; the tree at the end."""
        while True:
            token = self._take()
            if token.kind is Kind.END:
                return self._finish(node)
            if token.kind is not Kind.MARK or token.text in ("(", "-", "+"):
                raise _unexpected(token, self._wanted())
            if token.text in (".", ".?"):
                node = self._member(node, token)
            elif token.text in ("[", "[?"):
                self._push(_Open("]", token.at, target=node, safe=token.text == "[?", height=self._height))
                return None
            elif token.text == ",":
                self._argument(node, token)
                return None
            else:
                node = self._close(node, token)

    def _member(self, node: Node, token: Token) -> Node:
        name = self._take()
        if name.kind is not Kind.NAME:
            raise _unexpected(name, "a property name")
        self._rise(self._height + 1, name.at)
        return Member(node, name.text, token.text == ".?", name.at)

    def _argument(self, node: Node, token: Token) -> None:
        if not self._open or not self._open[-1].name:
            raise _unexpected(token, self._wanted())
        item = self._open[-1]
        item.arguments.append(node)
        item.height = max(item.height, self._height)

    def _close(self, node: Node, token: Token) -> Node:
        if not self._open or self._open[-1].closer != token.text:
            raise _unexpected(token, self._wanted())
        item = self._open.pop()
        height = max(item.height, self._height)
        if item.target is not None:
            self._rise(height + 1, item.at)
            return Index(item.target, node, item.safe, item.at)
        if item.name:
            self._rise(height + 1, item.at)
            return Call(item.name, (*item.arguments, node), item.at)
        return node

    def _wanted(self) -> str:
        """What could stand behind an operand."""
        if not self._open:
            return "the end"
        item = self._open[-1]
        return f"`,` or `{item.closer}`" if item.name else f"`{item.closer}`"

    def _finish(self, node: Node) -> Node:
        if self._open:
            item = self._open[-1]
            what = f"the call of `{item.name}`" if item.name else "a bracket"
            raise ExpressionError(f"{what} is not closed by `{item.closer}`", position=item.at)
        return node


def _check_depth(depth: int, at: int) -> None:
    most = bounds().nesting
    if depth > most:
        raise ExpressionError(f"an expression is nested deeper than {most} levels", position=at, limit="nesting")


def _number(text: str, at: int) -> Literal:
    if text.lstrip("+-").isdecimal():
        value = int(text) if len(text) < 32 else INT_MAX + 1
        if not INT_MIN <= value <= INT_MAX:
            raise ExpressionError("a number does not fit in 64 bits", position=at)
        return Literal(value, at)
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ExpressionError(f"the number `{text[:32]}` is too large", position=at)
    return Literal(number, at)


def _unexpected(token: Token, wanted: str) -> ExpressionError:
    if token.kind is Kind.END:
        return ExpressionError(f"the expression ends where {wanted} is expected", position=token.at)
    found = "a string" if token.kind is Kind.STRING else f"`{token.text}`"
    return ExpressionError(f"{found} stands where {wanted} is expected", position=token.at)
