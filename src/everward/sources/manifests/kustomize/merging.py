"""Strategic merges as kustomize makes them: objects key by key, some lists element by element, others are replaced.

The rules are those of `yaml/merge2` and `yaml/walk` of sigs.k8s.io/kustomize/kyaml 0.19.0, oddities included, because
what they make is what is deployed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from everward.sources.manifests.kustomize.shapes import NO_SHAPE, Shape, shape_of
from everward.sources.manifests.placed import PlacedList, PlacedMap, copied, text_of
from everward.sources.manifests.scalars import resolve_text
from everward.values import Unknown

DIRECTIVE: Final = "$patch"
MAX_MERGED: Final = 1_000
"""How many elements lists of odd elements may have to be merged: it takes time with the square of their length."""


class MergeError(Exception):
    """A patch that kustomize refuses, or that is not read here."""


class _Missing:
    """The type of what is not there."""


_MISSING: Final = _Missing()


def merge(base: PlacedMap, patch: PlacedMap, spend: Callable[[int], bool]) -> PlacedMap | None:
    """What a patch makes of an object, which may be changed on the way; None when the patch deletes it.

    Args:
        base: The object.
        patch: The patch, which is not changed.
        spend: Whether there is time for so many more steps.

    Raises:
        MergeError: when kustomize refuses the patch, or there is no time for it.

    """
    result = _Merge(spend).walk(base, copied(patch), NO_SHAPE)
    # Kustomize lets go of what a patch makes that replaces the whole object, so that the object stays as it was.
    return base if isinstance(result, PlacedMap) else None


def form_of(value: Any) -> str:
    """Whether a value is an object, a list or a scalar; empty for what is not there or null."""
    if value is _MISSING or value is None:
        return ""
    return "object" if isinstance(value, dict) else "list" if isinstance(value, list) else "scalar"


class _Merge:
    """One merge of a patch.

    Recursion: as deep as the object and the patch, which reading has limited.
    """

    def __init__(self, spend: Callable[[int], bool]) -> None:
        self.spend = spend

    def walk(self, base: Any, patch: Any, shape: Shape) -> Any:
        form = form_of(base) or form_of(patch)
        if form_of(patch) not in ("", form):
            raise MergeError(f"the patch has a {form_of(patch)} where there is a {form}")
        if form in ("list", "scalar"):
            if form == "list" and shape.keys is not None:
                return self._list(base, patch, shape, shape.keys)
            return base if patch is _MISSING else patch
        return self._object(base, patch, shape)

    def _object(self, base: Any, patch: Any, shape: Shape) -> Any:
        directive = _directive(patch)
        if directive == "delete":
            return _MISSING
        if form_of(base) == "":
            base = patch
            if not isinstance(base, PlacedMap):
                return _MISSING
        elif patch is None:
            return _MISSING
        elif directive == "replace":
            base = patch
        if shape is NO_SHAPE:
            shape = shape_of(base, patch)
        for key in [*base, *(key for key in (patch if isinstance(patch, dict) else ()) if key not in base)]:
            self._field(base, patch, key, shape)
        return base

    def _field(self, base: PlacedMap, patch: Any, key: str, shape: Shape) -> None:
        held = base.get(key, _MISSING)
        given = patch.get(key, _MISSING) if isinstance(patch, dict) else _MISSING
        if held is None and given is _MISSING:
            return
        result = self.walk(held, given, shape.fields.get(key, NO_SHAPE))
        if result is _MISSING or result is None:
            base.pop(key, None)
        elif result is not held:
            base.put(key, in_quotes_of(held, result), patch.spot_of(key) if isinstance(patch, PlacedMap) else base.spot)

    def _list(self, base: Any, patch: Any, shape: Shape, keys: tuple[str, ...]) -> Any:
        """A list whose elements are told apart by keys, or by what they are."""
        if form_of(base) == "":
            base = patch
        elif patch is None:
            return _MISSING
        else:
            directive = _directive(patch)
            if directive == "delete":
                return _MISSING
            if directive == "replace":
                base = patch
        plain = self._plain(base, patch if isinstance(patch, list) else [], shape, keys)
        if plain is not None:
            return plain
        count = len(base) + (len(patch) if isinstance(patch, list) else 0)
        if count > MAX_MERGED or not self.spend(1 + count**2 // 4):
            raise MergeError(f"lists of {count:,} elements are too much to be merged here")
        values: list[tuple[str, ...]] = []
        for source in (patch, base):
            for item in source if isinstance(source, list) else ():
                found = tuple(_text_in(item, key) for key in keys) if keys else (scalar_text(item),)
                if found not in values:
                    values.append(found)
        return self._elements(values, keys or ("",), base, patch, shape)

    def _plain(self, base: Any, patch: list[Any], shape: Shape, keys: tuple[str, ...]) -> PlacedList | None:
        """The same in less time for most lists: all elements have the same keys, and none is there twice."""
        own = [key for key in keys if any(_text_in(item, key) for held in (base, patch) for item in held)]
        places, others = _indexed(base, own), _indexed(patch, own)
        if places is None or others is None:
            return None
        made = PlacedList(base.spot)
        # With more than one key, kustomize takes those of the base away and puts them behind all others.
        order = {**others, **places} if len(own) == 1 else [*(one for one in others if one not in places), *places]
        for found in order:
            at, other = places.get(found), patch[others[found]] if found in others else _MISSING
            result = self.walk(base[at] if at is not None else _MISSING, other, shape)
            if result is _MISSING or result is None or result == {}:
                continue
            # An element of the base stays even where the patch is to replace it, as the whole object does.
            value, source, place = (result, patch, others[found]) if at is None else (base[at], base, at)
            made.add(value, source.spot_of(place) if isinstance(source, PlacedList) else base.spot)
        return made

    def _elements(
        self, values: list[tuple[str, ...]], keys: tuple[str, ...], base: PlacedList, patch: Any, shape: Shape
    ) -> PlacedList:
        made = PlacedList(base.spot)
        if len(keys) > 1:
            _unite(values)
        own: tuple[str, ...] = keys
        for found in values:
            own, wanted = _written(values, found, keys)
            spot, item = _find(base, found, keys)
            other_spot, other = _find(patch, found, keys)
            result = self.walk(item, other, shape)
            if result is _MISSING or result is None or result == {}:
                _set_element(base, own, wanted, None)
                continue
            if isinstance(result, PlacedMap):
                for key, text in zip(own, wanted, strict=False):
                    if key not in result and text:
                        result[key] = resolve_text(text)
            _set_element(made, own, wanted, result, spot if result is item else other_spot)
        return _append(made, base, own) if values else base


def in_quotes_of(held: Any, value: Any) -> Any:
    """A value that is put where another one is: a text in quotes keeps them, whatever is put into them."""
    if isinstance(held, str) and isinstance(value, int | float) and not isinstance(resolve_text(held), str):
        return scalar_text(value)
    return value


def _directive(patch: Any) -> str:
    """What a patch says about itself, which is taken out of it."""
    value: Any = None
    if isinstance(patch, dict) and DIRECTIVE in patch:
        value = patch.pop(DIRECTIVE)
    elif isinstance(patch, PlacedList):
        # An element that has more than the directive is about itself, and so are all others then.
        found = next((item for item in patch if isinstance(item, dict) and DIRECTIVE in item), {})
        if len(found) == 1:
            value = found[DIRECTIVE]
            _set_element(patch, (DIRECTIVE,), (scalar_text(value),), None)
    if value is None:
        return "merge"
    if value not in ("merge", "replace", "delete"):
        raise MergeError(f"`{text_of(value)}` is no directive of a patch")
    return str(value)


# Lists that are merged


def _indexed(held: list[Any], keys: Sequence[str]) -> dict[tuple[str, ...], int] | None:
    """Where the elements of a list are, by their keys; None when one has not all, or two have the same."""
    found = {}
    for at, item in enumerate(held):
        values = tuple(_text_in(item, key) for key in keys)
        if not keys or not isinstance(item, PlacedMap) or "" in values:
            return None
        found[values] = at
    return found if len(found) == len(held) else None


def _unite(values: list[tuple[str, ...]]) -> None:
    """What is left open in one element is what another one with an equal key says."""
    for at, one in enumerate(values):
        for place, other in enumerate(values):
            united = _match(one, other)
            if united is not None:
                values[at] = values[place] = united


def _match(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...] | None:
    if any(a and b and a != b for a, b in zip(one, other, strict=True)):
        return None
    if not any(a == b for a, b in zip(one, other, strict=True)):
        return None
    return tuple(a or b for a, b in zip(one, other, strict=True))


def _written(
    values: Sequence[tuple[str, ...]], own: tuple[str, ...], keys: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys that any element has, with what this one has there; all keys when none has any."""
    held = [any(item[at] for item in values) for at in range(len(keys))]
    if not any(held):
        return keys, own
    chosen = [at for at in range(len(keys)) if held[at]]
    return tuple(keys[at] for at in chosen), tuple(own[at] for at in chosen)


