"""Expressions of Bicep from tokens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from everward.expressions.limits import INT_MAX
from everward.sources.template.bicep.lexer import BicepError, Kind, Token
from everward.sources.template.bicep.nodes import (
    Access,
    Apply,
    Braces,
    Brackets,
    Constant,
    Entry,
    Item,
    Lambda,
    Loop,
    Name,
    Node,
    Operation,
    Text,
)

MAX_HEIGHT: Final = 200
"""Levels of expressions within each other that are read: what walks a tree by recursion ends."""

_LEVELS: Final = {
    "??": 1, "||": 2, "&&": 3, "==": 4, "!=": 4, "=~": 4, "!~": 4, "<": 5, ">": 5, "<=": 5, ">=": 5,
    "+": 6, "-": 6, "*": 7, "/": 7, "%": 7,
}  # fmt: skip
"""How closely each operator binds; all of them group to the left."""
_CONSTANTS: Final = {"true": True, "false": False, "null": None}


class Parser:
    """Reads expressions; `bicep.statements` reads the rest."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    # Tokens

    @property
    def token(self) -> Token:
        """The next token."""
        return self._tokens[self._place]

    def peek(self, ahead: int) -> Token:
        """A token further on; the last one behind the end."""
        return self._tokens[min(self._place + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The next token, which is read by this; the end is never left behind."""
        token = self.token
        if token.kind is not Kind.END:
            self._place += 1
        return token

    def is_mark(self, *marks: str) -> bool:
        """Whether the next token is one of these marks."""
        return self.token.kind is Kind.MARK and self.token.text in marks

    def is_word(self, word: str) -> bool:
        """Whether the next token is this word."""
        return self.token.kind is Kind.NAME and self.token.text == word

    def accept(self, mark: str) -> bool:
        """Read a mark if it is next."""
        found = self.is_mark(mark)
        if found:
            self._place += 1
        return found

    def expect(self, mark: str) -> Token:
        """Read a mark.

        Raises:
            BicepError: when something else stands there.

        """
        if not self.is_mark(mark):
            raise self.unexpected(f"`{mark}`")
        return self.take()

    def name(self, what: str) -> Token:
        """Read a name.

        Raises:
            BicepError: when something else stands there.

        """
        if self.token.kind is not Kind.NAME:
            raise self.unexpected(what)
        return self.take()

    def skip_lines(self) -> None:
        """Go to the next token that is not the end of a line."""
        while self.token.kind is Kind.LINE:
            self._place += 1

    def unexpected(self, wanted: str) -> BicepError:
        """What is wrong when something else than `wanted` comes next."""
        token = self.token
        if token.error is not None:
            return token.error
        found = f"`{token.text}`" if token.kind in (Kind.NAME, Kind.NUMBER, Kind.MARK) else token.kind.value
        return BicepError(f"{found} stands where {wanted} is expected", token.at)

    # Expressions

    def expression(self) -> Node:
        """Read an expression.

        Raises:
            BicepError: when there is none, or it is nested too deeply.

        """
        self._depth += 1
        if self._depth > MAX_HEIGHT:
            raise BicepError(f"an expression is nested deeper than {MAX_HEIGHT} levels", self.token.at)
        try:
            return self._ternary()
        finally:
            self._depth -= 1

    def _height(self, below: Iterable[Node], at: int) -> int:
        # INVARIANT: no tree is higher than the limit.
        height = 1 + max((node.height for node in below), default=0)
        if height > MAX_HEIGHT:
            raise BicepError(f"an expression is nested deeper than {MAX_HEIGHT} levels", at)
        return height

    def _ternary(self) -> Node:
        condition = self._binary(1)
        if not self._continues("?"):
            return condition
        at = self.expect("?").at
        self.skip_lines()
        then = self.expression()
        if not self._continues(":"):
            raise self.unexpected("`:`")
        self.expect(":")
        self.skip_lines()
        parts = (condition, then, self.expression())
        return Operation("?:", parts, at, self._height(parts, at))

    def _continues(self, mark: str) -> bool:
        """Whether a mark comes next, perhaps on one of the following lines."""
        ahead = 0
        while self.peek(ahead).kind is Kind.LINE:
            ahead += 1
        found = self.peek(ahead)
        if found.kind is not Kind.MARK or found.text != mark:
            return False
        self._place += ahead
        return True

    def _binary(self, level: int) -> Node:
        left = self._unary()
        while self.token.kind is Kind.MARK and _LEVELS.get(self.token.text, 0) >= level:
            operator = self.take()
            self.skip_lines()
            right = self._binary(_LEVELS[operator.text] + 1)
            left = Operation(operator.text, (left, right), operator.at, self._height((left, right), operator.at))
        return left

    def _unary(self) -> Node:
        operators: list[Token] = []
        while self.is_mark("!", "-", "+"):
            operators.append(self.take())
        node = self._postfix(self._primary())
        for operator in reversed(operators):
            node = Operation(operator.text, (node,), operator.at, self._height((node,), operator.at))
        return node

    def _postfix(self, node: Node) -> Node:
        while self.is_mark(".", ".?", "[", "[?", "!", "::"):
            token = self.take()
            if token.text == "!":
                # It says that the value is not null, and leaves it as it is.
                continue
            if token.text == "::":
                raise BicepError("nested resources are not available here", token.at)
            if token.text in ("[", "[?"):
                node = self._item(node, token)
            else:
                node = self._member(node, token)
        return node

    def _member(self, node: Node, token: Token) -> Node:
        name = self.name("a property name")
        if token.text == "." and self.is_mark("("):
            arguments = self._arguments()
            return Apply(name.text, arguments, node, name.at, self._height((node, *arguments), name.at))
        return Access(node, name.text, token.text == ".?", name.at, self._height((node,), name.at))

    def _item(self, node: Node, token: Token) -> Node:
        self.skip_lines()
        key = self.expression()
        self.skip_lines()
        self.expect("]")
        return Item(node, key, token.text == "[?", token.at, self._height((node, key), token.at))

    def _primary(self) -> Node:
        token = self.token
        if token.kind in (Kind.TEXT, Kind.PIECE):
            return self.text()
        if token.kind is Kind.NUMBER:
            return self._number(self.take())
        if token.kind is Kind.NAME:
            return self._named(self.take())
        if self.is_mark("("):
            return self._parenthesis()
        if self.is_mark("{"):
            return self.braces()
        if self.is_mark("["):
            return self._brackets()
        raise self.unexpected("a value")

    def _number(self, token: Token) -> Constant:
        if self.is_mark(".") and self.peek(1).kind is Kind.NUMBER:
            raise BicepError("Bicep has no numbers with a fraction", token.at, help="write json('1.5')")
        if len(token.text) > 20 or int(token.text) > INT_MAX:
            raise BicepError("a number does not fit in 64 bits", token.at)
        return Constant(int(token.text), token.at)

    def _named(self, token: Token) -> Node:
        if token.text in _CONSTANTS:
            return Constant(_CONSTANTS[token.text], token.at)
        if self.is_mark("=>"):
            return self._lambda((token.text,), token.at)
        if self.is_mark("("):
            arguments = self._arguments()
            return Apply(token.text, arguments, None, token.at, self._height(arguments, token.at))
        return Name(token.text, token.at)

    def _arguments(self) -> tuple[Node, ...]:
        self.expect("(")
        self.skip_lines()
        arguments: list[Node] = []
        while not self.is_mark(")"):
            arguments.append(self.expression())
            self.skip_lines()
            if not self.accept(","):
                break
            self.skip_lines()
            if self.is_mark(")"):
                raise self.unexpected("a value")
        self.expect(")")
        return tuple(arguments)

    def _lambda(self, names: tuple[str, ...], at: int) -> Lambda:
        self.expect("=>")
        self.skip_lines()
        body = self.expression()
        return Lambda(names, body, at, self._height((body,), at))

    def _parenthesis(self) -> Node:
        at = self.token.at
        names = self._lambda_names()
        if names is not None:
            return self._lambda(names, at)
        self.expect("(")
        self.skip_lines()
        node = self.expression()
        self.skip_lines()
        self.expect(")")
        return node

    def _lambda_names(self) -> tuple[str, ...] | None:
        """The names of a lambda's variables, read if a lambda comes next."""
        ahead = 1
        names: list[str] = []
        while self.peek(ahead).kind is not Kind.END:
            token = self.peek(ahead)
            ahead += 1
            if token.kind is Kind.NAME:
                names.append(token.text)
            elif token.kind is Kind.MARK and token.text == ")":
                break
            elif token.kind is not Kind.LINE and token.text != ",":
                return None
        if self.peek(ahead).text != "=>":
            return None
        self._place += ahead
        return tuple(names)

    def text(self) -> Text:
        """Read a string.

        Raises:
            BicepError: when there is none.

        """
        parts: list[str | Node] = []
        at = self.token.at
        while self.token.kind is Kind.PIECE:
            parts.append(self.take().text)
            self.skip_lines()
            parts.append(self.expression())
            self.skip_lines()
            if self.token.kind not in (Kind.PIECE, Kind.TEXT):
                raise self.unexpected("`}`")
        if self.token.kind is not Kind.TEXT:
            raise self.unexpected("a string")
        parts.append(self.take().text)
        return Text(tuple(parts), at, self._height((part for part in parts if not isinstance(part, str)), at))

    def braces(self) -> Braces:
        """Read an object.

        Raises:
            BicepError: when there is none.

        """
        at = self.expect("{").at
        entries: list[Entry] = []
        self._separate()
        while not self.is_mark("}"):
            entries.append(self._property())
            self._between("}", "the end of the line or `}`")
        self.take()
        return Braces(tuple(entries), at, self._height(_nodes(entries), at))

    def _property(self) -> Entry:
        if self.accept("..."):
            return Entry(None, self.expression(), spread=True)
        token = self.token
        if token.kind is Kind.NAME:
            key = Text((self.take().text,), token.at)
        elif token.kind in (Kind.TEXT, Kind.PIECE):
            key = self.text()
        else:
            raise self.unexpected("the name of a property")
        self.skip_lines()
        self.expect(":")
        self.skip_lines()
        return Entry(key, self.expression())

    def _brackets(self) -> Node:
        at = self.expect("[").at
        self._separate()
        if self.is_word("for") and (self.peek(1).kind is Kind.NAME or self.peek(1).text == "("):
            return self._loop(at)
        entries: list[Entry] = []
        while not self.is_mark("]"):
            spread = self.accept("...")
            entries.append(Entry(None, self.expression(), spread))
            self._between("]", "the end of the line or `]`")
        self.take()
        return Brackets(tuple(entries), at, self._height(_nodes(entries), at))

    def _separate(self) -> bool:
        """Read what parts entries: ends of lines and commas; whether there was any."""
        place = self._place
        while self.token.kind is Kind.LINE or self.is_mark(","):
            self._place += 1
        return self._place > place

    def _between(self, closer: str, wanted: str) -> None:
        if not self._separate() and not self.is_mark(closer):
            raise self.unexpected(wanted)

    def _loop(self, at: int) -> Loop:
        self.take()
        if self.accept("("):
            first = self.name("the name of an element").text
            self.expect(",")
            names: tuple[str, ...] = (first, self.name("the name of an index").text)
            self.expect(")")
        else:
            names = (self.name("the name of an element").text,)
        if not self.is_word("in"):
            raise self.unexpected("`in`")
        self.take()
        source = self.expression()
        self.expect(":")
        self.skip_lines()
        body = self.expression()
        self.skip_lines()
        self.expect("]")
        return Loop(names, source, body, at, self._height((source, body), at))


def _nodes(entries: Iterable[Entry]) -> list[Node]:
    return [node for entry in entries for node in (entry.key, entry.value) if node is not None]
