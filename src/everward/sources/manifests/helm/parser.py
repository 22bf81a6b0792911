"""Reads Go's templates into nodes."""

from __future__ import annotations

from typing import Final

from everward.sources.limits import Limits, limit_help
from everward.sources.manifests.helm.lexer import Piece, Token, pieces
from everward.sources.manifests.helm.nodes import (
    Action,
    Call,
    Command,
    Dot,
    Fields,
    Function,
    If,
    Jump,
    Literal,
    Nil,
    Node,
    Operand,
    Parsed,
    Pipe,
    Range,
    Sub,
    Text,
    Variable,
    With,
)
from everward.sources.manifests.helm.problem import LimitError, TemplateError

_CONSTANTS: Final = {"true": True, "false": False}
_BLOCKS: Final = frozenset({"if", "range", "with", "define", "block"})
_WORDS: Final = frozenset({*_BLOCKS, "else", "end", "template", "break", "continue"})


def parse(source: str, file: str, limits: Limits) -> Parsed:
    """The nodes of a file of templates, with the templates that it defines.

    Raises:
        TemplateError: when it is not well formed, as Go has it, or a limit is met.

    """
    parser = _Parser(list(pieces(source)), limits)
    parsed = Parsed(file)
    parser.defined = parsed.defined
    body, stop = parser.body(0)
    if stop is not None:
        raise TemplateError(f"`{stop[0]}` without a beginning", stop[2], refused=True)
    parsed.body = body
    return parsed


class _Parser:
    def __init__(self, given: list[Piece], limits: Limits) -> None:
        self.pieces = given
        self.limits = limits
        self.at = 0
        self.defined: dict[str, tuple[Node, ...]] = {}

    def body(self, depth: int) -> tuple[tuple[Node, ...], tuple[str, tuple[Token, ...], int] | None]:
        """Nodes up to `end` or `else`, and that word with what follows it; None at the end of the file."""
        if depth > self.limits.nesting:
            line = self.pieces[self.at - 1].line
            raise LimitError(
                f"the limit `nesting` is met: more than {self.limits.nesting:,} blocks in one another",
                line,
                help=limit_help("nesting"),
            )
        nodes: list[Node] = []
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            self.at += 1
            if piece.text is not None:
                nodes.append(Text(piece.text, piece.line))
                continue
            first = piece.tokens[0]
            word = first.value if first.kind == "name" and first.value in _WORDS else None
            if word in ("end", "else"):
                return tuple(nodes), (word, piece.tokens[1:], piece.line)
            node = self.block(word, piece, depth) if word else Action(self.pipe(piece.tokens, piece.line), piece.line)
            if node is not None:
                nodes.append(node)
        return tuple(nodes), None

    def block(self, word: str, piece: Piece, depth: int) -> Node | None:
        """What a keyword begins."""
        tokens, line = piece.tokens[1:], piece.line
        if word in ("break", "continue"):
            return Jump(word, line)
        if word == "template":
            return self.call(tokens, line)
        if word in ("define", "block"):
            name = self.name(tokens, line)
            body, stop = self.body(depth + 1)
            self.expect_end(stop, line)
            self.defined[name] = body
            return Call(name, self.pipe(tokens[1:], line), line) if word == "block" else None
        if word == "range":
            pipe = self.pipe(tokens, line)
            body, stop = self.body(depth + 1)
            other: tuple[Node, ...] = ()
            if stop is not None and stop[0] == "else" and not stop[1]:
                other, stop = self.body(depth + 1)
            self.expect_end(stop, line)
            return Range(pipe, body, other, line)
        return self.choice(word, tokens, line, depth)

    def choice(self, word: str, tokens: tuple[Token, ...], line: int, depth: int) -> Node:
        """`if` or `with` and their branches; `else if` and `else with` go on in the same list."""
        branches: list[tuple[Pipe | None, tuple[Node, ...]]] = []
        condition: Pipe | None = self.pipe(tokens, line)
        while True:
            body, stop = self.body(depth + 1)
            branches.append((condition, body))
            if stop is not None and stop[0] == "else" and condition is not None:
                rest = stop[1]
                if rest and not (rest[0].kind == "name" and rest[0].value == word):
                    raise TemplateError("`else` is followed by something else than its own kind", stop[2], refused=True)
                condition = self.pipe(rest[1:], stop[2]) if rest else None
                continue
            self.expect_end(stop, line)
            return If(tuple(branches), line) if word == "if" else With(tuple(branches), line)

    @staticmethod
    def expect_end(stop: tuple[str, tuple[Token, ...], int] | None, line: int) -> None:
        """A block must end with `end`."""
        if stop is None or stop[0] != "end" or stop[1]:
            raise TemplateError("a block does not end", line, refused=True)

    @staticmethod
    def name(tokens: tuple[Token, ...], line: int) -> str:
        """The name of a template."""
        if not tokens or tokens[0].kind != "literal" or not isinstance(tokens[0].value, str):
            raise TemplateError("a template needs a name in quotes", line, refused=True)
        return tokens[0].value

    def call(self, tokens: tuple[Token, ...], line: int) -> Call:
        """`template "name"` with or without a value."""
        name = self.name(tokens, line)
        return Call(name, self.pipe(tokens[1:], line) if len(tokens) > 1 else None, line)

    # Pipelines

    def pipe(self, tokens: tuple[Token, ...], line: int) -> Pipe:
        """A whole pipeline."""
        reader = _Pipes(tokens, line, self.limits)
        found = reader.pipe(0)
        if reader.at < len(tokens):
            raise TemplateError(f"`{reader.tokens[reader.at].value}` is not expected here", line, refused=True)
        return found


