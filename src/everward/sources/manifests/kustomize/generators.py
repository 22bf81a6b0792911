"""Config maps and secrets that kustomizations generate. The content of secrets is not kept."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from everward.sources.manifests.kustomize.names import Named
from everward.sources.manifests.placed import PlacedMap, list_of, map_of, maps_in, text_of
from everward.values import Unknown

if TYPE_CHECKING:
    from everward.sources.manifests.kustomize.kustomizations import Kustomization, Kustomizations

_LETTERS: Final = str.maketrans("013ae", "ghkmt")
"""Digests avoid characters that make words and numbers."""


def generated(kustomization: Kustomization, objects: list[Named], reader: Kustomizations) -> list[Named]:
    """Objects with those that the generators make, or merge into those of bases."""
    for key, kind in (("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")):
        for entry in maps_in(kustomization.value.get(key)):
            name = text_of(entry.get("name"))
            if not name:
                reader.tell(kustomization, key, "a generator has no name", "name it")
                continue
            _generate(kustomization, objects, reader, key, kind, name, entry)
    return objects


def _generate(
    kustomization: Kustomization,
    objects: list[Named],
    reader: Kustomizations,
    key: str,
    kind: str,
    name: str,
    entry: dict[str, Any],
) -> None:
    data = dict(_data(kustomization, reader, key, entry))
    behavior = entry.get("behavior")
    held = next((item for item in objects if item.kind == kind and name in item.former), None)
    if behavior in ("merge", "replace"):
        if held is None:
            reader.tell(kustomization, key, f"there is no {kind} `{name}` to {behavior}", "mend its name")
            return
        own = map_of(held.value.get("data")) if behavior == "merge" else {}
        held.value["data"] = PlacedMap()
        held.value["data"].update({**own, **_shown(data, kind)})
        return
    spot = entry.spot if isinstance(entry, PlacedMap) else (kustomization.shown, 1)
    value = PlacedMap(spot)
    meta = PlacedMap(spot)
    value.update({"apiVersion": "v1", "kind": kind, "metadata": meta})
    meta["name"] = name
    namespace = text_of(entry.get("namespace"))
    if namespace:
        meta["namespace"] = namespace
    if kind == "Secret":
        value["type"] = text_of(entry.get("type")) or "Opaque"
    options = {**map_of(kustomization.value.get("generatorOptions")), **map_of(entry.get("options"))}
    for part in ("labels", "annotations"):
        shared = map_of(map_of(kustomization.value.get("generatorOptions")).get(part))
        both = {**shared, **map_of(map_of(entry.get("options")).get(part))}
        if both:
            meta[part] = both
    if data:
        value["data"] = _shown(data, kind)
    made = Named(value, spot, spot[1])
    made.needs_digest = options.get("disableNameSuffixHash") is not True
    objects.append(made)


def _shown(data: dict[str, Any], kind: str) -> PlacedMap:
    out = PlacedMap()
    for key, item in data.items():
        out[key] = base64.b64encode(item.encode()).decode() if kind == "Secret" and isinstance(item, str) else item
    return out


def _data(
    kustomization: Kustomization, reader: Kustomizations, key: str, entry: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Keys and contents: of files, of variable files, and as they are written."""
    for text in list_of(entry.get("envs")) + ([entry["env"]] if isinstance(entry.get("env"), str) else []):
        content = reader.content(kustomization, text, key) if isinstance(text, str) else None
        for line in (content or "").splitlines():
            name, equals, value = line.lstrip().partition("=")
            if equals and not name.startswith("#"):
                yield name, value
    for text in list_of(entry.get("literals")):
        if isinstance(text, str):
            name, equals, value = text.partition("=")
            if equals:
                yield name, _unquoted(value)
    for text in list_of(entry.get("files")):
        if isinstance(text, str):
            name, equals, path = text.partition("=")
            where = path if equals else text
            content = reader.content(kustomization, where, key)
            shown = name if equals else where.rsplit("/", 1)[-1]
            yield shown, Unknown(reason="the file is not there") if content is None else content


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def digest_of(kind: str, value: dict[str, Any]) -> str | None:
    """The digest that kustomize adds to a name; None when the content is not known."""
    # The name is left empty: kustomize looks for it where it is not.
    parts: dict[str, Any] = {"kind": kind, "name": "", "data": dict(map_of(value.get("data"))) or ""}
    if kind == "Secret":
        parts["type"] = value.get("type", "")
    if any(not isinstance(item, str) for item in map_of(value.get("data")).values()):
        return None
    text = _json(parts)
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return digest.translate(_LETTERS)


def _json(parts: dict[str, Any]) -> str:
    written = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        written = written.replace(char, f"\\u{ord(char):04x}")
    return written
