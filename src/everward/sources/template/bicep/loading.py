"""The functions of Bicep that read files when it is compiled."""

from __future__ import annotations

import base64
import math
import re
from pathlib import Path
from typing import Any, Final

from everward.expressions import ExpressionError, parse_json
from everward.expressions.problem import Failure
from everward.sources.template.bicep.workspace import Workspace
from everward.values import MISSING, Value, member

_ENCODINGS: Final = {
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16be": "utf-16-be",
}
_STEP: Final = re.compile(r"\.([A-Za-z_][\w\-]*)|\[([0-9]{1,9})\]|\['([^']*)'\]")
LOADERS: Final = frozenset({"loadtextcontent", "loadfileasbase64", "loadjsoncontent", "loadyamlcontent"})
"""Names (lower case) of the functions."""


def load(name: str, arguments: list[Value], beside: Path, workspace: Workspace) -> Value:
    """What a function gives: a text, or the value that stands in a file.

    Raises:
        ExpressionError: when there is no such file, or it does not hold what it should.

    """
    texts = [argument for argument in arguments if isinstance(argument, str)]
    if len(texts) < len(arguments):
        raise ExpressionError(f"the arguments of `{name}` must be strings")
    place = workspace.locate(texts[0], beside)
    lowered = name.lower()
    if lowered == "loadfileasbase64":
        return base64.b64encode(workspace.read(place)).decode("ascii")
    if lowered == "loadtextcontent":
        return _decode(workspace.read(place), texts[0], texts[1] if len(texts) > 1 else "utf-8")
    text = _decode(workspace.read(place), texts[0], texts[2] if len(texts) > 2 else "utf-8")
    value = _json(text, texts[0]) if lowered == "loadjsoncontent" else _yaml(text, texts[0])
    return _select(value, texts[1], texts[0]) if len(texts) > 1 else value


def _decode(content: bytes, written: str, encoding: str) -> str:
    codec = _ENCODINGS.get(encoding.lower())
    if codec is None:
        raise ExpressionError(f"there is no encoding `{encoding}`", help=f"there are {', '.join(_ENCODINGS)}")
    try:
        return content.decode(codec)
    except ValueError:
        raise ExpressionError(f"`{written}` is not text in {encoding}") from None


def _json(text: str, written: str) -> Value:
    try:
        return parse_json(text)
    except Failure as failure:
        raise ExpressionError(f"`{written}` is not JSON: {failure.message}") from None


def _yaml(text: str, written: str) -> Value:
    import yaml

    try:
        # Aliases could unfold to any size.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise ExpressionError(f"`{written}` has aliases, which are not read", help="write the values out")
        value = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - it is the safe one
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ExpressionError(f"`{written}` is not YAML") from None
    return _plain(value)


def _plain(value: Any) -> Value:
    """YAML as JSON has it: names are texts, and so are dates."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _select(value: Value, path: str, written: str) -> Value:
    """The part of a value that a path names: `a.b[0]`, with or without `$` in front."""
    rest = path.removeprefix("$")
    rest = rest if rest[:1] in (".", "[", "") else "." + rest
    at = 0
    while at < len(rest):
        step = _STEP.match(rest, at)
        if step is None:
            raise ExpressionError(f"the path `{path}` is not read", help="write one such as `a.b[0]`")
        at = step.end()
        found: Any = MISSING
        if step[2] is None and isinstance(value, dict):
            found = member(value, step[1] if step[1] is not None else step[3])
        elif step[2] is not None and isinstance(value, list) and int(step[2]) < len(value):
            found = value[int(step[2])]
        if found is MISSING:
            raise ExpressionError(f"`{written}` has nothing at `{path}`")
        value = found
    return value