class _Pipes:
    """Reads the tokens of one action."""

    def __init__(self, tokens: tuple[Token, ...], line: int, limits: Limits) -> None:
        self.tokens = tokens
        self.line = line
        self.limits = limits
        self.at = 0

    def kind(self, ahead: int = 0) -> str:
        """The kind of a token; empty behind the last."""
        place = self.at + ahead
        return self.tokens[place].kind if place < len(self.tokens) else ""

    def pipe(self, depth: int) -> Pipe:
        """Declarations, then commands with `|` between them."""
        if depth > self.limits.nesting:
            raise LimitError(
                f"the limit `nesting` is met: more than {self.limits.nesting:,} parentheses in one another",
                self.line,
                help=limit_help("nesting"),
            )
        names, assigns = self.declared()
        commands = [self.command(depth)]
        while self.kind() == "|":
            self.at += 1
            if self.kind() in ("", ")"):
                # Nothing behind the last bar is no mistake to Go.
                break
            commands.append(self.command(depth))
        return Pipe(tuple(commands), names, assigns, self.line)

    def declared(self) -> tuple[tuple[str, ...], bool]:
        """`$a, $b :=` or `$a =` in front of a pipeline."""
        if self.kind() != "variable":
            return (), False
        names = [self.tokens[self.at].value]
        ahead = 1
        if self.kind(1) == "," and self.kind(2) == "variable":
            names.append(self.tokens[self.at + 2].value)
            ahead = 3
        if self.kind(ahead) not in ("declare", "="):
            return (), False
        assigns = self.kind(ahead) == "="
        self.at += ahead + 1
        return tuple(names), assigns

    def command(self, depth: int) -> Command:
        """A function or value with its arguments."""
        words: list[Operand] = []
        while self.kind() not in ("", "|", ")"):
            if words and not self.tokens[self.at].spaced and self.kind() != "(":
                raise TemplateError(f"`{self.tokens[self.at].value}` is not expected here", self.line, refused=True)
            words.append(self.operand(depth))
        if not words:
            raise TemplateError("a value is missing", self.line, refused=True)
        return Command(tuple(words))

    def operand(self, depth: int) -> Operand:
        """One word, and the fields behind it."""
        token = self.tokens[self.at]
        self.at += 1
        base: Operand
        if token.kind == "literal":
            return Literal(token.value)
        if token.kind == ".":
            return Dot()
        if token.kind == "name":
            base = _named(token.value)
        elif token.kind == "variable":
            base = Variable(token.value)
        elif token.kind == "field":
            base = Fields(Dot(), (token.value,))
        elif token.kind == "(":
            inner = self.pipe(depth + 1)
            if self.kind() != ")":
                raise TemplateError("a parenthesis does not close", self.line, refused=True)
            self.at += 1
            base = Sub(inner)
        else:
            raise TemplateError(f"`{token.value}` is not expected here", self.line, refused=True)
        return self.fields(base)

    def fields(self, base: Operand) -> Operand:
        """`.a.b` right behind an operand."""
        names: list[str] = []
        while self.kind() == "field" and not self.tokens[self.at].spaced:
            names.append(self.tokens[self.at].value)
            self.at += 1
        if not names:
            return base
        if isinstance(base, Fields):
            return Fields(base.base, (*base.names, *names))
        return Fields(base, tuple(names))


def _named(name: str) -> Operand:
    if name in _CONSTANTS:
        return Literal(_CONSTANTS[name])
    return Nil() if name == "nil" else Function(name)
