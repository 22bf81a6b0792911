"""Values of charts: files, `--set` and its kin, and how they are laid over the chart's own."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Int64
from everward.sources.manifests.helm.functions.encoding import floats
from everward.sources.manifests.helm.holes import BEGIN, Hole, Holes
from everward.sources.manifests.helm.problem import TemplateError
from everward.sources.manifests.placed import plain
from everward.values import Unknown, combine

MAX_INDEX: Final = 65_536
"""Helm's own limit of `--set list[N]=`."""
MAX_KEYS: Final = 30
"""Helm's own limit of levels in a key of `--set`."""
_INTEGER: Final = re.compile(r"[-+]?[1-9][0-9]{0,18}|0")


def from_document(value: Any) -> dict[str, Any]:
    """The values of a parsed file: numbers are floats, as Helm has them. What is no object holds no values."""
    return floats(plain(value)) if isinstance(value, dict) else {}


def overlay(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """One file of values over another: objects are merged, everything else is replaced."""
    out = dict(base)
    for key, value in over.items():
        held = out.get(key)
        out[key] = overlay(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return out


def coalesce(given: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Values over the chart's own. A null takes a default away."""
    out = {key: value for key, value in given.items() if value is not None or key not in defaults}
    for key, default in defaults.items():
        if key not in given:
            out[key] = default
        elif isinstance(default, dict) and isinstance(given[key], dict):
            out[key] = coalesce(given[key], default)
    return out


def set_values(target: dict[str, Any], text: str, holes: Holes, *, kind: str = "typed") -> None:
    """Lay `a.b=c,d[0]=e` over values, as `--set` does (`typed`), `--set-string` (`text`) or `--set-json` (`json`).

    Tokens in the text stand for what is only known while the pipeline runs.

    Raises:
        TemplateError: when Helm does not take it.

    """
    _Setting(text, holes, kind).into(target)


class _Setting:
    """Reads one argument of `--set`."""

    def __init__(self, text: str, holes: Holes, kind: str) -> None:
        self.text = text
        self.holes = holes
        self.kind = kind
        self.at = 0

    def into(self, target: dict[str, Any]) -> None:
        while self.at < len(self.text):
            path = self.path()
            value = self.value()
            _assign(target, path, value)

    def path(self) -> list[str | int]:
        """Keys and indexes up to `=`."""
        path: list[str | int] = []
        key: list[str] = []
        pending = True
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == "\\" and self.at < len(self.text):
                key.append(self.text[self.at])
                self.at += 1
                pending = True
            elif char in ".=[":
                if pending and (key or char != "["):
                    path.append("".join(key))
                key, pending = [], char == "."
                if char == "=":
                    return self.checked(path)
                if char == "[":
                    path.append(self.index())
            elif char == ",":
                break
            else:
                key.append(char)
                pending = True
        raise TemplateError(f"`--set {self.shown()}` has a key without a value", refused=True)

    def checked(self, path: list[str | int]) -> list[str | int]:
        """A path that Helm takes."""
        if not path or len(path) > MAX_KEYS:
            raise TemplateError(f"`--set {self.shown()}` has no key, or too long a one", refused=True)
        if any(isinstance(step, str) and BEGIN in step for step in path):
            raise TemplateError(f"`--set {self.shown()}` has a key that is only known while the pipeline runs")
        return path

    def index(self) -> int:
        """The number in brackets."""
        end = self.text.find("]", self.at)
        digits = self.text[self.at : end] if end > 0 else ""
        if not digits.isdecimal() or len(digits) > 6 or int(digits) > MAX_INDEX:
            raise TemplateError(f"`--set {self.shown()}` has an index that is no number", refused=True)
        self.at = end + 1
        return int(digits)

    def value(self) -> Any:
        """A value up to the next comma."""
        if self.kind == "json":
            return self.json()
        if self.text[self.at : self.at + 1] == "{":
            return self.list()
        text, _ = self.word(",")
        return self.typed(text)

    def json(self) -> Any:
        """One value of JSON, and the comma behind it."""
        try:
            value, end = json.JSONDecoder().raw_decode(self.text, self.at)
        except (ValueError, RecursionError) as error:
            raise TemplateError(f"`--set-json {self.shown()}` has a value that is no JSON", refused=True) from error
        self.at = end + (self.text[end : end + 1] == ",")
        return floats(value)

    def list(self) -> Any:
        """`{a,b}`. With a token in it, nobody knows how many elements there are."""
        self.at += 1
        items: list[Any] = []
        start = self.at
        while True:
            text, stop = self.word(",}")
            if stop == "":
                raise TemplateError(f"`--set {self.shown()}` has a list that does not end", refused=True)
            items.append(self.typed(text))
            if stop == "}":
                break
        if self.text[self.at : self.at + 1] == ",":
            self.at += 1
        found = self.holes.in_text(self.text[start : self.at])
        if found:
            return combine((hole.unknown for hole in found), present=True)
        return items

    def word(self, stops: str) -> tuple[str, str]:
        """Text up to one of some marks, and the mark; a backslash takes the next character as it is."""
        out: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == "\\" and self.at < len(self.text):
                out.append(self.text[self.at])
                self.at += 1
            elif char in stops:
                return "".join(out), char
            else:
                out.append(char)
        return "".join(out), ""

    def typed(self, text: str) -> Any:
        """What a text means to `--set`."""
        if BEGIN in text:
            return self.holes.restore(text)
        if self.kind == "text":
            return text
        if text in ("true", "false"):
            return text == "true"
        if text == "null":
            return None
        return Int64(text) if _INTEGER.fullmatch(text) and abs(int(text)) < 2**63 else text

    def shown(self) -> str:
        """The argument as people know it."""
        restored = self.holes.restore(self.text)
        text = restored.text or "" if isinstance(restored, Unknown) else restored
        return text[:80]


def _assign(target: dict[str, Any], path: list[str | int], value: Any) -> None:
    """Set a value at a path, making objects and lists on the way."""
    if path[-1] == "":
        # Helm passes by a value without a name.
        return
    current: Any = target
    for position, step in enumerate(path):
        last = position == len(path) - 1
        if isinstance(step, str):
            if not isinstance(current, dict):
                raise TemplateError("`--set` goes through something that is no object", refused=True)
            if last:
                current[step] = value
                return
            current = _below(current, step, path[position + 1])
        else:
            if not isinstance(current, list):
                raise TemplateError("`--set` counts in something that is no list", refused=True)
            current.extend([None] * (step + 1 - len(current)))
            if last:
                current[step] = value
                return
            current = _below(current, step, path[position + 1])


def _below(current: Any, step: str | int, following: str | int) -> Any:
    """The object or list at a step, copied so that nothing shared is changed, or a new one."""
    held = current.get(step) if isinstance(current, dict) else current[step]
    kind: type = dict if isinstance(following, str) else list
    made = kind(held) if isinstance(held, kind) else kind()
    current[step] = made
    return made


def as_given(value: Any) -> Any:
    """Values with their holes as unknowns again, for people and for other charts."""
    if isinstance(value, Hole):
        return value.unknown
    if isinstance(value, dict):
        return {key: as_given(item) for key, item in value.items()}
    return [as_given(item) for item in value] if isinstance(value, list) else value
