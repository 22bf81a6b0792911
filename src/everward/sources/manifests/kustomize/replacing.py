"""Replacements: values of one object that are written into others.

The rules are those of `filters/replacement` of sigs.k8s.io/kustomize/api 0.19.0, and of `PathGetter` and `PathMatcher`
of its kyaml 0.19.0 (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from everward.sources.manifests.kustomize.merging import form_of, scalar_text
from everward.sources.manifests.kustomize.names import CLUSTER, Named
from everward.sources.manifests.kustomize.selecting import SelectorError, matcher, selector
from everward.sources.manifests.placed import NOWHERE, PlacedList, PlacedMap, copied, list_of, map_of, maps_in, text_of
from everward.sources.manifests.scalars import resolve_text
from everward.values import Unknown
from everward.values.secrecy import SECRET

if TYPE_CHECKING:
    from everward.sources.manifests.kustomize.kustomizations import Kustomization, Kustomizations

KEY: Final = "replacements"
_NAME: Final = "metadata.name"
_HELP: Final = "mend the replacement"

Place: TypeAlias = "tuple[Any, Any]"
"""An object or a list, and the key or index of what is meant in it."""


class ReplacementError(Exception):
    """A replacement that kustomize refuses."""


def replaced(kustomization: Kustomization, objects: Sequence[Named], reader: Kustomizations) -> None:
    """Make the replacements of a kustomization."""
    for entry in _entries(kustomization, reader):
        source, targets = entry.get("source"), entry.get("targets")
        if not isinstance(source, dict) or not isinstance(targets, list):
            reader.tell(kustomization, KEY, "a replacement needs a source and targets", _HELP)
            continue
        try:
            _replace(source, targets, objects, reader)
        except (ReplacementError, SelectorError) as error:
            reader.tell(kustomization, KEY, str(error), _HELP)


def _entries(kustomization: Kustomization, reader: Kustomizations) -> Iterator[dict[str, Any]]:
    """The replacements, which stand in the kustomization or in files of their own."""
    for entry in maps_in(kustomization.value.get(KEY)):
        path = text_of(entry.get("path"))
        if not path:
            yield entry
        elif "source" in entry or "targets" in entry:
            reader.tell(kustomization, KEY, "a replacement has a path and more beside it", _HELP)
        else:
            for document in reader.documents(kustomization, path, KEY, inline=False)[:1]:
                yield from maps_in(document if isinstance(document, list) else [document])


def _replace(source: dict[str, Any], targets: Sequence[Any], objects: Sequence[Named], reader: Kustomizations) -> None:
    if not reader.spend(len(objects)):
        return
    found = [item for item in objects if _is_meant(item, source)]
    shown = f"{text_of(source.get('kind')) or 'any kind'} `{text_of(source.get('name')) or '*'}`"
    if len(found) != 1:
        count = "more than one object" if found else "no object"
        raise ReplacementError(f"the source of a replacement, {shown}, is {count}")
    path = text_of(source.get("fieldPath")) or _NAME
    place = _got(found[0], split(path))
    if place is None or _is_empty(place[0][place[1]]):
        raise ReplacementError(f"`{path}` of {shown}, which is to be copied, is not there")
    value = _Value.of(found[0], path, place, map_of(source.get("options")))
    for target in targets:
        chosen = map_of(target).get("select")
        if not isinstance(chosen, dict):
            raise ReplacementError("a target of a replacement needs `select`")
        for item in _chosen(map_of(target), chosen, objects, reader):
            _write(item, map_of(target), value, reader)


# Objects


def _is_meant(item: Named, wanted: dict[str, Any]) -> bool:
    """Whether one of the ids of an object, present or former, is a wanted one: what is left open is any."""
    group, version, kind, name, namespace = (
        text_of(wanted.get(key)) or "" for key in ("group", "version", "kind", "name", "namespace")
    )
    own_group, own_version = item.version
    return (
        group in ("", own_group)
        and version in ("", own_version)
        and any(
            kind in ("", held.kind)
            and name in ("", held.name)
            and namespace in ("", "default" if held.namespace == CLUSTER else held.namespace)
            for held in item.ids
        )
    )


def _chosen(
    target: dict[str, Any], chosen: dict[str, Any], objects: Sequence[Named], reader: Kustomizations
) -> list[Named]:
    if not reader.spend(len(objects)):
        return []
    labelled = _by_labels(chosen)
    refused = list(maps_in(target.get("reject")))
    by_id = [
        item for item in refused if any(item.get(key) for key in ("group", "version", "kind", "name", "namespace"))
    ]
    by_labels = [_by_labels(item) for item in refused if item.get("labelSelector") or item.get("annotationSelector")]
    return [
        item
        for item in objects
        if labelled(item)
        and not any(meets(item) for meets in by_labels)
        and _is_meant(item, chosen)
        and not any(_is_meant(item, wanted) for wanted in by_id)
    ]


def _by_labels(wanted: dict[str, Any]) -> Callable[[Named], bool]:
    labels, annotations = selector(wanted.get("labelSelector")), selector(wanted.get("annotationSelector"))

    def meets(item: Named) -> bool:
        meta = map_of(item.value.get("metadata"))
        return labels(map_of(meta.get("labels"))) and annotations(map_of(meta.get("annotations")))

    return meets


# Values


@dataclass(frozen=True, slots=True)
class _Value:
    """What is copied. It is read anew for each target, since it may be one of them."""

    place: Place
    part: str | None
    """The part of the text that is taken, if it is one."""
    secret: bool

    @classmethod
    def of(cls, item: Named, path: str, place: Place, options: dict[str, Any]) -> _Value:
        """The value at a place, or the part of it that the options name."""
        held, delimiter = place[0][place[1]], text_of(options.get("delimiter"))
        secret = any(found.kind == "Secret" for found in item.ids) and split(path)[0] in ("data", "stringData")
        if not delimiter or isinstance(held, Unknown):
            return cls(place, None, secret)
        if form_of(held) != "scalar":
            raise ReplacementError("only a text can be taken apart at a delimiter")
        parts, index = scalar_text(held).split(delimiter), _index(options)
        if not 0 <= index < len(parts):
            raise ReplacementError(f"the source of a replacement has no part {index}")
        return cls(place, parts[index], secret)

    def get(self) -> Any:
        """The value itself."""
        held = self.place[0][self.place[1]]
        if self.secret:
            # INVARIANT: what a Secret holds stays secret where it is copied to.
            return SECRET
        if self.part is None or isinstance(held, Unknown):
            return held
        return self.part if isinstance(held, str) else resolve_text(self.part)


def _index(options: dict[str, Any]) -> int:
    index = options.get("index", 0)
    return index if isinstance(index, int) else 0


def _is_empty(value: Any) -> bool:
    return value is None or value in ({}, [])


def _write(item: Named, target: dict[str, Any], value: _Value, reader: Kustomizations) -> None:
    options = map_of(target.get("options"))
    delimiter = text_of(options.get("delimiter")) or ""
    form = form_of(value.get()) if options.get("create") is True else ""
    held = PlacedList()
    held.append(item.value)
    for path in [text for text in list_of(target.get("fieldPaths")) if isinstance(text, str)] or [_NAME]:
        places = list(_matched(held, 0, split(path), form, reader))
        if not places:
            raise ReplacementError(f"`{path}` of {item.kind} `{item.name}`, which is to be replaced, is not there")
        for (holder, key), made in places:
            if not reader.fits(value.get(), len(split(path))):
                return
            _set(holder, key, value.get(), delimiter, _index(options), made=made)


def _set(holder: Any, key: Any, value: Any, delimiter: str, index: int, *, made: bool) -> None:
    held = holder[key]
    if delimiter:
        if form_of(held) not in ("scalar", ""):
            raise ReplacementError("only a text can be taken apart at a delimiter")
        value = _joined("" if made else held, value, delimiter, index)
    if form_of(held) in ("object", "list"):
        holder[key] = copied(value)
    elif isinstance(value, Unknown) or isinstance(held, Unknown):
        holder[key] = value if isinstance(value, Unknown) else scalar_text(value)
    else:
        text = scalar_text(value)
        holder[key] = resolve_text(text) if made else _like(held, text)


def _joined(held: Any, value: Any, delimiter: str, index: int) -> Any:
    """A text with one of its parts replaced, or with one more in front or behind."""
    if isinstance(held, Unknown) or isinstance(value, Unknown):
        return value if isinstance(value, Unknown) else held
    parts, text = scalar_text(held).split(delimiter), scalar_text(value)
    if index < 0:
        parts.insert(0, text)
    elif index >= len(parts):
        parts.append(text)
    else:
        parts[index] = text
    return delimiter.join(parts)


def _like(held: Any, text: str) -> Any:
    """A text in the place of a scalar, whose type stays."""
    if isinstance(held, str):
        return text
    made = resolve_text(text)
    same = isinstance(made, bool) if isinstance(held, bool) else isinstance(made, int | float) and made is not True
    if held is None or not same or isinstance(made, bool) != isinstance(held, bool):
        raise ReplacementError(f"a replacement puts a text where `{scalar_text(held)}` is")
    return made


# Paths


def split(path: str) -> list[str]:
    """The steps of a path: dots part them, but not in brackets nor behind a backslash."""
    parts = path.split(".")
    if len(parts) > 1 and not parts[0]:
        parts = parts[1:]
    joined = parts[:1]
    for part in parts[1:]:
        if joined[-1].endswith("\\"):
            joined[-1] = f"{joined[-1][:-1]}.{part}"
        else:
            joined.append(part)
    steps: list[str] = []
    pending: list[str] = []
    for part in joined:
        if pending or (part.startswith("[") and not part.endswith("]")):
            pending.append(part)
            if part.endswith("]"):
                steps.append(_bracketed(".".join(pending)))
                pending = []
        else:
            steps.append(part)
    return [*steps, _bracketed(".".join(pending))] if pending else steps


def _bracketed(text: str) -> str:
    return text if "=" in text else text.strip("[]")


def _is_index(step: str) -> bool:
    return step.lstrip("+").isdecimal() and step.isascii() and len(step) < 9


def _condition(step: str) -> tuple[str, str]:
    name, equals, value = step[1:-1].partition("=")
    if not equals:
        raise ReplacementError(f"`{step}` of a path of a replacement says not what is to be equal")
    return name, value


def _is_condition(step: str) -> bool:
    return step.startswith("[") and step.endswith("]") and len(step) > 1


def _elements(value: Any) -> list[Any]:
    """The elements of a list; what is null has none."""
    if isinstance(value, list):
        return value
    if value is None:
        return []
    raise ReplacementError("a path of a replacement goes to an element of something that is no list")


def _got(item: Named, path: Sequence[str]) -> Place | None:
    """The one place of a path, from which is copied."""
    holder: Any = PlacedList()
    holder.append(item.value)
    key: Any = 0
    for step in [step.strip() for step in path if step.strip()]:
        value = holder[key]
        found: Any = None
        if _is_index(step) or step == "-":
            count = len(_elements(value))
            at = count - 1 if step == "-" else int(step)
            found = at if 0 <= at < count else None
        elif step == "*":
            raise ReplacementError("the source of a replacement cannot have a wildcard")
        elif _is_condition(step):
            name, wanted = _condition(step)
            for at, element in enumerate(_elements(value)):
                if (name in element if isinstance(element, dict) else not name) and (
                    scalar_text(element[name] if name else element) == wanted
                ):
                    found = at
                    break
        elif isinstance(value, dict):
            found = step if step in value else None
        elif value is not None:
            raise ReplacementError(f"`{step}` of a path of a replacement is looked for in what is no object")
        if found is None:
            return None
        holder, key = value, found
    return holder, key


def _matched(
    holder: Any, key: Any, path: Sequence[str], form: str, reader: Kustomizations, *, made: bool = False
) -> Iterator[tuple[Place, bool]]:
    """The places of a path to which is copied, and whether what is there was made for that.

    Recursion: as deep as the path, which is cut off where values may not stand.
    """
    if not path:
        yield (holder, key), made
        return
    value, step, rest = holder[key], path[0], path[1:]
    if not reader.spend(1) or len(path) > reader.limits.nesting:
        return
    if _is_index(step):
        at, made = _at_index(value, int(step), rest, form)
        yield from _matched(value, at, rest, form, reader, made=made)
    elif _is_condition(step):
        for at in _meeting(value, *_condition(step), form):
            yield from _matched(value, at, rest if _condition(step)[0] else (), form, reader)
    elif step == "*":
        for at in range(len(_elements(value))):
            yield from _matched(value, at, rest, form, reader)
    elif isinstance(value, dict):
        made = step not in value
        if made:
            if not form:
                return
            value[step] = _new(rest, form)
        yield from _matched(value, step, rest, form, reader, made=made)
    elif value is not None or form:
        raise ReplacementError(f"`{step}` of a path of a replacement is looked for in what is no object")


def _new(rest: Sequence[str], form: str) -> Any:
    """What is made on the way, or in the end."""
    if rest and (_is_index(rest[0]) or _is_condition(rest[0])):
        return PlacedList()
    if rest or form == "object":
        return PlacedMap()
    return PlacedList() if form == "list" else None


def _at_index(value: Any, index: int, rest: Sequence[str], form: str) -> tuple[int, bool]:
    count = len(_elements(value))
    made = count == index and bool(form) and isinstance(value, PlacedList)
    if made:
        value.add(_new(rest, form), NOWHERE)
    elif index >= count:
        raise ReplacementError(f"a path of a replacement goes to element {index} of {count}")
    return index, made


def _meeting(value: Any, name: str, pattern: str, form: str) -> list[int]:
    """The elements that a condition is true of."""
    meets = matcher(pattern, whole=False)
    found = [
        at
        for at, element in enumerate(_elements(value))
        if (name in element if isinstance(element, dict) else not name)
        and meets(scalar_text(element[name] if name else element))
    ]
    if not found and form and isinstance(value, PlacedList):
        made: Any = PlacedMap()
        if name:
            made[name] = resolve_text(pattern)
        value.add(made if name else resolve_text(pattern), NOWHERE)
        found = [len(value) - 1]
    return found