def _find(source: Any, values: tuple[str, ...], keys: tuple[str, ...]) -> tuple[tuple[str, int], Any]:
    """The first element with values, and where it stands."""
    if isinstance(source, PlacedList):
        keys, values = _written([values], values, keys)
        for index, item in enumerate(source):
            if keys[0] == "":
                found = scalar_text(item) == values[0]
            else:
                found = isinstance(item, dict) and all(
                    key in item and scalar_text(item[key]) == value for key, value in zip(keys, values, strict=True)
                )
            if found:
                return source.spot_of(index), item
    return ("", 0), _MISSING


def _set_element(
    held: PlacedList,
    keys: Sequence[str],
    values: Sequence[str],
    element: Any,
    spot: tuple[str, int] = ("", 0),
) -> None:
    """Put an element where those with equal keys are, or behind all; None takes them away."""
    items: list[Any] = []
    spots: list[tuple[str, int]] = []
    matched = False
    maps = bool(keys[0]) and bool(values) and bool(values[0])
    for index, item in enumerate(held):
        if item is None or item == {}:
            continue
        if not isinstance(item, dict) and maps:
            found = False
        else:
            found = _has(item, keys, values)
            if not found and not values:
                continue
        if found:
            matched = True
            if element is None:
                continue
        items.append(element if found else item)
        spots.append(spot if found else held.spot_of(index))
    if element is not None and not matched:
        items.append(element)
        spots.append(spot)
    held[:] = items
    held.spots = spots


