"""Telling templates and parameter files from other JSON, by the schema that they name."""

from __future__ import annotations

import codecs
import re
from enum import Enum
from pathlib import Path
from typing import Any, Final

import msgspec

from everward.sources.jsontext import JsonError, decode_text, parse
from everward.sources.template.scopes import SCHEMA
from everward.sources.tree import Tree
from everward.values import UnreadableError, member

ENDINGS: Final = (".json", ".jsonc")
MAX_BYTES: Final = 64 * 1024 * 1024
"""Larger files are no templates: Azure takes 4 MB."""

_HINTS: Final = (b"deploymenttemplate.json", b"deploymentparameters.json")
_FIRST = re.compile(rb'\s*\{\s*"\$schema"\s*:\s*"([^"\\]*)"')


class Kind(Enum):
    """What a file is."""

    TEMPLATE = "template"
    PARAMETERS = "parameters"


def kind_of(path: Path, tree: Tree) -> Kind | None:
    """Whether a file is a template or a parameter file; neither when it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        content = tree.read(path)
    except (OSError, UnreadableError):
        return None
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "ignore").encode()
    content = content.removeprefix(codecs.BOM_UTF8)
    if content.lstrip()[:1] == b"[":
        return None
    first = _FIRST.match(content)
    if first is not None:
        # The schema usually comes first.
        schema: Any = first.group(1).decode("utf-8", "replace")
    else:
        lowered = content.lower()
        # A plain search, because large inventories come by here too.
        if not any(hint in lowered for hint in _HINTS):
            return None
        # The file has to be read to know what stands at its root.
        schema = _root_schema(content)
    found = SCHEMA.search(schema) if isinstance(schema, str) else None
    return Kind(found.group(2).lower()) if found is not None else None


def _root_schema(content: bytes) -> Any:
    try:
        root = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        raw = member(root, "$schema")
        return msgspec.json.decode(raw) if isinstance(raw, msgspec.Raw) else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        value = parse(decode_text(content), placed=False)[0]
    except JsonError as error:
        value = error.root
    except ValueError:
        return None
    return member(value, "$schema") if isinstance(value, dict) else None
