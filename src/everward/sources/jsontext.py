"""JSON as people write it: comments, trailing commas, line breaks in strings, byte order marks; and where things stand.

Azure Resource Manager's own reader accepts all of these, and published templates use them.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from json import JSONDecodeError, JSONDecoder
from typing import Any, Final

import msgspec

from everward.values import Origin, Step, UnreadableError, member

MAX_DEPTH: Final = 500
"""How deep arrays and objects may nest: far beyond real files, well within what later stages can walk."""

_GAP = re.compile(r"(?>\s++|//[^\n]*+|/\*(?s:.)*?\*/)*+")
_MAY_BE_GAP: Final = "/ \n\r\t\v\f\x1c\x1d\x1e\x1f"
_WORD = re.compile(r"[^\s{}\[\],:\"/]+")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_STRINGS: Final = JSONDecoder(strict=False)
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_MAX_DIGITS = 400
_HELP = "mend the file; comments, trailing commas and line breaks inside strings are fine"


class JsonError(ValueError):
    """Text that is not JSON even when read with patience.

    `root` is what was read before the error, and `open` are the arrays and objects that were not finished,
    outermost first: the last element of any of them but the innermost is itself unfinished. `top` is where it stands.
    """

    def __init__(
        self, message: str, offset: int, *, root: Any = None, open: Sequence[Any] = (), top: Node | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.root = root
        self.open = tuple(open)
        self.top = top


@dataclass(slots=True, eq=False)
class Node:
    """Where a value stands in its text, and where what it holds stands."""

    start: int
    end: int = -1
    """The offset after its last character."""
    keys: dict[str, Node] | None = None
    items: list[Node] | None = None
    repeated: list[str] | None = None
    """Keys that stood in it before: JSON keeps only the last of them."""


def decode_text(content: bytes) -> str:
    """Bytes as text: UTF-8 with or without a byte order mark, or UTF-16 with one (as PowerShell writes).

    Raises:
        ValueError: when it is neither.

    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    return content.decode("utf-8-sig")


def load(content: bytes, *, source: str, file: str) -> Any:
    """Read a whole file: strictly when it is strict JSON (fast), else with patience.

    Raises:
        UnreadableError: when it is not JSON, not text, or nested deeper than `MAX_DEPTH`; with file and line.

    """
    try:
        value = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    else:
        if depth_within(value, MAX_DEPTH):
            return value
    try:
        text = decode_text(content)
    except ValueError as error:
        raise UnreadableError(
            f"`{file}` is not text in UTF-8", origin=Origin(source=source, file=file), help="save it as UTF-8"
        ) from error
    try:
        return parse(text)[0]
    except JsonError as error:
        raise unreadable(error, text, source=source, file=file) from error


def unreadable(error: JsonError, text: str, *, source: str, file: str) -> UnreadableError:
    """The error for people: what is wrong, in which file and line."""
    line = text.count("\n", 0, error.offset) + 1
    return UnreadableError(
        f"`{file}` is not readable as JSON: {error.message}",
        origin=Origin(source=source, file=file, line=line),
        help=_HELP,
    )


def depth_within(value: Any, limit: int) -> bool:
    """Whether arrays and objects nest at most `limit` deep."""
    # Values of parsers are of these types themselves, and asking for the class is what takes the least time.
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        level = [
            below
            for item in level
            for below in (item.values() if item.__class__ is dict else item)
            if below.__class__ is dict or below.__class__ is list
        ]
        if not level:
            return True
    return False


def parse(text: str, *, placed: bool = True, deepest: int = MAX_DEPTH) -> tuple[Any, Node]:
    """Read JSON with patience: the value, and where each part of it stands (`placed`) or only where the whole does.

    Raises:
        JsonError: when it is not JSON, or nested more than `deepest` levels.

    """
    return _Parser(text, placed, deepest).run()


