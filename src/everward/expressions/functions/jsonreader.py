"""The lenient reader of JSON: comments, single quotes, bare names, trailing commas and open lines."""

from __future__ import annotations

import math
import re
from typing import Any, Final, NoReturn

from everward.expressions.limits import MAX_JSON_DEPTH
from everward.expressions.problem import Failure
from everward.values import Value

_SPACE: Final = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_NUMBER: Final = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]{1,16}|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_PLAIN: Final = {'"': re.compile(r'[^"\\]*'), "'": re.compile(r"[^'\\]*")}
_ESCAPES: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "\n": "", "\r": ""}
_WORDS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None, "undefined": None}


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where the text that a pattern takes from `start` on ends."""
    found = pattern.match(text, start)
    return start if found is None else found.end()


class Reader:
    """Reads without recursion: containers that are open stand on a stack."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._open: list[tuple[Any, str]] = []
        """Containers that are not closed yet, each with the name that its next value gets."""

    def read(self) -> Value:
        """The value that the whole text stands for.

        Raises:
            Failure: when it is no JSON, however lenient, or nested too deep.

        """
        self._skip()
        while True:
            value, opened = self._value()
            if opened:
                continue
            while True:
                if not self._open:
                    self._skip()
                    if self._at < len(self._text):
                        self._wrong()
                    return value
                if not self._put(value):
                    break
                value = self._open.pop()[0]

    def _skip(self) -> None:
        self._at = _end(_SPACE, self._text, self._at)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _value(self) -> tuple[Value, bool]:
        """A value, or an opened container whose first value comes next."""
        mark = self._peek()
        if mark in ("{", "["):
            self._at += 1
            if len(self._open) >= MAX_JSON_DEPTH:
                raise Failure(f"the JSON is nested deeper than {MAX_JSON_DEPTH} levels")
            self._skip()
            container: Any = {} if mark == "{" else []
            if self._peek() == ("}" if mark == "{" else "]"):
                self._at += 1
                return container, False
            self._open.append((container, self._name() if mark == "{" else ""))
            return None, True
        if mark in ("'", '"'):
            return self._string(mark), False
        word = _NAME.match(self._text, self._at)
        if word is not None and word[0] in _WORDS:
            self._at = word.end()
            return _WORDS[word[0]], False
        return self._number(), False

    def _put(self, value: Value) -> bool:
        """Put a value into the innermost container. True when the container ends with it."""
        container, name = self._open[-1]
        closer = "}" if isinstance(container, dict) else "]"
        if isinstance(container, dict):
            container[name] = value
        else:
            container.append(value)
        self._skip()
        comma = self._peek() == ","
        if comma:
            self._at += 1
            self._skip()
        if self._peek() == closer:
            self._at += 1
            return True
        if not comma:
            self._wrong()
        if isinstance(container, dict):
            self._open[-1] = (container, self._name())
        return False

    def _name(self) -> str:
        mark = self._peek()
        if mark in ("'", '"') and mark:
            name = self._string(mark)
        else:
            found = _NAME.match(self._text, self._at)
            if found is None:
                self._wrong()
            name, self._at = found[0], found.end()
        self._skip()
        if self._peek() != ":":
            self._wrong()
        self._at += 1
        self._skip()
        return name

    def _string(self, mark: str) -> str:
        self._at += 1
        parts: list[str] = []
        while True:
            start, self._at = self._at, _end(_PLAIN[mark], self._text, self._at)
            parts.append(self._text[start : self._at])
            if self._peek() != "\\":
                break
            parts.append(self._escape())
        if not self._peek():
            self._wrong()
        self._at += 1
        return "".join(parts)

    def _escape(self) -> str:
        letter = self._text[self._at + 1 : self._at + 2]
        if letter == "u":
            digits = self._text[self._at + 2 : self._at + 6]
            if not re.fullmatch(r"[0-9a-fA-F]{4}", digits):
                self._wrong()
            self._at += 6
            return self._low_half(int(digits, 16))
        if letter not in _ESCAPES and letter not in ("'", '"', "/", "\\"):
            self._wrong()
        self._at += 2
        return _ESCAPES.get(letter, letter)

    def _low_half(self, code: int) -> str:
        """A character outside the first plane comes as two escapes."""
        following = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})").match(self._text, self._at)
        if 0xD800 <= code < 0xDC00 and following is not None:
            self._at = following.end()
            return chr(0x10000 + ((code - 0xD800) << 10) + int(following[1], 16) - 0xDC00)
        # Half a character cannot be written again.
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)

    def _number(self) -> Value:
        found = _NUMBER.match(self._text, self._at)
        if found is None or len(found[0]) > 300:
            self._wrong()
        text = found[0]
        value: Value
        if "x" in text.lower():
            value = int(text, 16)
        elif text.lstrip("+-").isdecimal():
            value = int(text)
        else:
            value = float(text)
            if math.isinf(value):
                self._wrong()
        self._at = found.end()
        return value

    def _wrong(self) -> NoReturn:
        line = self._text.count("\n", 0, self._at) + 1
        what = f"unexpected `{self._peek()}`" if self._at < len(self._text) else "it ends too early"
        raise Failure(f"the text is not JSON: {what} in line {line}")
