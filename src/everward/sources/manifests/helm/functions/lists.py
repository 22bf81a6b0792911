"""Functions of lists, as Sprig has them."""

from __future__ import annotations

from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Callback, kind_of
from everward.sources.manifests.helm.functions.calling import carries, integer, looks, need_list, plain_text
from everward.sources.manifests.helm.problem import TemplateError

MAX_COUNT: Final = 100_000


def _first(items: Any) -> Any:
    given = need_list("first", items)
    return given[0] if given else None


def _last(items: Any) -> Any:
    given = need_list("last", items)
    return given[-1] if given else None


def _concat(*lists: Any) -> list[Any]:
    return [item for items in lists for item in need_list("concat", items)]


def _same(first: Any, second: Any) -> bool:
    return kind_of(first) == kind_of(second) and bool(first == second)


def _has(needle: Any, items: Any) -> bool:
    return items is not None and any(_same(needle, item) for item in need_list("has", items))


def _uniq(items: Any) -> list[Any]:
    out: list[Any] = []
    for item in need_list("uniq", items):
        if not _has(item, out):
            out.append(item)
        if len(out) > 2_000:
            raise TemplateError("a list has too many elements to compare")
    return out


def _without(items: Any, *left: Any) -> list[Any]:
    return [item for item in need_list("without", items) if not _has(item, list(left))]


def _until_step(start: Any, stop: Any, step: Any) -> list[Any]:
    first, last, width = integer(start), integer(stop), integer(step)
    if width == 0 or (last < first and width >= 0) or (last > first and width <= 0):
        return []
    found = range(first, last, width)
    if len(found) > MAX_COUNT:
        raise TemplateError(f"a list of more than {MAX_COUNT:,} numbers is not made here")
    return list(found)


def _until(count: Any) -> list[Any]:
    number = integer(count)
    return _until_step(0, number, -1 if number < 0 else 1)


def _slice(items: Any, *bounds: Any) -> list[Any]:
    given = need_list("slice", items)
    start = integer(bounds[0]) if bounds else 0
    end = integer(bounds[1]) if len(bounds) > 1 else len(given)
    if not 0 <= start <= end <= len(given):
        raise TemplateError("`slice` goes over the end", refused=True)
    return given[start:end]


FUNCTIONS: Final[dict[str, Callback]] = {
    "list": lambda _renderer, arguments: list(arguments),
    "tuple": lambda _renderer, arguments: list(arguments),
    "first": carries("first", _first, 1, 1),
    "last": carries("last", _last, 1, 1),
    "rest": carries("rest", lambda items: need_list("rest", items)[1:], 1, 1),
    "initial": carries("initial", lambda items: need_list("initial", items)[:-1], 1, 1),
    "append": lambda renderer, arguments: _added(renderer, arguments, end=True),
    "push": lambda renderer, arguments: _added(renderer, arguments, end=True),
    "prepend": lambda renderer, arguments: _added(renderer, arguments, end=False),
    "concat": carries("concat", _concat),
    "reverse": carries("reverse", lambda items: need_list("reverse", items)[::-1], 1, 1),
    "compact": looks("compact", lambda items: [item for item in need_list("compact", items) if item], 1, 1),
    "uniq": looks("uniq", _uniq, 1, 1),
    "without": looks("without", _without),
    "has": looks("has", _has, 2, 2),
    "until": looks("until", _until, 1, 1),
    "untilStep": looks("untilStep", _until_step, 3, 3),
    "sortAlpha": looks("sortAlpha", lambda items: sorted(map(plain_text, need_list("sortAlpha", items))), 1, 1),
    "slice": carries("slice", _slice, 1, 3),
}


def _added(renderer: Any, arguments: list[Any], *, end: bool) -> Any:
    """A list with one element more; the element may be a hole."""
    name = "append" if end else "prepend"
    if len(arguments) != 2:
        raise TemplateError(f"`{name}` is given {len(arguments)} arguments", refused=True)
    items, item = arguments
    if kind_of(items) != "slice":
        return carries(name, need_list)(renderer, [items])
    return [*items, item] if end else [item, *items]


for _name in ("first", "last", "rest", "initial", "append", "push", "prepend", "reverse", "compact", "uniq", "without",
              "has", "slice"):  # fmt: skip
    FUNCTIONS[f"must{_name[0].upper()}{_name[1:]}"] = FUNCTIONS[_name]
