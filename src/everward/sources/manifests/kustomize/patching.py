"""Patches of kustomizations: strategic merges and JSON 6902, for the objects that they name or choose."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from everward.sources.manifests.kinds import group_of
from everward.sources.manifests.kustomize.merging import Deleted, merged
from everward.sources.manifests.kustomize.names import Named
from everward.sources.manifests.kustomize.pointers import PatchError, apply_operations
from everward.sources.manifests.placed import PlacedMap, list_of, map_of, maps_in, text_of

if TYPE_CHECKING:
    from everward.sources.manifests.kustomize.kustomizations import Kustomization, Kustomizations

MAX_PATTERN: Final = 200


def patched(kustomization: Kustomization, objects: Sequence[Named], reader: Kustomizations) -> None:
    """Apply the patches of a kustomization, in the order in which kustomize does."""
    value = kustomization.value
    for text in list_of(value.get("patchesStrategicMerge")):
        if isinstance(text, str):
            _apply(kustomization, "patchesStrategicMerge", text, None, objects, reader)
    for key in ("patches", "patchesJson6902"):
        for item in maps_in(value.get(key)):
            text = text_of(item.get("path")) or text_of(item.get("patch"))
            if text is None:
                reader.tell(kustomization, key, "a patch has neither a path nor a text", "give it one")
                continue
            target = item.get("target")
            options = map_of(item.get("options"))
            if options:
                reader.tell(kustomization, key, "options of patches are not read here",
                            "assess what `kustomize build` prints")  # fmt: skip
            _apply(kustomization, key, text, target if isinstance(target, dict) else None, objects, reader)


def _apply(
    kustomization: Kustomization,
    key: str,
    text: str,
    target: dict[str, Any] | None,
    objects: Sequence[Named],
    reader: Kustomizations,
) -> None:
    for document in reader.documents(kustomization, text, key):
        operations = document if isinstance(document, list) else None
        if operations is not None and target is None:
            reader.tell(kustomization, key, "a JSON patch needs a target", "name its target")
            continue
        if operations is None and not isinstance(document, PlacedMap):
            continue
        chosen = [item for item in objects if _is_chosen(item, target, document)]
        if not chosen:
            shown = _shown(document, target)
            reader.tell(kustomization, key, f"the patch of {shown} meets no object", "mend its target, or remove it")
        for item in chosen:
            try:
                if operations is not None:
                    apply_operations(item.value, operations)
                else:
                    _merge(item, document, keep_name=target is not None)
            except PatchError as error:
                reader.tell(kustomization, key, str(error), "mend the patch")


def _merge(item: Named, patch: PlacedMap, *, keep_name: bool) -> None:
    name, kind, version = item.name, item.value.get("kind"), item.value.get("apiVersion")
    result = merged(item.value, patch, text_of(kind) or "", ())
    if isinstance(result, Deleted):
        item.removed = True
        return
    if keep_name and isinstance(result, PlacedMap):
        # A patch with a target may be named anything.
        meta = result.get("metadata")
        if isinstance(meta, dict) and name:
            meta["name"] = name
        result["kind"], result["apiVersion"] = kind, version
    item.value = result


def _shown(document: Any, target: dict[str, Any] | None) -> str:
    source = target if target is not None else document
    meta = map_of(source.get("metadata")) if target is None else source
    return f"{text_of(source.get('kind')) or 'any kind'} `{text_of(meta.get('name')) or '*'}`"


def _is_chosen(item: Named, target: dict[str, Any] | None, document: Any) -> bool:
    """Whether a patch is for an object: by its target, else by the name that the patch itself has."""
    if item.removed:
        return False
    if target is None:
        meta = map_of(document.get("metadata"))
        same = item.kind == document.get("kind") and item.group == group_of(document)
        if not same or text_of(meta.get("name")) not in item.former:
            return False
        wanted = text_of(meta.get("namespace"))
        return (
            wanted is None or wanted in (item.namespace, *item.spaces) or (wanted == "default" and not item.namespace)
        )
    checks = (
        _like(target.get("kind"), [item.kind]),
        _like(target.get("group"), [item.group]),
        _like(target.get("version"), [(text_of(item.value.get("apiVersion")) or "").rpartition("/")[2]]),
        _like(target.get("name"), item.former),
        _like(target.get("namespace"), [item.namespace, *item.spaces]),
        _selects(target.get("labelSelector"), item, "labels"),
        _selects(target.get("annotationSelector"), item, "annotations"),
    )
    return all(checks)


def _like(pattern: Any, texts: Sequence[str]) -> bool:
    """Whether one of some texts is like a pattern: a regular expression for the whole text."""
    if not isinstance(pattern, str) or not pattern:
        return True
    if re.search(r"[)\]][*+{]|[*+}][*+{]", pattern) or len(pattern) > MAX_PATTERN or pattern.count("*") > 4:
        return pattern in texts
    try:
        with warnings.catch_warnings():
            # What later versions of Python may read otherwise concerns whoever wrote the pattern, not its reader.
            warnings.simplefilter("ignore", FutureWarning)
            found = re.compile(f"^(?:{pattern})$")
    except (re.error, OverflowError, RecursionError):
        return pattern in texts
    return any(found.search(text[:500]) is not None for text in texts)


def _selects(selector: Any, item: Named, key: str) -> bool:
    """Whether `a=b,c!=d,e` chooses an object."""
    if not isinstance(selector, str) or not selector:
        return True
    held = map_of(map_of(item.value.get("metadata")).get(key))
    for part in selector.split(","):
        name, sign, value = re.split(r"\s*(!=|==|=|$)\s*", part.strip(), maxsplit=1)[:3]
        if sign == "":
            if (name.lstrip("!") in held) is name.startswith("!"):
                return False
        elif (str(held.get(name)) == value) is (sign == "!="):
            return False
    return True
