"""The statements of a Bicep file: those of a parameter file, and what such a file can import from a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from everward.sources.template.bicep.lexer import BicepError, Kind, tokens_of
from everward.sources.template.bicep.nodes import (
    Apply,
    Assignment,
    Braces,
    Extends,
    Function,
    Import,
    Name,
    Node,
    Other,
    Statement,
    Using,
)
from everward.sources.template.bicep.parser import Parser

MAX_PROBLEMS: Final = 20
"""Syntax errors of one file that are told."""

_OPENERS: Final = {"(": ")", "[": "]", "[?": "]", "{": "}"}
_OTHERS: Final = frozenset(
    {"type", "resource", "module", "output", "metadata", "targetScope", "extension", "provider", "assert", "test"}
)
"""Statements that give no value to a parameter file."""


class File:
    """What a file says: its statements, and what of it cannot be read."""

    def __init__(self, statements: list[Statement], problems: list[BicepError]) -> None:
        self.statements = statements
        self.problems = problems


def parse_file(text: str, *, template: bool) -> File:
    """The statements of a parameter file, or with `template` what can be imported from a template.

    A statement that is wrong is left out, but for the name of a parameter whose value is.
    """
    tokens = tokens_of(text)
    file = _Statements(Parser(tokens), template).read()
    told = set(map(id, file.problems))
    broken = [token.error for token in tokens if token.error is not None and id(token.error) not in told]
    file.problems.extend(broken[: MAX_PROBLEMS - len(file.problems)])
    return file


class _Statements:
    def __init__(self, parser: Parser, template: bool) -> None:
        self._parser = parser
        self._template = template
        self._statements: list[Statement] = []
        self._problems: list[BicepError] = []
        self._exported = False
        self._kinds: dict[str, Callable[[int], None]] = {
            "param": self._parameter,
            "var": self._variable,
            "func": self._function,
            "import": self._import,
            "using": self._using,
            "extends": self._extends,
            "extensionConfig": self._extension,
        }

    def read(self) -> File:
        parser = self._parser
        parser.skip_lines()
        while parser.token.kind is not Kind.END:
            self._exported = False
            try:
                self._statement()
            except BicepError as error:
                self._problems.append(error)
                if len(self._problems) >= MAX_PROBLEMS:
                    break
                self._recover()
            parser.skip_lines()
        return File(self._statements, self._problems)

    def _recover(self) -> None:
        """Go to the next line that begins like a statement."""
        parser = self._parser
        while parser.token.kind is not Kind.END:
            if parser.take().kind is Kind.LINE and (
                parser.is_mark("@") or (parser.token.kind is Kind.NAME and self._begins(parser.token.text))
            ):
                # What has a colon behind it is the property of an object.
                following = parser.peek(1)
                if following.kind is not Kind.MARK or following.text != ":":
                    return

    def _begins(self, word: str) -> bool:
        return word in self._kinds or word in _OTHERS

    def _statement(self) -> None:
        parser = self._parser
        while parser.is_mark("@"):
            self._decorator()
        word = parser.token
        if word.kind is not Kind.NAME or not self._begins(word.text):
            raise parser.unexpected("`param`, `var`, `using` or another statement")
        parser.take()
        if word.text == "param" and self._template:
            self._other("param")
        elif word.text in self._kinds:
            self._kinds[word.text](word.at)
            self._end()
        elif word.text == "type" or self._template:
            self._other(word.text)
        else:
            raise BicepError(f"a parameter file has no `{word.text}`", word.at)

    def _decorator(self) -> None:
        """`@name(…)`: of all decorators, only `@export()` means something here."""
        self._parser.expect("@")
        node = self._parser.expression()
        if isinstance(node, Apply) and node.name == "export":
            self._exported = True
        self._parser.skip_lines()

    def _end(self) -> None:
        if self._parser.token.kind not in (Kind.LINE, Kind.END):
            raise self._parser.unexpected("the end of the line")

    def _skip(self, *until: str) -> None:
        """Go to the next of these marks, or to the end of the line, that is in no bracket."""
        parser = self._parser
        open_: list[str] = []
        while parser.token.kind is not Kind.END:
            if not open_:
                if parser.is_mark(*until):
                    return
                if parser.token.kind is Kind.LINE:
                    if not self._goes_on():
                        return
                    parser.skip_lines()
            token = parser.take()
            if token.error is not None:
                raise token.error
            if token.kind is Kind.MARK:
                if token.text in _OPENERS:
                    open_.append(_OPENERS[token.text])
                elif open_ and token.text == open_[-1]:
                    open_.pop()

    def _goes_on(self) -> bool:
        """Whether the line after this one belongs to the same statement."""
        ahead = 0
        while self._parser.peek(ahead).kind is Kind.LINE:
            ahead += 1
        token = self._parser.peek(ahead)
        return token.kind is Kind.MARK and token.text in ("?", ":", "|")

    def _other(self, kind: str) -> None:
        token = self._parser.token
        if token.kind is Kind.NAME:
            self._statements.append(Other(kind, token.text, token.at))
        self._skip()

    def _parameter(self, at: int) -> None:
        name = self._parser.name("the name of a parameter")
        try:
            self._parser.expect("=")
            self._assign("param", name.text, at)
        except BicepError:
            # The template must not take its default for a value that is given, but cannot be read.
            self._statements.append(Assignment("param", name.text, None, at, name.end))
            raise

    def _variable(self, at: int) -> None:
        name = self._parser.name("the name of a variable")
        if not self._parser.is_mark("="):
            self._skip("=")
        self._parser.expect("=")
        self._assign("var", name.text, at)

    def _assign(self, kind: str, name: str, at: int) -> None:
        value = self._parser.expression()
        self._statements.append(Assignment(kind, name, value, at, self._ended(), self._exported))

    def _ended(self) -> int:
        """Where what was read last ends."""
        return self._parser.peek(-1).end

    def _function(self, at: int) -> None:
        parser = self._parser
        name = parser.name("the name of a function").text
        parser.expect("(")
        parser.skip_lines()
        parameters: list[str] = []
        while not parser.is_mark(")"):
            parameters.append(parser.name("the name of a parameter").text)
            self._skip(",", ")")
            parser.accept(",")
            parser.skip_lines()
        parser.expect(")")
        self._skip("=>")
        parser.expect("=>")
        parser.skip_lines()
        self._statements.append(Function(name, tuple(parameters), parser.expression(), at, self._exported))

    def _import(self, at: int) -> None:
        parser = self._parser
        names: list[tuple[str, str]] = []
        alias = None
        if parser.accept("*"):
            self._word("as")
            alias = parser.name("a name for the import").text
        else:
            parser.expect("{")
            while not parser.is_mark("}"):
                parser.skip_lines()
                if parser.is_mark("}"):
                    break
                names.append(self._imported())
                if not parser.accept(",") and parser.token.kind is not Kind.LINE and not parser.is_mark("}"):
                    raise parser.unexpected("`,` or `}`")
            parser.expect("}")
        self._word("from")
        self._statements.append(Import(self._path(), tuple(names), alias, at))

    def _imported(self) -> tuple[str, str]:
        parser = self._parser
        token = parser.token
        name = parser.take().text if token.kind is Kind.TEXT else parser.name("a name").text
        if not parser.is_word("as"):
            return name, name
        parser.take()
        return name, parser.name("a name").text

    def _word(self, word: str) -> None:
        if not self._parser.is_word(word):
            raise self._parser.unexpected(f"`{word}`")
        self._parser.take()

    def _path(self) -> str:
        """A file as it is named: a string without expressions."""
        text = self._parser.text()
        if text.plain is None:
            raise BicepError("a file is named by a string without expressions", text.at)
        return text.plain

    def _using(self, at: int) -> None:
        path = None
        if self._parser.is_word("none"):
            self._parser.take()
        else:
            path = self._path()
        config: Node | None = None
        if self._parser.is_word("with"):
            self._parser.take()
            config = self._parser.expression()
        self._statements.append(Using(path, config, at))

    def _extends(self, at: int) -> None:
        self._statements.append(Extends(self._path(), at))

    def _extension(self, at: int) -> None:
        name = self._parser.name("the name of an extension").text
        self._word("with")
        value = self._parser.expression()
        if not isinstance(value, Braces):
            what = f"`{value.name}`" if isinstance(value, Name) else "this"
            raise BicepError(f"an extension is configured by an object, not by {what}", value.at)
        self._statements.append(Assignment("extensionConfig", name, value, at, self._ended()))
