"""Functions of texts, as Sprig has them."""

from __future__ import annotations

import posixpath
import re
from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Callback, Renderer
from everward.sources.manifests.helm.functions.calling import (
    carries,
    check_count,
    detail,
    integer,
    looks,
    need_text,
    plain_text,
)
from everward.sources.manifests.helm.functions.quoting import go_quote
from everward.sources.manifests.helm.holes import Hole, derived
from everward.sources.manifests.helm.problem import TemplateError

MAX_REPEAT: Final = 1_000_000
_SPACE: Final = " \t\n\v\f\r\x85\xa0"


def _quote(renderer: Renderer, arguments: list[Any]) -> str:
    return " ".join(go_quote(_text(renderer, item)) for item in arguments if item is not None)


def _squote(renderer: Renderer, arguments: list[Any]) -> str:
    return " ".join(f"'{_text(renderer, item)}'" for item in arguments if item is not None)


def _text(renderer: Renderer, value: Any) -> str:
    """A value as text; holes keep their tokens."""
    return value if isinstance(value, str) else renderer.printed(value)


def _to_string(renderer: Renderer, arguments: list[Any]) -> str:
    check_count("toString", arguments, 1, 1)
    return _text(renderer, arguments[0])


def _indent(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("indent", arguments, 2, 2)
    spaces, text = arguments
    if isinstance(spaces, Hole):
        return derived("indent", [spaces])
    count = integer(spaces)
    if not 0 <= count <= 10_000:
        raise TemplateError("a text is set in too far")
    pad = " " * count
    given = renderer.holes.token(text) if isinstance(text, Hole) else need_text("indent", text)
    return pad + given.replace("\n", "\n" + pad)


def _nindent(renderer: Renderer, arguments: list[Any]) -> Any:
    result = _indent(renderer, arguments)
    return "\n" + result if isinstance(result, str) else result


def _cat(renderer: Renderer, arguments: list[Any]) -> str:
    return " ".join(_text(renderer, item) for item in arguments if item is not None)


def _join(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("join", arguments, 2, 2)
    separator, items = arguments
    if isinstance(items, Hole):
        return derived("join", [items], detail(arguments))
    given = items if isinstance(items, list) else [items]
    return need_text("join", separator).join(_text(renderer, item) for item in given if item is not None)


def _keeps(name: str, function: Any) -> Callback:
    """Functions that take something off the ends of a text: they carry a hole on when none stands there."""

    def call(renderer: Renderer, arguments: list[Any]) -> Any:
        check_count(name, arguments, 1, 2)
        text = arguments[-1]
        if any(isinstance(item, Hole) for item in arguments):
            return derived(name, [item for item in arguments if isinstance(item, Hole)], detail(arguments))
        given = need_text(name, text)
        holes = renderer.holes.in_text(given)
        tokens = tuple(renderer.holes.token(hole) for hole in holes)
        if holes and (given.startswith(tokens) or given.endswith(tokens)):
            # What stands at an end may be what is taken off.
            return derived(name, holes, detail(arguments))
        return function(*arguments)

    return call


def _trunc(count: Any, text: Any) -> str:
    given, number = need_text("trunc", text).encode(), integer(count)
    if number < 0:
        cut = given[number:] if len(given) + number > 0 else given
    else:
        cut = given[:number]
    return cut.decode("utf-8", "replace")


def _title(text: str) -> str:
    if not text.isascii():
        return _unchanged()
    return re.sub(r"(?<![A-Za-z0-9_])[a-z]", lambda match: match[0].upper(), text)


def _unchanged() -> str:
    raise TemplateError("a text with letters beyond ASCII is not changed here")


def _replace(old: str, new: str, text: str) -> str:
    if not old:
        return _unchanged()
    return need_text("replace", text).replace(old, new)


def _repeat(count: Any, text: str) -> str:
    number = integer(count)
    if number * len(text) > MAX_REPEAT or number < 0:
        raise TemplateError("a text is repeated too often")
    return text * number


def _substr(start: Any, end: Any, text: str) -> str:
    first, last = integer(start), integer(end)
    if first < 0:
        return text[:last]
    if last < 0 or last > len(text):
        return text[first:]
    return text[first:last]


def _split(separator: str, text: str) -> dict[str, Any]:
    return {f"_{index}": part for index, part in enumerate(_parts(separator, text))}


def _parts(separator: str, text: str) -> list[Any]:
    given = need_text("split", text)
    return list(given.split(separator)) if separator else list(given)


def _affix(text: str, prefix: str, *, end: bool) -> str:
    given = need_text("trim", text)
    return given.removesuffix(prefix) if end else given.removeprefix(prefix)


def _case(name: str, function: Any) -> Callback:
    return looks(name, lambda text: function(need_text(name, text)), 1, 1)


FUNCTIONS: Final[dict[str, Callback]] = {
    "quote": _quote,
    "squote": _squote,
    "toString": _to_string,
    "indent": _indent,
    "nindent": _nindent,
    "cat": _cat,
    "join": _join,
    "trim": _keeps("trim", lambda text: text.strip(_SPACE)),
    "trimAll": _keeps("trimAll", lambda cut, text: text.strip(cut)),
    "trimSuffix": _keeps("trimSuffix", lambda cut, text: _affix(text, cut, end=True)),
    "trimPrefix": _keeps("trimPrefix", lambda cut, text: _affix(text, cut, end=False)),
    "upper": _case("upper", lambda text: text.upper() if text.isascii() else _unchanged()),
    "lower": _case("lower", lambda text: text.lower() if text.isascii() else _unchanged()),
    "title": _case("title", _title),
    "untitle": _case("untitle", lambda text: re.sub(r"\b\w", lambda match: match[0].lower(), text)),
    "nospace": _case("nospace", lambda text: re.sub(r"\s", "", text)),
    "replace": looks("replace", _replace, 3, 3),
    "trunc": looks("trunc", _trunc, 2, 2),
    "repeat": looks("repeat", _repeat, 2, 2),
    "substr": looks("substr", _substr, 3, 3),
    "contains": looks("contains", lambda part, text: need_text("contains", part) in need_text("contains", text), 2, 2),
    "hasPrefix": looks("hasPrefix", lambda part, text: need_text("hasPrefix", text).startswith(part), 2, 2),
    "hasSuffix": looks("hasSuffix", lambda part, text: need_text("hasSuffix", text).endswith(part), 2, 2),
    "split": looks("split", _split, 2, 2),
    "splitList": looks("splitList", _parts, 2, 2),
    "toStrings": carries("toStrings", lambda items: [plain_text(item) for item in items], 1, 1),
    "base": looks("base", lambda path: posixpath.basename(path.rstrip("/")) or ("/" if path else "."), 1, 1),
    "ext": looks("ext", lambda path: posixpath.splitext(path)[1], 1, 1),
    "plural": looks("plural", lambda one, many, count: one if integer(count) == 1 else many, 3, 3),
}
