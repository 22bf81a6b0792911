"""Walks values and takes the secrets out of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

import msgspec

from everward.values.secrecy.names import (
    PLAIN,
    REQUESTS,
    SECRET_NAME,
    SECURE_TYPES,
    VALUE_TYPES,
    is_config,
    is_holder,
    is_key,
    is_secret_label,
    is_secret_name,
    is_settings,
    letters,
    text_name,
)
from everward.values.secrecy.shapes import LEAST, is_harmless, is_option, is_secret_text
from everward.values.unknown import Unknown

MAX_DEPTH: Final = 250
"""Levels of nesting that are searched; what stands deeper is withheld whole."""

SECRET: Final = Unknown(reason="secret", present=True, filled=True, secret=True)
"""Stands for a secret that was read: it is there, it is not empty, and nobody is told more."""
_DEEP: Final = Unknown(reason="nested too deeply to be searched for secrets", present=True)
_PLACEHOLDER: Final = re.compile(
    r"\{(?:var|local|module|data|each|count|parameters|variables)\.[\w.\[\]\"*-]+\}", re.ASCII
)
"""A text of which nothing is known but which input would give it."""


def withhold(text: str) -> Any:
    """The hole in the place of a text that is secret; an empty text, and one that only says where, stay."""
    return text if is_harmless(text) else SECRET


def is_name_only(hole: Unknown) -> bool:
    """Whether the text of a hole says no more than what would decide it."""
    text = hole.text or ""
    return text[1:-1] in hole.decided_by or _PLACEHOLDER.fullmatch(text) is not None


def without_text(hole: Unknown) -> Unknown:
    """A hole in the place of a secret: what is known of its text is left out, unless that is only a name for it."""
    if hole.text is None or is_name_only(hole):
        return hole
    return msgspec.structs.replace(hole, text=None)


def conceal(value: Any, name: str = "", depth: int = MAX_DEPTH) -> Any:
    """`value` with holes in the place of secrets. It is the same object when there are none.

    `name` is the key under which the value stands. An object with a `type` that is one of ARM is taken as a resource
    of that type. What is no text (numbers, booleans, null) is never secret.
    """
    return CONCEALING.walk(value, name, Mode.SEARCH, depth)


def conceal_body(body: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    """The body of a resource of a type and name with holes in the place of secrets; the same one without any."""
    told: dict[str, Any] = {key: body[key] for key in _TELLING if key in body}
    modes = _member_modes({**told, "type": kind, "name": name}, "")
    changed: dict[str, Any] | None = None
    for key, item in body.items():
        new = CONCEALING.walk(item, key, modes.get(key, Mode.SEARCH), MAX_DEPTH)
        if new is not item:
            changed = dict(body) if changed is None else changed
            changed[key] = new
    return body if changed is None else changed


def conceal_at(value: Any, path: str) -> Any:
    """A value at a path, an alias, or of an expression, with holes in the place of secrets.

    A name for secrets anywhere in the path makes all of it secret.
    """
    names = _NAMES.findall(path)
    mode = Mode.HIDE if any(map(is_secret_name, names)) else Mode.SEARCH
    return CONCEALING.walk(value, names[-1] if names else "", mode, MAX_DEPTH)


class Mode(Enum):
    """What is known of a value because of what stands around it."""

    SEARCH = 0
    """Nothing: its name and its shape tell."""
    HIDE = 1
    """Every text in it is secret; its structure is not."""
    SETTINGS = 2
    """It is settings, as a list of names and values or by name: the names are shown."""
    SETTING = 3
    """It is one setting."""
    HOLDER = 4
    """It is an object whose `value` is secret."""


_NAMES: Final = re.compile(r"[A-Za-z_-]+", re.ASCII)
_TELLING: Final = ("value", "defaultValue", "keyName", "kind", "data", "stringData")
"""Members of an object that tell what others are."""
_SEARCH, _SETTING, _HOLDER = Mode.SEARCH, Mode.SETTING, Mode.HOLDER
_TELL: Final = frozenset({"value", "defaultValue", "type", "scheme", "kind", "header", "query"})
"""Without one of these no member of an object tells what another is."""
_ATOMS: Final = frozenset({int, bool, float, type(None)})
_NO_MODES: Final[Mapping[str, Mode]] = MappingProxyType({})


class Walker:
    """Finds secrets; what is put in their place is a subclass's to say."""

    def secret(self, text: str) -> Any:
        """What stands for a text that is secret."""
        return withhold(text)

    def plain(self, value: Any) -> Any:
        """What stands for a value that is no text, no object and no array."""
        return value

    def hole(self, hole: Unknown, *, hidden: bool) -> Any:
        """What stands for a hole; `hidden` when it stands in the place of a secret."""
        if hidden:
            return without_text(hole)
        return msgspec.structs.replace(hole, text=None) if hole.text and is_secret_text(hole.text) else hole

    def deep(self) -> Any:
        """What stands for a value that is nested too deeply."""
        return _DEEP

    def walk(self, value: Any, name: str, mode: Mode, depth: int) -> Any:
        """A value that stands under a name, without its secrets; the same object where there are none."""
        # One frame a level: values may be nested as deep as `MAX_DEPTH`.
        if mode is _HOLDER and not isinstance(value, dict):
            mode = _SEARCH
        if isinstance(value, str):
            return self.secret(value) if mode is not _SEARCH or _is_secret(value, name) else value
        if isinstance(value, Unknown):
            return self.hole(value, hidden=mode is not _SEARCH or is_secret_name(name))
        if not isinstance(value, (dict, list, tuple)):
            return self.plain(value)
        if mode is _SEARCH:
            mode = _mode_of(name)
        if depth == 0:
            return self.deep()
        if isinstance(value, dict):
            return self._members(value, name, depth - 1) if mode is _SEARCH else self._told(value, mode, depth - 1)
        changed: Any = list(value) if isinstance(value, tuple) else None
        given = False
        for index, item in enumerate(value):
            below = mode if mode is _SEARCH else _element_mode(mode, item)
            if item.__class__ is str:
                # A command as a list of words: `["--password", "…"]`.
                below = Mode.HIDE if given and item[:1] != "-" else below
                given = is_option(item)
            new = self.walk(item, name, below, depth - 1)
            if new is not item:
                changed = list(value) if changed is None else changed
                changed[index] = new
        return value if changed is None else changed

    def _members(self, value: dict[str, Any], name: str, depth: int) -> dict[str, Any]:
        """An object of which nothing is known: names, neighbours and shapes tell."""
        modes = _NO_MODES if _TELL.isdisjoint(value) else _member_modes(value, name)
        changed: dict[str, Any] | None = None
        for key, item in value.items():
            # This runs for every value of an inventory: what needs no look is passed over at once.
            kind = item.__class__
            if kind in _ATOMS:
                continue
            below = modes.get(key, _SEARCH) if modes else _SEARCH
            if kind is str and below is _SEARCH and not _is_secret(item, key):
                continue
            new = self.walk(item, key, below, depth)
            if new is not item:
                changed = dict(value) if changed is None else changed
                changed[key] = new
        return value if changed is None else changed

    def _told(self, value: dict[str, Any], mode: Mode, depth: int) -> dict[str, Any]:
        """An object of which something is known."""
        changed: dict[str, Any] | None = None
        for key, item in value.items():
            new = self.walk(item, "" if mode is _SETTING else key, _below(mode, key, item), depth)
            if new is not item:
                changed = dict(value) if changed is None else changed
                changed[key] = new
        return value if changed is None else changed


