"""Functions of objects, as Sprig has them: some change the object that they are given."""

from __future__ import annotations

from typing import Any, Final

from everward.sources.manifests.helm.evaluate import Callback, Renderer
from everward.sources.manifests.helm.functions.calling import (
    carries,
    check_count,
    detail,
    holes_of,
    need_map,
    need_text,
)
from everward.sources.manifests.helm.holes import Hole, derived
from everward.sources.manifests.helm.problem import TemplateError

MAX_COPIED: Final = 100_000


def _dict(renderer: Renderer, arguments: list[Any]) -> Any:
    made: dict[str, Any] = {}
    for index in range(0, len(arguments), 2):
        key = arguments[index]
        if holes_of(renderer, [key]):
            return derived("dict", holes_of(renderer, arguments), detail(arguments))
        made[key if isinstance(key, str) else renderer.printed(key)] = (
            arguments[index + 1] if index + 1 < len(arguments) else ""
        )
    return made


def _get(found: Any, key: Any) -> Any:
    return need_map("get", found).get(need_text("get", key), "")


def _set(renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("set", arguments, 3, 3)
    target, key, value = arguments
    if isinstance(target, Hole):
        return target
    if holes_of(renderer, [key]):
        raise TemplateError("a key that is not known is set")
    need_map("set", target)[need_text("set", key)] = value
    return target


def _unset(target: Any, key: Any) -> Any:
    need_map("unset", target).pop(need_text("unset", key), None)
    return target


def _keys(*maps: Any) -> list[str]:
    # Go gives them in any order.
    return sorted(key for item in maps for key in need_map("keys", item))


def _pick(target: Any, *keys: Any) -> dict[str, Any]:
    found = need_map("pick", target)
    return {key: found[key] for key in keys if key in found}


def _omit(target: Any, *keys: Any) -> dict[str, Any]:
    return {key: value for key, value in need_map("omit", target).items() if key not in keys}


def _pluck(key: Any, *maps: Any) -> list[Any]:
    return [item[key] for item in maps if key in need_map("pluck", item)]


def deep_copy(value: Any) -> Any:
    """A copy that shares nothing with the value.

    Raises:
        TemplateError: when it is too large, or stands in itself.

    """
    left = [MAX_COPIED]

    def copy(item: Any, depth: int) -> Any:
        left[0] -= 1
        if left[0] < 0 or depth > 200:
            raise TemplateError("a value is too large to be copied")
        if isinstance(item, dict):
            return {key: copy(inner, depth + 1) for key, inner in item.items()}
        if isinstance(item, list):
            return [copy(inner, depth + 1) for inner in item]
        return item

    return copy(value, 0)


def _merge(renderer: Renderer, arguments: list[Any], *, overwrite: bool) -> Any:
    """Fill the first object from the others; with `overwrite`, what they have wins."""
    check_count("merge", arguments, 1, 99)
    holes = [item for item in arguments if isinstance(item, Hole)]
    if holes:
        return derived("merge", holes, detail(arguments))
    target = need_map("merge", arguments[0])
    for other in arguments[1:]:
        _into(renderer, target, need_map("merge", deep_copy(other)), overwrite, 0)
    return target


def _into(renderer: Renderer, target: dict[str, Any], other: dict[str, Any], overwrite: bool, depth: int) -> None:
    if depth > 200:
        raise TemplateError("objects are nested too deeply to be merged")
    for key, value in other.items():
        renderer.step()
        held = target.get(key)
        if isinstance(held, dict) and isinstance(value, dict) and held is not value:
            _into(renderer, held, value, overwrite, depth + 1)
        elif overwrite or key not in target or not _filled(renderer, held):
            target[key] = value


def _filled(renderer: Renderer, value: Any) -> bool:
    found = renderer.truth(value)
    if isinstance(found, Hole):
        # Whether it is empty decides whether it wins: the answer is asked for.
        return renderer.decide(found)
    return found


def _dig(_renderer: Renderer, arguments: list[Any]) -> Any:
    check_count("dig", arguments, 3, 99)
    *keys, default, value = arguments
    for key in keys:
        if isinstance(value, Hole):
            return derived("dig", [value], detail(keys))
        found = need_map("dig", value)
        if key not in found:
            return default
        value = found[key]
    return value


FUNCTIONS: Final[dict[str, Callback]] = {
    "dict": _dict,
    "get": carries("get", _get, 2, 2),
    "set": _set,
    "unset": carries("unset", _unset, 2, 2),
    "hasKey": carries("hasKey", lambda target, key: need_text("hasKey", key) in need_map("hasKey", target), 2, 2),
    "keys": carries("keys", _keys),
    "values": carries("values", lambda target: [target[key] for key in sorted(need_map("values", target))], 1, 1),
    "pick": carries("pick", _pick),
    "omit": carries("omit", _omit),
    "pluck": carries("pluck", _pluck),
    "merge": lambda renderer, arguments: _merge(renderer, arguments, overwrite=False),
    "mergeOverwrite": lambda renderer, arguments: _merge(renderer, arguments, overwrite=True),
    "mustMerge": lambda renderer, arguments: _merge(renderer, arguments, overwrite=False),
    "mustMergeOverwrite": lambda renderer, arguments: _merge(renderer, arguments, overwrite=True),
    "deepCopy": carries("deepCopy", deep_copy, 1, 1),
    "mustDeepCopy": carries("mustDeepCopy", deep_copy, 1, 1),
    "dig": _dig,
}
