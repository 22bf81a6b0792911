"""Go's own functions, and those about kinds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Callback, Renderer, kind_of
from everward.sources.manifests.helm.functions.calling import check_count, detail, holes_of, looks, plain_text
from everward.sources.manifests.helm.functions.quoting import go_quote
from everward.sources.manifests.helm.holes import Hole, derived
from everward.sources.manifests.helm.numbers import go_number
from everward.sources.manifests.helm.problem import TemplateError

_VERB: Final = re.compile(r"%(?P<flags>[-+# 0]*)(?P<width>[0-9]*)(?:\.(?P<precision>[0-9]*))?(?P<verb>.)", re.DOTALL)
_MAX_WIDTH: Final = 1_000
_ORDERED: Final = ("lt", "le", "gt", "ge")


def _same(first: Any, second: Any) -> bool:
    """Equality as Go has it, which refuses numbers of different kinds.

    Raises:
        TemplateError: when Go would not compare them.

    """
    if first is None or second is None:
        return first is second
    kinds = _basic(first), _basic(second)
    if kinds[0] != kinds[1]:
        raise TemplateError(f"{kinds[0]} and {kinds[1]} are not compared", refused=True,
                            help="numbers in values are floats: use `int` on them")  # fmt: skip
    if kinds[0] in ("map", "slice"):
        raise TemplateError(f"{kinds[0]} is not compared", refused=True)
    return bool(first == second)


def _basic(value: Any) -> str:
    """The kind of a value, whatever its size."""
    kind = kind_of(value)
    return "int" if kind == "int64" else kind


def _equal(*arguments: Any) -> bool:
    return any(_same(arguments[0], other) for other in arguments[1:])


def _ordered(name: str, first: Any, second: Any) -> bool:
    if _basic(first) != _basic(second) or _basic(first) not in ("int", "float64", "string"):
        raise TemplateError(f"{kind_of(first)} and {kind_of(second)} have no order", refused=True)
    found: Mapping[str, bool] = {
        "lt": first < second,
        "le": first <= second,
        "gt": first > second,
        "ge": first >= second,
    }
    return found[name]


def _not(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("not", arguments, 1, 1)
    found = renderer.truth(arguments[0])
    return found.negate() if isinstance(found, Hole) else not found


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, list | dict):
        return len(value)
    raise TemplateError(f"{kind_of(value)} has no length", refused=True)


def _len(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("len", arguments, 1, 1)
    value = arguments[0]
    holes = holes_of(renderer, arguments) if isinstance(value, str | Hole) else []
    return derived("len", holes) if holes else _length(value)


def _index(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("index", arguments, 1, 99)
    value, *steps = arguments
    for step in steps:
        if isinstance(value, Hole):
            return derived("index", [value], detail(arguments))
        if isinstance(step, Hole) or (isinstance(step, str) and renderer.holes.in_text(step)):
            return derived("index", holes_of(renderer, [step, value]), detail(arguments))
        value = _at(value, step)
    return value


def _at(value: Any, step: Any) -> Any:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and not isinstance(step, bool):
        if not 0 <= step < len(value):
            raise TemplateError(f"there is no element {step}", refused=True)
        return value[step]
    raise TemplateError(f"`index` of {kind_of(value)} by {kind_of(step)}", refused=True)


def _print(renderer: Renderer, arguments: list[Any]) -> str:
    """Values in a row; a space stands between two of which neither is a text."""
    out = ""
    before_text = True
    for position, item in enumerate(arguments):
        is_text = isinstance(item, str)
        if position and not is_text and not before_text:
            out += " "
        out += renderer.printed(item)
        before_text = is_text
    return out


def _println(renderer: Renderer, arguments: list[Any]) -> str:
    return " ".join(renderer.printed(item) for item in arguments) + "\n"


def _printf(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("printf", arguments, 1, 99)
    pattern, *values = arguments
    if not isinstance(pattern, str) or renderer.holes.in_text(pattern):
        return derived("printf", holes_of(renderer, arguments), detail(arguments))
    out: list[str] = []
    position, used = 0, 0
    for match in _VERB.finditer(pattern):
        out.append(pattern[position : match.start()])
        position = match.end()
        if match["verb"] == "%":
            out.append("%")
            continue
        if used >= len(values):
            out.append(f"%!{match['verb']}(MISSING)")
            continue
        formatted = _formatted(renderer, match, values[used])
        if formatted is None:
            return derived("printf", holes_of(renderer, arguments), detail(arguments))
        out.append(formatted)
        used += 1
    if used < len(values):
        raise TemplateError("`printf` is given more values than it writes")
    return "".join(out) + pattern[position:]


def _formatted(renderer: Renderer, match: re.Match[str], value: Any) -> str | None:
    """A value as a verb writes it; None when that needs to look at a hole."""
    plain = not match["flags"] and not match["width"] and match["precision"] is None
    if holes_of(renderer, [value]):
        if plain and match["verb"] in "svd" and isinstance(value, str | Hole):
            return renderer.printed(value)
        if plain and match["verb"] == "q" and isinstance(value, str):
            return go_quote(value)
        return None
    return _padded(_verb(match, value), match)


def _verb(match: re.Match[str], value: Any) -> str:
    verb, precision = match["verb"], match["precision"]
    kind = _basic(value)
    if kind == "invalid":
        return "<nil>" if verb == "v" else f"%!{verb}(<nil>)"
    if verb == "v":
        return plain_text(value)
    if verb == "s" and kind in ("string", "slice", "map"):
        text = plain_text(value)
        return text if precision is None else text[: int(precision or 0)]
    if verb == "d" and kind == "int":
        return ("+" if "+" in match["flags"] and value >= 0 else "") + str(value)
    if verb == "q" and kind == "string":
        return go_quote(value)
    if verb == "t" and kind == "bool":
        return plain_text(value)
    if verb in "xX" and kind == "int":
        return format(value, verb)
    if verb == "f" and kind == "float64" and len(precision or "6") < 3:
        return f"{value:.{int(precision or 0) if precision is not None else 6}f}"
    if verb == "g" and kind == "float64" and precision is None:
        return go_number(value)
    if kind in ("string", "float64", "bool") and verb in "sdqtxX":
        return f"%!{verb}({kind}={plain_text(value)})"
    raise TemplateError(f"`printf` of {kind} by `%{verb}` is not read here")


def _padded(text: str, match: re.Match[str]) -> str:
    width = int(match["width"] or 0)
    if width > _MAX_WIDTH:
        raise TemplateError("`printf` is given a width that is too large")
    if "-" in match["flags"]:
        return text.ljust(width)
    if "0" in match["flags"] and match["verb"] in "dxXf":
        sign = text[:1] if text[:1] in "+-" else ""
        return sign + text[len(sign) :].rjust(width - len(sign), "0")
    return text.rjust(width)


_TYPES: Final = {"map": "map[string]interface {}", "slice": "[]interface {}", "invalid": "<nil>"}


def _type_of(value: Any) -> str:
    return _TYPES.get(kind_of(value), kind_of(value))


def _kind(name: str, function: Callable[..., Any]) -> Callback:
    """Functions about kinds: the kind of a text with holes is known, that of a hole is not."""

    def call(_renderer: Renderer, arguments: list[Any]) -> Any:
        check_count(name, arguments, 1, 2)
        holes = [item for item in arguments if isinstance(item, Hole)]
        return derived(name, holes, detail(arguments)) if holes else function(*arguments)

    return call


FUNCTIONS: Final[dict[str, Callback]] = {
    "not": _not,
    "eq": looks("eq", _equal, 2),
    "ne": looks("ne", lambda first, second: not _same(first, second), 2, 2),
    "lt": looks("lt", lambda first, second: _ordered("lt", first, second), 2, 2),
    "le": looks("le", lambda first, second: _ordered("le", first, second), 2, 2),
    "gt": looks("gt", lambda first, second: _ordered("gt", first, second), 2, 2),
    "ge": looks("ge", lambda first, second: _ordered("ge", first, second), 2, 2),
    "len": _len,
    "index": _index,
    "print": _print,
    "println": _println,
    "printf": _printf,
    "kindOf": _kind("kindOf", kind_of),
    "kindIs": _kind("kindIs", lambda kind, value: kind_of(value) == kind),
    "typeOf": _kind("typeOf", _type_of),
    "typeIs": _kind("typeIs", lambda kind, value: _type_of(value) == kind),
    "typeIsLike": _kind("typeIsLike", lambda kind, value: _type_of(value) in (kind, f"*{kind}")),
    "deepEqual": looks("deepEqual", lambda first, second: kind_of(first) == kind_of(second) and first == second, 2, 2),
}