class _Parser:
    """A parser without recursion: what is open stands on a stack of values and nodes."""

    def __init__(self, text: str, placed: bool, deepest: int) -> None:
        self.text = text
        self.placed = placed
        self.deepest = deepest
        self.at = 1 if text.startswith("\ufeff") else 0
        self.root: Any = None
        self.top: Node | None = None
        self.values: list[Any] = []
        self.nodes: list[Node] = []
        self.key: str | None = None

    def fail(self, message: str, at: int | None = None) -> JsonError:
        return JsonError(message, self.at if at is None else at, root=self.root, open=self.values, top=self.top)

    def skip(self) -> str:
        """The next character that says something, or `` at the end."""
        character = self.text[self.at : self.at + 1]
        if character and character not in _MAY_BE_GAP and character.isascii():
            return character
        found = _GAP.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        character = self.text[self.at : self.at + 1]
        if character == "/":
            raise self.fail("comment that does not end" if self.text.startswith("/*", self.at) else "unexpected `/`")
        return character

    def run(self) -> tuple[Any, Node]:
        top = self.value(self.skip())
        while self.values:
            if isinstance(self.values[-1], dict):
                self.step_object()
            else:
                self.step_array()
        if self.skip():
            raise self.fail("text after the end")
        return self.root, top

    def step_object(self) -> None:
        character = self.skip()
        if character == "}":
            self.close()
            return
        if character != '"':
            raise self.fail(self.describe(character, "a key in quotes or `}`"))
        self.key = self.string()
        if self.skip() != ":":
            raise self.fail(self.describe(self.text[self.at : self.at + 1], "`:`"))
        self.at += 1
        depth = len(self.values)
        self.value(self.skip())
        if len(self.values) == depth:
            self.separator("}")

    def step_array(self) -> None:
        character = self.skip()
        if character == "]":
            self.close()
            return
        depth = len(self.values)
        self.value(character)
        if len(self.values) == depth:
            self.separator("]")

    def separator(self, closing: str) -> None:
        character = self.skip()
        if character == ",":
            self.at += 1
        elif character != closing:
            raise self.fail(self.describe(character, f"`,` or `{closing}`"))

    def close(self) -> None:
        self.at += 1
        self.values.pop()
        self.nodes.pop().end = self.at
        if self.values:
            self.separator("}" if isinstance(self.values[-1], dict) else "]")

    def value(self, character: str) -> Node:
        """Read a scalar, or open an array or object; put it where it belongs."""
        node = Node(self.at)
        if character in ("{", "["):
            if len(self.values) >= self.deepest:
                raise self.fail(f"nested deeper than {self.deepest} levels")
            value: Any = {} if character == "{" else []
            self.at += 1
            self.put(value, node)
            if character == "{":
                node.keys = {}
            else:
                node.items = []
            self.values.append(value)
            self.nodes.append(node)
            return node
        value = self.string() if character == '"' else self.word(character)
        node.end = self.at
        self.put(value, node)
        return node

    def put(self, value: Any, node: Node) -> None:
        if not self.values:
            self.root, self.top = value, node
            return
        holder, place = self.values[-1], self.nodes[-1]
        if isinstance(holder, dict):
            # INVARIANT: an object is given a value only after its key was read.
            key = self.key or ""
            if key in holder and self.placed:
                place.repeated = [*(place.repeated or ()), key]
            holder[key] = value
            if self.placed and place.keys is not None:
                place.keys[key] = node
        else:
            holder.append(value)
            if self.placed and place.items is not None:
                place.items.append(node)

    def string(self) -> str:
        try:
            value, self.at = _STRINGS.raw_decode(self.text, self.at)
        except JSONDecodeError as error:
            message = (
                "string that does not end" if error.msg.startswith("Unterminated") else "unknown escape in a string"
            )
            raise self.fail(message, error.pos) from error
        return str(value) if value.isascii() else _without_lone_surrogates(value)

    def word(self, character: str) -> Any:
        found = _WORD.match(self.text, self.at)
        if found is None:
            raise self.fail(self.describe(character, "a value"))
        word = found.group()
        if word in _WORDS:
            value: Any = _WORDS[word]
        else:
            value = self.number(word)
        self.at = found.end()
        return value

    def number(self, word: str) -> int | float:
        found = _NUMBER.fullmatch(word)
        if found is None:
            raise self.fail(f"unexpected `{word[:40]}`")
        if found.group(1) is None and found.group(2) is None:
            if len(word) > _MAX_DIGITS:
                raise self.fail("number with too many digits")
            return int(word)
        value = float(word)
        if value in (float("inf"), float("-inf")):
            raise self.fail(f"number out of range: `{word[:40]}`")
        return value

    @staticmethod
    def describe(character: str, expected: str) -> str:
        return (
            f"expected {expected}, not `{character}`" if character else f"the text ends where {expected} should stand"
        )


def _without_lone_surrogates(text: str) -> str:
    """Halves of a character can be written in JSON, yet in no file of ours: they become the replacement character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Lines:
    """Line numbers of offsets in a text."""

    def __init__(self, text: str) -> None:
        self._breaks = [match.start() for match in re.finditer("\n", text)]

    def line(self, offset: int) -> int:
        """The line of an offset, counted from 1."""
        return bisect_right(self._breaks, offset - 1) + 1


class Outline:
    """Where the parts of one file stand, worked out when first asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @cached_property
    def _parsed(self) -> tuple[Node, Lines] | None:
        try:
            text = decode_text(self._content)
        except ValueError:
            return None
        try:
            top: Node | None = parse(text)[1]
        except JsonError as error:
            # What stands before the error has its place all the same.
            top = error.top
        return (top, Lines(text)) if top is not None else None

    def exact(self, steps: Sequence[Step]) -> tuple[int, int] | None:
        """First and last line of the value at a path, or None when there is none. Keys compare without case."""
        return self._find(steps, exact=True)

    def nearest(self, steps: Sequence[Step]) -> tuple[int, int] | None:
        """Like `exact`, but of the deepest part of the path that exists."""
        return self._find(steps, exact=False)

    def _find(self, steps: Sequence[Step], *, exact: bool) -> tuple[int, int] | None:
        if self._parsed is None:
            return None
        node, lines = self._parsed
        for step in steps:
            below = _below(node, step)
            if below is None:
                if exact:
                    return None
                break
            node = below
        return lines.line(node.start), lines.line(max(node.end - 1, node.start))


def _below(node: Node, step: Step) -> Node | None:
    if isinstance(step, str):
        found = member(node.keys, step) if node.keys is not None else None
        return found if isinstance(found, Node) else None
    if node.items is not None and step < len(node.items):
        return node.items[step]
    return None
