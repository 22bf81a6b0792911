"""From the text of Bicep to tokens."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from msgspec import Struct


class Kind(Enum):
    """What a token is."""

    NAME = "a name"
    NUMBER = "a number"
    TEXT = "a string"
    """A string without expressions, or the last piece of one with them."""
    PIECE = "the piece of a string"
    """What stands before an expression in a string; the tokens of the expression follow."""
    MARK = "a mark"
    BROKEN = "what cannot be read"
    LINE = "the end of the line"
    END = "the end of the file"


class BicepError(Exception):
    """Text that is not Bicep: why, and the offset in the file."""

    def __init__(self, message: str, at: int, *, help: str | None = None, unending: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.help = help
        self.unending = unending
        """Whether it goes on to the end of the file."""


class Token(Struct, frozen=True, eq=False):
    """A token; `text` is the name, the mark, the digits, or what a string says."""

    kind: Kind
    text: str
    at: int
    end: int
    error: BicepError | None = None
    """Why it cannot be read."""


_BLANK: Final = re.compile(r"[ \t\f\v\u00a0\ufeff]+|//[^\r\n]*|#[^\r\n]*")
_LINES: Final = re.compile(r"(?:\r\n|[\r\n])")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER: Final = re.compile(r"[0-9]+")
_MARKS: Final = re.compile(r"\.\.\.|=>|==|=~|!=|!~|<=|>=|&&|\|\||\?\?|::|\.\?|\[\?|[-{}()\[\],.=+*/%<>!?:@|&^;]")
_QUOTES: Final = re.compile(r"(\$*)'''(?:\r\n|[\r\n])?")
_PLAIN: Final = re.compile(r"[^'\\$\r\n]+")
_ESCAPE: Final = re.compile(r"\\(?:([\\'nrt$])|u\{([0-9A-Fa-f]{1,6})\})")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t"}
_LARGEST: Final = 0x10FFFF
_SURROGATES: Final = range(0xD800, 0xE000)


class _Open(Struct):
    """A string whose expression is being read."""

    at: int
    marker: str | None
    """What opens an expression in a string of several lines; None in a plain string."""
    braces: int = 0
    """Braces inside the expression that are not closed yet."""


def tokens_of(text: str) -> list[Token]:
    """The tokens of a file, the last one `END`. Comments and pragmas are left out, ends of lines are not.

    In the place of what cannot be read (a character that means nothing, a string or comment without an end) stands a
    broken token, up to the end of its line, or of the file where it may go on.
    """
    return _Lexer(text).run()


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._tokens: list[Token] = []
        self._open: list[_Open] = []

    def run(self) -> list[Token]:
        while self._at < len(self._text):
            try:
                self._step()
            except BicepError as error:
                self._broken(error)
        if self._open:
            unclosed = BicepError("a string is not closed", self._open[-1].at)
            self._tokens.append(Token(Kind.BROKEN, "", self._at, self._at, unclosed))
        self._add(Kind.END, "", self._at)
        return self._tokens

    def _broken(self, error: BicepError) -> None:
        self._open.clear()
        line = _LINES.search(self._text, max(error.at, self._at))
        end = len(self._text) if line is None or error.unending else line.start()
        self._tokens.append(Token(Kind.BROKEN, "", self._at, end, error))
        self._at = end

    def _add(self, kind: Kind, text: str, end: int) -> None:
        self._tokens.append(Token(kind, text, self._at, end))
        self._at = end

    def _step(self) -> None:
        text, at = self._text, self._at
        blank = _BLANK.match(text, at)
        if blank is not None:
            self._at = blank.end()
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            if end < 0:
                raise BicepError("a comment is not closed", at, help="close it with `*/`", unending=True)
            self._at = end + 2
        elif (found := _LINES.match(text, at)) is not None:
            self._add(Kind.LINE, "\n", found.end())
        elif (found := _NAME.match(text, at)) is not None:
            self._add(Kind.NAME, found[0], found.end())
        elif (found := _NUMBER.match(text, at)) is not None:
            self._add(Kind.NUMBER, found[0], found.end())
        elif (found := _QUOTES.match(text, at)) is not None:
            self._lines(found[1] + "{" if found[1] else "", at, found.end())
        elif text[at] == "'":
            self._string(at, at + 1)
        elif (found := _MARKS.match(text, at)) is not None:
            self._mark(found[0], found.end())
        else:
            advice = "strings are written in single quotes" if text[at] == '"' else None
            raise BicepError(f"the character `{text[at]}` means nothing here", at, help=advice)

    def _mark(self, mark: str, end: int) -> None:
        inner = self._open[-1] if self._open else None
        if inner is not None and mark == "}" and not inner.braces:
            # The expression in a string ends, and the string goes on.
            self._open.pop()
            if inner.marker is None:
                self._string(inner.at, end)
            else:
                self._lines(inner.marker, inner.at, end)
            return
        if inner is not None and mark in "{}":
            inner.braces += 1 if mark == "{" else -1
        self._add(Kind.MARK, mark, end)

    def _string(self, start: int, at: int) -> None:
        """The rest of a plain string, up to its end or the next expression in it."""
        out: list[str] = []
        text = self._text
        while True:
            plain = _PLAIN.match(text, at)
            if plain is not None:
                out.append(plain[0])
                at = plain.end()
            mark = text[at : at + 1]
            if mark in ("", "\r", "\n"):
                raise BicepError("a string is not closed", start, help="write text of several lines in '''")
            if mark == "'":
                self._add(Kind.TEXT, "".join(out), at + 1)
                return
            if mark == "\\":
                at = self._escape(at, out)
            elif text.startswith("${", at):
                self._open.append(_Open(start, None))
                self._add(Kind.PIECE, "".join(out), at + 2)
                return
            else:
                out.append(mark)
                at += 1

    def _escape(self, at: int, out: list[str]) -> int:
        found = _ESCAPE.match(self._text, at)
        if found is None:
            raise BicepError(
                f"`{self._text[at : at + 2]}` is no escape",
                at,
                help="there are \\\\, \\', \\n, \\r, \\t, \\$ and \\u{…}",
            )
        if found[1] is not None:
            out.append(_ESCAPES.get(found[1], found[1]))
        else:
            code = int(found[2], 16)
            if code > _LARGEST or code in _SURROGATES:
                raise BicepError(f"there is no character `{found[0]}`", at)
            out.append(chr(code))
        return found.end()

    def _lines(self, marker: str, start: int, at: int) -> None:
        """The rest of a string of several lines, up to its end or the next expression in it."""
        text = self._text
        found = re.compile(f"{re.escape(marker)}|'''" if marker else "'''").search(text, at)
        if found is None:
            advice = "close it with '''"
            raise BicepError("a string of several lines is not closed", start, help=advice, unending=True)
        end = found.start()
        if found[0] == marker:
            self._open.append(_Open(start, marker))
            self._add(Kind.PIECE, text[at:end], found.end())
            return
        # Of more than three quotes the last three close it.
        while text.startswith("'", end + 3):
            end += 1
        self._add(Kind.TEXT, text[at:end], end + 3)
