"""YAML as Terraform writes it: blocks, text in double quotes, texts of several lines as they stand."""

from __future__ import annotations

from everward.sources.terraform.language.functions.registry import function
from everward.sources.terraform.language.values import Data, is_null, number_text

_INDENT = 2
_WIDTH = 80
_LONGEST_KEY = 128
"""Bytes of a key that stands before its colon in one line."""
_BREAKS = frozenset("\r\n\u0085\u2028\u2029")
_ESCAPES = {
    "\0": "0",
    "\a": "a",
    "\b": "b",
    "\t": "t",
    "\n": "n",
    "\v": "v",
    "\f": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\u0085": "N",
    "\u00a0": "_",
    "\u2028": "L",
    "\u2029": "P",
}


@function("yamlencode", "A")
def yamlencode(value: Data) -> Data:
    """As YAML."""
    writer = _Writer()
    writer.node(value, -1)
    writer.new_line(-1)
    # A bare scalar could go on: that it does not has to be said.
    open_ended = not isinstance(value, str | list | dict)
    return "".join(writer.out) + ("...\n" if open_ended else "")


class _Writer:
    """Writes one document, and knows where in the line it stands."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._column = 0
        self._after_space = True
        self._only_indented = True

    # Structure

    def node(self, value: Data, indent: int, *, in_mapping: bool = False) -> None:
        """Write a value that stands at an indentation; -1 is that of the document."""
        if isinstance(value, dict) and value:
            self._mapping(value, 0 if indent < 0 else indent + _INDENT)
        elif isinstance(value, list) and value:
            inside = in_mapping and not self._only_indented
            self._sequence(value, 0 if indent < 0 else indent if inside else indent + _INDENT)
        elif isinstance(value, str):
            self._text(value, _INDENT if indent < 0 else indent + _INDENT)
        else:
            self._indicator(_plain(value), before=True)

    def _mapping(self, value: dict[str, Data], indent: int) -> None:
        for name in sorted(value):
            self.new_line(indent)
            if "\n" not in name and not _BREAKS & set(name) and len(name.encode()) <= _LONGEST_KEY:
                self._double_quoted(name, indent + _INDENT, folded=False)
                self._indicator(":")
            else:
                self._indicator("?", before=True, indents=True)
                self._text(name, indent + _INDENT)
                self.new_line(indent)
                self._indicator(":", before=True, indents=True)
            self.node(value[name], indent, in_mapping=True)

    def _sequence(self, value: list[Data], indent: int) -> None:
        for item in value:
            self.new_line(indent)
            self._indicator("-", before=True, indents=True)
            self.node(item, indent)

    # Text

    def _text(self, text: str, indent: int) -> None:
        if "\n" in text and _may_stand_as_it_is(text):
            self._literal(text, indent)
        else:
            self._double_quoted(text, indent, folded=True)

    def _literal(self, text: str, indent: int) -> None:
        hint = str(_INDENT) if text[0] == " " or text[0] in _BREAKS else ""
        chomp = "-" if text[-1] not in _BREAKS else "+" if len(text) == 1 or text[-2] in _BREAKS else ""
        self._indicator(f"|{hint}{chomp}", before=True)
        self._break("\n")
        breaks = True
        for char in text:
            if char in _BREAKS:
                self._break(char)
                breaks = True
                continue
            if breaks:
                self.new_line(indent)
            self._put(char)
            self._only_indented = breaks = False

    def _double_quoted(self, text: str, indent: int, *, folded: bool) -> None:
        self._indicator('"', before=True)
        spaces = False
        last = len(text) - 1
        for at, char in enumerate(text):
            if char == " ":
                if folded and not spaces and self._column > _WIDTH and 0 < at < last:
                    self.new_line(indent)
                    if text[at + 1] == " ":
                        self._put("\\")
                else:
                    self._put(char)
                spaces = True
                continue
            spaces = False
            self._put(_escaped(char) if _needs_escape(char) else char)
        self._indicator('"')

    # Characters

    def _put(self, text: str) -> None:
        self.out.append(text)
        self._column += len(text)

    def _break(self, char: str) -> None:
        self.out.append(char)
        self._column = 0
        self._only_indented = self._after_space = True

    def _indicator(self, text: str, *, before: bool = False, indents: bool = False) -> None:
        if before and not self._after_space:
            self._put(" ")
        self._put(text)
        self._after_space = False
        self._only_indented = self._only_indented and indents

    def new_line(self, indent: int) -> None:
        """Go to a column: in this line if nothing but indentation stands in it, else in the next one."""
        column = max(indent, 0)
        if not self._only_indented or self._column > column or (self._column == column and not self._after_space):
            self._break("\n")
        if self._column < column:
            self._put(" " * (column - self._column))
        self._only_indented = self._after_space = True


def _plain(value: Data) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    if is_null(value):
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value)


def _is_printable(char: str) -> bool:
    code = ord(char)
    return char == "\n" or 0x20 <= code <= 0x7E or (0xA0 <= code <= 0xFFFD and code != 0xFEFF)


def _needs_escape(char: str) -> bool:
    return not _is_printable(char) or char in _BREAKS or char in '"\\'


def _may_stand_as_it_is(text: str) -> bool:
    """Whether a text of several lines can be written without quotes."""
    if text.endswith(" ") or not all(map(_is_printable, text)):
        return False
    return not any(f" {char}" in text for char in _BREAKS)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return f"\\{_ESCAPES[char]}"
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