def _has(item: Any, keys: Sequence[str], values: Sequence[str]) -> bool:
    found = False
    for at, key in enumerate(keys):
        if at < len(values):
            if key == "":
                found = form_of(item) == "scalar" and scalar_text(item) == values[at]
            elif isinstance(item, dict):
                found = key in item and (not values[at] or scalar_text(item[key]) == values[at])
            else:
                raise MergeError("the elements of a list are not of one form")
        if not found:
            return False
    return found


def _append(made: PlacedList, base: PlacedList, keys: Sequence[str]) -> PlacedList:
    """The elements of the base, behind those that are made, each where an equal one is."""
    for index, item in enumerate(list(base)):
        spot = base.spot_of(index)
        values: list[str] = []
        for key in keys:
            if key == "":
                values.append(scalar_text(item))
            elif not isinstance(item, dict):
                raise MergeError("the elements of a list are not of one form")
            elif key in item:
                values.append(scalar_text(item[key]))
            else:
                made.add(item, spot)
        if len(keys) > 1:
            _set_element(made, keys, values, None)
        _set_element(made, keys, values, item, spot)
    return made


def _text_in(item: Any, key: str) -> str:
    return scalar_text(item.get(key)) if isinstance(item, dict) and item.get(key) is not None else ""


def scalar_text(value: Any) -> str:
    """A scalar as it is compared."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, dict | list | Unknown):
        return "" if value is not None else "null"
    return str(value)
