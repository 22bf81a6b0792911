"""Patches of kustomizations: strategic merges and JSON 6902, for the objects that they name or choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from everward.sources.manifests.kustomize.merging import MergeError, merge
from everward.sources.manifests.kustomize.names import Id, Named, effective
from everward.sources.manifests.kustomize.pointers import PatchError, apply_operations, measured
from everward.sources.manifests.kustomize.selecting import SelectorError, chooser
from everward.sources.manifests.kustomize.texts import make_texts, with_texts
from everward.sources.manifests.placed import PlacedMap, list_of, map_of, maps_in, text_of

if TYPE_CHECKING:
    from everward.sources.manifests.kustomize.kustomizations import Kustomization, Kustomizations

_HISTORY: Final = "internal.config.kubernetes.io/previousNames"


def patched(kustomization: Kustomization, objects: Sequence[Named], reader: Kustomizations) -> None:
    """Apply the patches of a kustomization that come before all other changes."""
    for text in list_of(kustomization.value.get("patchesStrategicMerge")):
        if isinstance(text, str):
            for document in reader.documents(kustomization, text, "patchesStrategicMerge"):
                if isinstance(document, PlacedMap):
                    _merge_named(kustomization, "patchesStrategicMerge", with_texts(document), {}, objects, reader)
    _apply(kustomization, "patches", objects, reader)


def patched_by_operations(kustomization: Kustomization, objects: Sequence[Named], reader: Kustomizations) -> None:
    """Apply the patches of a kustomization that come when names and labels are set."""
    _apply(kustomization, "patchesJson6902", objects, reader)


def _apply(kustomization: Kustomization, key: str, objects: Sequence[Named], reader: Kustomizations) -> None:
    for item in maps_in(kustomization.value.get(key)):
        target = item.get("target")
        for document in _documents(kustomization, key, item, reader):
            if isinstance(document, list):
                _operate(kustomization, key, document, target, objects, reader)
            elif isinstance(document, PlacedMap):
                _merge_all(kustomization, key, document, item, objects, reader)


def _documents(kustomization: Kustomization, key: str, item: dict[str, Any], reader: Kustomizations) -> Sequence[Any]:
    """The patches of an entry."""
    path, patch = text_of(item.get("path")), text_of(item.get("patch"))
    text = path or (patch or "").strip()
    if not text:
        reader.tell(kustomization, key, "a patch has neither a path nor a text", "give it one of them")
        return []
    if path and patch:
        reader.tell(kustomization, key, "a patch has both a path and a text", "leave it one of them")
        return []
    documents = reader.documents(kustomization, text, key, inline=not path)
    if key == "patchesJson6902" and not all(isinstance(document, list) for document in documents):
        reader.tell(kustomization, key, "the patch is no list of operations", "move it to `patches`")
        return []
    if isinstance(item.get("target"), dict) and len(documents) > 1:
        reader.tell(kustomization, key, "a patch with a target must be one document", "write an entry for each")
        return []
    return documents


def _merge_all(
    kustomization: Kustomization,
    key: str,
    document: PlacedMap,
    item: dict[str, Any],
    objects: Sequence[Named],
    reader: Kustomizations,
) -> None:
    """Merge a patch into all that its target chooses, or into the object that it names."""
    target, options = item.get("target"), map_of(item.get("options"))
    if not isinstance(target, dict):
        if _allows(options, "Name") or _allows(options, "Kind"):
            # To note that it may, kustomize writes the annotations of the patch anew.
            document = with_texts(document, ("annotations",))
        _merge_named(kustomization, key, document, options, objects, reader)
        return
    size = measured(document)[0]
    for chosen in _chosen(kustomization, key, target, objects, reader):
        if not reader.spend(size):
            break
        own = with_texts(document)
        own["apiVersion"] = chosen.value.get("apiVersion")
        _merge(kustomization, key, chosen, own, options, reader)
    reader.tell_twins(kustomization, key, [held for held in objects if not held.removed])


def _allows(options: dict[str, Any], part: str) -> bool:
    return options.get(f"allow{part}Change") is True


def _chosen(
    kustomization: Kustomization, key: str, target: dict[str, Any], objects: Sequence[Named], reader: Kustomizations
) -> list[Named]:
    """The objects that a target chooses."""
    if not reader.spend(len(objects)):
        return []
    try:
        chosen = chooser(target)
        found = [item for item in objects if not item.removed and chosen(item)]
    except SelectorError as error:
        reader.tell(kustomization, key, str(error), "mend the target")
        return []
    if not found:
        shown = f"{text_of(target.get('kind')) or 'any kind'} `{text_of(target.get('name')) or '*'}`"
        reason = f"the patch of {shown} meets no object"
        reader.tell(kustomization, key, reason, "mend its target, or remove it", incomplete=False)
    return found


def _operate(
    kustomization: Kustomization,
    key: str,
    operations: Sequence[Any],
    target: Any,
    objects: Sequence[Named],
    reader: Kustomizations,
) -> None:
    if not isinstance(target, dict):
        reader.tell(kustomization, key, "a JSON patch needs a target", "name its target")
        return
    for item in _chosen(kustomization, key, target, objects, reader):
        if key == "patches":
            item.remember()
        marked = _mark(item)
        try:
            apply_operations(item.value, operations, reader.fits)
        except PatchError as error:
            reader.tell(kustomization, key, str(error), "mend the patch")
        if marked:
            _unmark(item)
        # To put back what it notes of the object, kustomize writes all annotations anew.
        make_texts(item.value, "annotations")
        if item.lacks:
            reason = f"the patch takes the {item.lacks} of {item.original.kind} `{item.original.name}` away"
            reader.tell(kustomization, key, reason, "mend the patch")
        item.unshare()


def _merge_named(
    kustomization: Kustomization,
    key: str,
    patch: PlacedMap,
    options: dict[str, Any],
    objects: Sequence[Named],
    reader: Kustomizations,
) -> None:
    """Merge a patch into the object that it names."""
    if not reader.spend(len(objects)):
        return
    meta = map_of(patch.get("metadata"))
    kind, version = text_of(patch.get("kind")) or "", text_of(patch.get("apiVersion")) or ""
    name = text_of(meta.get("name")) or ""
    wanted = Id(kind, name, effective(version, kind, text_of(meta.get("namespace")) or ""))
    found = [
        item for item in objects if not item.removed and item.value.get("apiVersion") == version and wanted in item.ids
    ]
    if len(found) == 1:
        _merge(kustomization, key, found[0], patch, options, reader)
    else:
        reason = "no object" if not found else "more than one"
        shown = f"{kind or 'any kind'} `{name or '*'}`"
        reader.tell(kustomization, key, f"the patch of {shown} meets {reason}", "mend its target, or remove it")


def _merge(
    kustomization: Kustomization,
    key: str,
    item: Named,
    patch: PlacedMap,
    options: dict[str, Any],
    reader: Kustomizations,
) -> None:
    name, namespace = item.held_name, item.namespace
    kind, version = item.value.get("kind"), item.value.get("apiVersion")
    may = {part: _allows(options, part) for part in ("Name", "Kind")}
    if any(may.values()):
        item.remember()
    if not reader.spend(len(item.shared)):
        return
    marked = _mark(item)
    try:
        result = merge(item.value, patch, reader.spend)
    except MergeError as error:
        reader.tell(kustomization, key, str(error), "mend the patch")
        _unmark(item)
        return
    if result is None:
        item.removed = True
        return
    item.value = result
    item.settle()
    if marked and not _unmark(item):
        item.forget()
    result["apiVersion"] = version
    if not may["Kind"]:
        result["kind"] = kind
    meta = result.get("metadata")
    if isinstance(meta, dict):
        if not may["Name"] and name is not None:
            meta["name"] = name
        meta.pop("namespace", None)
        if namespace:
            meta["namespace"] = namespace


def _mark(item: Named) -> bool:
    """Kustomize keeps what an object was called in its annotations, so that a patch can take it away."""
    meta = item.value.get("metadata")
    if not item.is_annotated or not isinstance(meta, PlacedMap):
        return False
    if not isinstance(meta.get("annotations"), PlacedMap):
        meta["annotations"] = PlacedMap(meta.spot)
    meta["annotations"][_HISTORY] = ""
    return True


def _unmark(item: Named) -> bool:
    """Take the mark away; whether it was there."""
    annotations = map_of(map_of(item.value.get("metadata")).get("annotations"))
    return annotations.pop(_HISTORY, None) is not None
