"""Config maps and secrets that kustomizations generate. The content of secrets is not kept."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from everward.sources.manifests.kustomize.names import Named
from everward.sources.manifests.placed import PlacedMap, list_of, map_of, maps_in, text_of
from everward.values import Unknown

if TYPE_CHECKING:
    from everward.sources.manifests.kustomize.kustomizations import Kustomization, Kustomizations

_LINE: Final = 70
"""How long kustomize makes lines in base 64."""
_LETTERS: Final = str.maketrans("013ae", "ghkmt")
"""Digests avoid characters that make words and numbers."""

_Content: TypeAlias = "bytes | Unknown"


class GeneratorError(Exception):
    """A generator that kustomize refuses."""


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
    if not reader.spend(len(objects)):
        return
    made = _made(kustomization, reader, key, kind, name, entry)
    behavior = entry.get("behavior")
    version, wanted = made.value["apiVersion"], made.id
    held = [at for at, item in enumerate(objects) if item.value.get("apiVersion") == version and wanted in item.ids]
    if not held and behavior not in ("merge", "replace"):
        objects.append(made)
    elif not held:
        reader.tell(kustomization, key, f"there is no {kind} `{name}` to {behavior}", "mend its name")
    elif len(held) > 1 or behavior not in ("merge", "replace"):
        reader.tell(kustomization, key, f"there is a {kind} `{name}` already",
                    "say `behavior: merge`, or name it otherwise")  # fmt: skip
    else:
        _take_over(objects[held[0]], made, merge=behavior == "merge")
        objects[held[0]] = made


def _made(
    kustomization: Kustomization, reader: Kustomizations, key: str, kind: str, name: str, entry: dict[str, Any]
) -> Named:
    """The object that an entry makes by itself."""
    spot = entry.spot if isinstance(entry, PlacedMap) else (kustomization.shown, 1)
    value, meta = PlacedMap(spot), PlacedMap(spot)
    value.update({"apiVersion": "v1", "kind": kind, "metadata": meta})
    meta["name"] = name
    namespace = text_of(entry.get("namespace"))
    if namespace:
        meta["namespace"] = namespace
    if kind == "Secret":
        value["type"] = text_of(entry.get("type")) or "Opaque"
    options = [map_of(kustomization.value.get("generatorOptions")), map_of(entry.get("options"))]
    for part in ("labels", "annotations"):
        both = {name: item for given in options for name, item in map_of(given.get(part)).items()}
        if both:
            meta[part] = PlacedMap(spot)
            meta[part].update(both)
    if any(given.get("immutable") is True for given in options):
        value["immutable"] = True
    made = Named(value, spot, spot[1])
    _fill(value, _collected(kustomization, reader, key, name, entry, made), kind)
    made.generated = True
    made.needs_digest = not any(given.get("disableNameSuffixHash") is True for given in options)
    return made


def _collected(
    kustomization: Kustomization, reader: Kustomizations, key: str, name: str, entry: dict[str, Any], made: Named
) -> dict[str, _Content]:
    """All contents; the object is open where one of them is."""

    def read(path: str) -> _Content:
        content = reader.content(kustomization, path, key)
        return Unknown(reason="the file is not there") if content is None else content

    data: dict[str, _Content] = {}
    try:
        for part, content in _data(entry, read):
            if part in data:
                raise GeneratorError(f"`{name}` has the key `{part}` twice")
            data[part] = content
    except GeneratorError as error:
        reader.tell(kustomization, key, str(error), "mend the generator")
        made.open = True
    made.open = made.open or any(isinstance(content, Unknown) for content in data.values())
    data.pop("", None)
    return data


def _take_over(held: Named, made: Named, *, merge: bool) -> None:
    """What is made stands for what is there: it has its name and history, its labels, and its data where they merge."""
    held.unshare()
    meta, own = made.value["metadata"], map_of(held.value.get("metadata"))
    for part in ("labels", "annotations"):
        both = {**map_of(own.get(part)), **map_of(meta.get(part))}
        if both:
            meta[part] = PlacedMap(made.spot)
            meta[part].update(both)
    meta["name"] = own.get("name")
    meta.pop("namespace", None)
    if held.namespace:
        meta["namespace"] = held.namespace
    for part in ("data", "binaryData") if merge else ():
        both = {**map_of(held.value.get(part)), **map_of(made.value.get(part))}
        made.value.pop(part, None)
        if both:
            made.value[part] = PlacedMap(made.spot)
            made.value[part].update(both)
    made.open = made.open or (merge and held.open)
    made.former, made.prefixes, made.suffixes = held.former, held.prefixes, held.suffixes
    made.needs_digest = made.needs_digest and held.needs_digest


def _fill(value: PlacedMap, data: dict[str, _Content], kind: str) -> None:
    """Put contents where kustomize puts them: what is no text in UTF-8 is binary data."""
    if kind == "Secret":
        value["data"] = PlacedMap(value.spot)
    for name in sorted(data):
        content, part = data[name], "data"
        shown: Any = content
        if isinstance(content, bytes):
            try:
                shown = _encoded(content) if kind == "Secret" else content.decode()
            except UnicodeDecodeError:
                shown, part = _encoded(content), "binaryData"
        value.setdefault(part, PlacedMap(value.spot))[name] = shown


def _encoded(content: bytes) -> str:
    """The content in base 64, of which kustomize makes lines when it is long."""
    text = base64.b64encode(content).decode()
    if len(text) < _LINE:
        return text
    return "".join(f"{text[at : at + _LINE]}\n" for at in range(0, len(text), _LINE))


def _data(entry: dict[str, Any], read: Callable[[str], _Content]) -> Iterator[tuple[str, _Content]]:
    """Keys and contents: of variable files, as they are written, and of files.

    Raises:
        GeneratorError: when kustomize refuses one of them.

    """
    single = text_of(entry.get("env"))
    for text in [*_texts(entry, "envs"), *([single] if single else [])]:
        content = read(text)
        # What a file that is not there would hold is open, as is how it would be called.
        yield from _variables(text, content) if isinstance(content, bytes) else [("", content)]
    for text in _texts(entry, "literals"):
        name, equals, value = text.partition("=")
        if not equals or not name:
            # The text itself can be a secret.
            raise GeneratorError("a literal must be written as `key=value`")
        yield name, _unquoted(value).encode("utf-8", "surrogatepass")
    for text in _texts(entry, "files"):
        name, equals, path = text.partition("=")
        if equals and not (name and path and "=" not in path):
            raise GeneratorError(f"`{text}` is neither a path nor a key and a path")
        where = path if equals else text
        yield name if equals else PurePosixPath(where).name, read(where)


def _texts(entry: dict[str, Any], key: str) -> list[str]:
    return [item for item in list_of(entry.get(key)) if isinstance(item, str)]


def _variables(path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        try:
            text = line.removesuffix(b"\r").decode().lstrip()
        except UnicodeDecodeError:
            raise GeneratorError(f"`{path}` is not text in UTF-8") from None
        name, _, value = text.partition("=")
        if name and not name.startswith("#"):
            yield name, value.encode()


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return text


def digest_of(kind: str, value: dict[str, Any]) -> str | None:
    """The digest that kustomize adds to a name; None when the content is not known."""
    if kind not in ("ConfigMap", "Secret"):
        return None
    # The name is left empty: kustomize looks for it where it is not.
    parts: dict[str, Any] = {"kind": kind, "name": "", "data": value.get("data", "")}
    if kind == "Secret":
        parts["type"] = value.get("type", "")
    if not isinstance(parts["data"], str | dict) or not isinstance(parts.get("type", ""), str):
        # Kustomize takes it as it is written.
        return None
    more = value.get("stringData" if kind == "Secret" else "binaryData")
    if isinstance(more, dict):
        parts["stringData" if kind == "Secret" else "binaryData"] = more
    if any(not isinstance(item, str) for part in (parts["data"], more) for item in map_of(part).values()):
        return None
    text = _json(parts)
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return digest.translate(_LETTERS)


def _json(parts: dict[str, Any]) -> str:
    written = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        written = written.replace(char, f"\\u{ord(char):04x}")
    return written
