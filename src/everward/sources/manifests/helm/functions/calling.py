"""How functions meet holes: most say nothing about them, some only carry them on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Callback, Renderer
from everward.sources.manifests.helm.holes import Hole, derived
from everward.sources.manifests.helm.problem import TemplateError

_SHOWN: Final = 200
_WHOLE: Final = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<sixteen>[0-9a-fA-F]{1,17})|0[bB](?P<two>[01]{1,65})|0[oO]?(?P<eight>[0-7]{1,23})"
    r"|(?P<ten>0|[1-9][0-9]{0,19}))(?:\.0*)?"
)
_BASES: Final = (("sixteen", 16), ("two", 2), ("eight", 8), ("ten", 10))


def holes_of(renderer: Renderer, arguments: Iterable[Any]) -> list[Hole]:
    """The holes in arguments, at any depth."""
    return renderer.holes.in_value(list(arguments))


def detail(arguments: Iterable[Any]) -> str:
    """The known part of arguments, which tells two calls about the same hole apart."""
    return repr([None if isinstance(item, Hole) else item for item in arguments])[:_SHOWN]


def looks(name: str, function: Callable[..., Any], least: int = 1, most: int = 99) -> Callback:
    """A function that looks at all of its arguments: a hole anywhere in them makes its result a hole."""

    def call(renderer: Renderer, arguments: list[Any]) -> Any:
        check_count(name, arguments, least, most)
        holes = holes_of(renderer, arguments)
        return derived(name, holes, detail(arguments)) if holes else function(*arguments)

    return call


def carries(name: str, function: Callable[..., Any], least: int = 1, most: int = 99) -> Callback:
    """A function that moves values without looking into them: only an argument that is a hole makes a hole."""

    def call(_renderer: Renderer, arguments: list[Any]) -> Any:
        check_count(name, arguments, least, most)
        holes = [item for item in arguments if isinstance(item, Hole)]
        return derived(name, holes, detail(arguments)) if holes else function(*arguments)

    return call


def check_count(name: str, arguments: list[Any], least: int, most: int) -> None:
    """Functions refuse too few and too many arguments."""
    if not least <= len(arguments) <= most:
        raise TemplateError(f"`{name}` is given {len(arguments)} arguments", refused=True)


def need_text(name: str, value: Any) -> str:
    """An argument that must be a text."""
    if not isinstance(value, str):
        raise TemplateError(f"`{name}` needs a text", refused=True)
    return value


def need_list(name: str, value: Any) -> list[Any]:
    """An argument that must be a list."""
    if not isinstance(value, list):
        raise TemplateError(f"`{name}` needs a list", refused=True)
    return value


def need_map(name: str, value: Any) -> dict[str, Any]:
    """An argument that must be an object."""
    if not isinstance(value, dict):
        raise TemplateError(f"`{name}` needs an object", refused=True)
    return value


def plain_text(value: Any) -> str:
    """A known value as Sprig makes a text of it."""
    from everward.sources.manifests.helm.numbers import go_number

    if isinstance(value, str):
        return value
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return go_number(value)
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{plain_text(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list):
        return "[" + " ".join(map(plain_text, value)) + "]"
    raise TemplateError("what is made a text is no value")


def integer(value: Any) -> int:
    """A number as Sprig casts it: what is no number is zero."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if abs(value) < 2**63 else 0
    if isinstance(value, str):
        return _whole(value)
    return 0


def _whole(text: str) -> int:
    """A text as Go reads a whole number: a zero in front makes it octal, zeros behind a point are cut off."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        return 0
    digits, base = next((match[name], base) for name, base in _BASES if match[name] is not None)
    found = int(digits.replace("_", ""), base)
    found = -found if match["sign"] == "-" else found
    return found if -(2**63) <= found < 2**63 else 0
