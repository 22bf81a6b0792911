"""YAML as `toYaml` writes it (goyaml.v2 in sigs.k8s.io/yaml 1.4, read 2026-11): two spaces, keys sorted, lists not
set in, quotes only where a text would mean something else, lines folded behind column 80.
"""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import Any, Final, cast

from everward.sources.manifests.helm.numbers import yaml_number
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.scalars import is_text

WIDTH: Final = 80
MAX_KEY: Final = 100
"""Longer keys are written in another form."""
_INDICATORS: Final = frozenset("#,[]{}&*!|>'\"%@`")
_SPECIAL: Final = re.compile("[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_DATE: Final = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]*)?"
    r"(?:Z|[-+][0-9]{2}:?[0-9]{2})?)?"
)
_DIGITS: Final = re.compile(r"[0-9]*")
_BASE60: Final = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_ESCAPES: Final = {"\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
                   '"': '"', "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P"}  # fmt: skip


def dump(value: Any) -> str:
    """A value as YAML, without a newline at its end.

    Raises:
        TemplateError: when a key would have to be written in the long form, which nobody uses.

    """
    lines: list[str] = []
    _node(value, 0 if isinstance(value, dict | list) else 2, "", lines)
    return "\n".join(lines)


def _node(value: Any, indent: int, head: str, lines: list[str]) -> None:
    """Write a value whose first line begins with `head`; the lines below it are set in by `indent`."""
    if isinstance(value, dict):
        _map(value, indent, head, lines)
    elif isinstance(value, list):
        _list(value, indent, head, lines)
    else:
        lines.extend(_scalar(value, indent, head))


def _map(value: dict[str, Any], indent: int, head: str, lines: list[str]) -> None:
    if not value:
        lines.append(head + "{}")
        return
    space = " " * indent
    if head.endswith(": "):
        lines.append(head.rstrip())
        head = space
    for key in sorted(value, key=cmp_to_key(_order)):
        if "\n" in key or len(key) > MAX_KEY:
            raise TemplateError("a key of several lines is not written here")
        _below(value[key], indent, f"{head}{_text(key, 0, 0, simple=True)[0]}: ", lines)
        head = space


def _order(first: str, second: str) -> int:
    """Which key comes first: numbers in keys count as numbers, and letters come after other signs."""
    for place, (mine, theirs) in enumerate(zip(first, second, strict=False)):
        if mine == theirs:
            continue
        letters = mine.isalpha(), theirs.isalpha()
        if any(letters):
            return _sign(mine, theirs) if all(letters) else (1 if letters[0] else -1)
        return _number_order(first, second, place)
    return len(first) - len(second)


def _number_order(first: str, second: str, place: int) -> int:
    lead = ""
    if "0" in (first[place], second[place]):
        # A zero only counts behind another digit than zero.
        before = re.search(r"\d*$", first[:place])
        lead = "1" if before is not None and before[0].strip("0") else ""
    runs = [cast("re.Match[str]", _DIGITS.match(text, place))[0][:18] for text in (first, second)]
    numbers = [int(f"{lead}{run}" or "0") for run in runs]
    if numbers[0] != numbers[1]:
        return numbers[0] - numbers[1]
    return len(runs[0]) - len(runs[1]) or _sign(first[place], second[place])


def _sign(mine: str, theirs: str) -> int:
    return -1 if mine < theirs else 1


def _list(value: list[Any], indent: int, head: str, lines: list[str]) -> None:
    if not value:
        lines.append(head + "[]")
        return
    space = " " * indent
    if head.endswith(": "):
        lines.append(head.rstrip())
        head = space
    for item in value:
        _node(item, indent + 2, f"{head}- ", lines)
        head = space


def _below(value: Any, indent: int, head: str, lines: list[str]) -> None:
    if isinstance(value, list):
        # Elements stand right below the key.
        _node(value, indent, head, lines)
    else:
        _node(value, indent + 2, head, lines)


def _scalar(value: Any, indent: int, head: str) -> list[str]:
    if isinstance(value, str):
        first, *rest = _text(value, len(head), indent)
        return [head + first, *rest]
    if value is None:
        return [head + "null"]
    if isinstance(value, bool):
        return [head + ("true" if value else "false")]
    return [head + yaml_number(value)]


def _text(text: str, column: int, indent: int, *, simple: bool = False) -> list[str]:
    """A text in the style that it needs, as lines."""
    if "\u2028" in text or "\u2029" in text or "\x85" in text:
        raise TemplateError("a text with unusual ends of lines is not written here")
    special = _SPECIAL.search(text) is not None
    if "\n" in text:
        if not special and not simple and _literal_allowed(text):
            return _literal(text, indent)
        return _double(text, column, indent, simple=simple)
    if special:
        return _double(text, column, indent, simple=simple)
    if not text:
        return ['""']
    if not is_text(text) or _BASE60.fullmatch(text) or _DATE.fullmatch(text):
        return _double(text, column, indent, simple=simple)
    if _plain_allowed(text):
        return _folded(text, column, indent, simple=simple)
    quoted = "'" + text.replace("'", "''") + "'"
    return _folded(quoted, column, indent, simple=simple)


def _literal_allowed(text: str) -> bool:
    return not text.endswith(" ") and re.search(r" \n", text) is None


def _literal(text: str, indent: int) -> list[str]:
    hint = "2" if text[:1] in " \n" else ""
    body = text.rstrip("\n")
    ending = len(text) - len(body)
    mark = "-" if ending == 0 else ("" if ending == 1 and body else "+")
    lines = text.split("\n")
    if ending:
        lines.pop()
    return [f"|{hint}{mark}", *(" " * indent + line if line else "" for line in lines)]


def _plain_allowed(text: str) -> bool:
    first = text[0]
    if first in _INDICATORS or text.startswith(("---", "...")):
        return False
    if text[0] == " " or text[-1] == " ":
        return False
    if first in "-?:" and (len(text) == 1 or text[1] == " "):
        return False
    return ": " not in text and " #" not in text and text[-1] != ":"


def _folded(text: str, column: int, indent: int, *, simple: bool) -> list[str]:
    """Break a text at single spaces behind the width."""
    if simple or column + len(text) <= WIDTH:
        return [text]
    lines: list[str] = []
    current: list[str] = []
    at = column
    quoted = text[0] == "'"
    spaces = False
    for index, char in enumerate(text):
        inside = not quoted or (1 < index < len(text) - 2)
        if char == " ":
            if not spaces and at > WIDTH and inside and text[index + 1 : index + 2] != " ":
                lines.append("".join(current))
                current, at = [], indent
            else:
                current.append(char)
                at += 1
            spaces = True
        else:
            current.append(char)
            at += 1
            spaces = False
    lines.append("".join(current))
    return [lines[0], *(" " * indent + line for line in lines[1:])]


def _double(text: str, column: int, indent: int, *, simple: bool) -> list[str]:
    lines: list[str] = []
    current = ['"']
    at = column + 1
    spaces = False
    for index, char in enumerate(text):
        if char in _ESCAPES or _SPECIAL.match(char):
            piece = _escaped(char)
            spaces = False
        elif char == " ":
            if not simple and not spaces and at > WIDTH and 0 < index < len(text) - 1:
                lines.append("".join(current))
                current, at = ["\\"] if text[index + 1] == " " else [], indent
                at += len(current)
                spaces = True
                continue
            piece, spaces = char, True
        else:
            piece, spaces = char, False
        current.append(piece)
        at += len(piece)
    current.append('"')
    lines.append("".join(current))
    return [lines[0], *(" " * indent + line for line in lines[1:])]


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return "\\" + _ESCAPES[char]
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