CONCEALING: Final = Walker()


def _is_secret(text: str, name: str) -> bool:
    """Whether a text is secret by its name or its shape."""
    told = text_name(name)
    if told and (told == SECRET_NAME or is_key(text)):
        return True
    return len(text) >= LEAST and is_secret_text(text)


def _mode_of(name: str) -> Mode:
    """What the name of an object or array tells."""
    if is_settings(name):
        return Mode.SETTINGS
    return Mode.HIDE if is_secret_name(name) else Mode.SEARCH


def _below(mode: Mode, key: str, item: Any) -> Mode:
    """What is known of the member of an object of which something is known."""
    if mode is Mode.SETTINGS:
        return Mode.SETTING if isinstance(item, dict) else Mode.HIDE
    if mode is Mode.SETTING:
        return Mode.SEARCH if letters(key) in PLAIN else Mode.HIDE
    if mode is Mode.HOLDER:
        return Mode.HIDE if key == "value" else Mode.SEARCH
    return Mode.HIDE


def _element_mode(mode: Mode, item: Any) -> Mode:
    """What is known of the element of an array of which something is known."""
    return Mode.SETTING if mode is Mode.SETTINGS and isinstance(item, dict) else Mode.HIDE


def _member_modes(value: dict[str, Any], name: str) -> Mapping[str, Mode]:
    """What is known of members of an object, because their neighbours tell it."""
    kind, label = value.get("type"), value.get("name")
    kind = kind.lower() if isinstance(kind, str) else ""
    modes: dict[str, Mode] = {}
    for key in ("value", "defaultValue"):
        if key in value and _is_given(value, name, kind, label, text=isinstance(value[key], str)):
            modes[key] = Mode.HIDE
    if "scheme" in value and "parameter" in value:
        # What an HTTP request carries to say who sends it.
        modes["parameter"] = Mode.HIDE
    if ("header" in value or "query" in value) and letters(name) == REQUESTS:
        modes["header"] = modes["query"] = Mode.HIDE
    if kind in VALUE_TYPES:
        modes["value"] = Mode.HIDE
        modes["properties"] = Mode.HOLDER
    elif kind and is_config(kind, label):
        modes["properties"] = Mode.SETTINGS
    elif value.get("kind") == "Secret" and ("data" in value or "stringData" in value):
        # A secret of Kubernetes: base64 hides nothing.
        modes["data"] = modes["stringData"] = Mode.HIDE
    return modes


def _is_given(value: dict[str, Any], name: str, kind: str, label: object, *, text: bool) -> bool:
    """Whether `value` of an object is a secret.

    `{"name": "DB_PASSWORD", "value": "…"}` is how settings are written as lists, `{"password": {"value": "…"}}` how
    parameters are given, `{"type": "SecureString", "value": "…"}` how they are declared, `{"keyName": "key1", "value":
    "…"}` how keys are listed, `{"isSecret": true, "value": "…"}` how some services say it outright. A key that is an
    object says something of keys, and is none.
    """
    told = is_secret_label if text else is_secret_name
    return (
        (isinstance(label, str) and told(label))
        or kind in SECURE_TYPES
        or is_holder(name)
        or "keyName" in value
        or value.get("isSecret") is True
        or value.get("secret") is True
        or told(name)
    )
