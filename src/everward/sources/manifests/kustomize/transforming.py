"""What a kustomization changes in all of its objects: namespace, names, labels, annotations, replicas, images."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from everward.sources.manifests.kustomize.fields import (
    COMMON_ANNOTATIONS,
    COMMON_LABELS,
    IMAGES,
    METADATA_LABELS,
    NAMESPACES,
    REPLICAS,
    TEMPLATE_LABELS,
    Field,
    FieldError,
    fitting,
    places,
)
from everward.sources.manifests.kustomize.merging import in_quotes_of
from everward.sources.manifests.kustomize.names import CLUSTER, Named
from everward.sources.manifests.kustomize.patching import patched_by_operations
from everward.sources.manifests.kustomize.replacing import replaced
from everward.sources.manifests.placed import PlacedMap, map_of, maps_in, text_of
from everward.values import Unknown

if TYPE_CHECKING:
    from everward.sources.manifests.kustomize.kustomizations import Kustomization, Kustomizations

_DEFINITIONS: Final = "CustomResourceDefinition"
_ANNOTATIONS: Final = Field(("metadata", "annotations"), create=True)
_PLAIN: Final = re.compile(r"[\w./:@-]+")


def transformed(kustomization: Kustomization, objects: Sequence[Named], reader: Kustomizations) -> None:
    """Change objects, in the order in which kustomize does."""
    value = kustomization.value
    namespace = text_of(value.get("namespace"))
    if namespace:
        _relocate(kustomization, objects, namespace, reader)
    _rename(objects, text_of(value.get("namePrefix")) or "", text_of(value.get("nameSuffix")) or "")
    for key, labels, fields in (
        *_labels_of(value),
        ("commonAnnotations", map_of(value.get("commonAnnotations")), COMMON_ANNOTATIONS),
    ):
        if labels and reader.spend(len(objects) * len(labels)):
            for item in objects:
                try:
                    _put(item, labels, fields, reader)
                except FieldError as error:
                    _tell(kustomization, key, item, error, reader)
    patched_by_operations(kustomization, objects, reader)
    for entry in maps_in(value.get("replicas")):
        _scale(kustomization, objects, entry, reader)
    for entry in (*maps_in(value.get("images")), *maps_in(value.get("imageTags"))):
        change = _ImageChange.of(entry)
        if change is not None and reader.spend(len(objects)):
            for item in objects:
                try:
                    change.apply(item, reader)
                except FieldError as error:
                    _tell(kustomization, "images", item, error, reader)
    replaced(kustomization, objects, reader)


# Namespaces and names


def _relocate(kustomization: Kustomization, objects: Sequence[Named], namespace: str, reader: Kustomizations) -> None:
    """Move all objects to a namespace, one by one: none may come to where another one still is."""
    held = Counter(item.key for item in objects)
    for item in objects:
        held[item.key] -= 1
        try:
            _move(item, namespace)
        except FieldError as error:
            _tell(kustomization, "namespace", item, error, reader)
        held[item.key] += 1
        if held[item.key] > 1:
            shown = f"{item.kind} `{item.name}`"
            reader.tell(
                kustomization, "namespace", f"two objects become {shown} of one namespace", "rename one of them"
            )


def _tell(kustomization: Kustomization, key: str, item: Named, error: FieldError, reader: Kustomizations) -> None:
    reader.tell(kustomization, key, f"in {item.kind} `{item.name}`, {error}", "mend the object")


def _move(item: Named, namespace: str) -> None:
    item.remember()
    if item.id.namespace != CLUSTER:
        meta = item.value.get("metadata")
        if not isinstance(meta, dict):
            meta = item.value["metadata"] = PlacedMap(item.value.spot)
        meta["namespace"] = namespace
    for field in fitting(item.value, NAMESPACES):
        for holder, key in places(item.value, field):
            holder[key] = namespace
    if item.kind in ("RoleBinding", "ClusterRoleBinding"):
        for subject in maps_in(item.value.get("subjects")):
            if subject.get("name") == "default":
                subject["namespace"] = namespace


def _rename(objects: Sequence[Named], prefix: str, suffix: str) -> None:
    for item in objects:
        original, group = item.original.kind, item.version[0]
        kept = original in (_DEFINITIONS, "Namespace") or (original, group) == ("APIService", "apiregistration.k8s.io")
        for text, held in ((prefix, item.prefixes), (suffix, item.suffixes)):
            if text and not kept:
                held.append(text)
                item.remember()
                item.rename(f"{text}{item.name}" if held is item.prefixes else f"{item.name}{text}")


# Labels and annotations


def _labels_of(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Sequence[Field]]]:
    """Labels with the fields that get them, and what says so."""
    for entry in maps_in(value.get("labels")):
        fields = [*_own_fields(entry)]
        if entry.get("includeSelectors") is True:
            fields += COMMON_LABELS
        else:
            fields += (*(TEMPLATE_LABELS if entry.get("includeTemplates") is True else ()), METADATA_LABELS)
        yield "labels", map_of(entry.get("pairs")), fields
    yield "commonLabels", map_of(value.get("commonLabels")), COMMON_LABELS


def _own_fields(entry: dict[str, Any]) -> Iterator[Field]:
    """The fields that an entry of labels names itself."""
    for item in maps_in(entry.get("fields")):
        path = text_of(item.get("path"))
        if path:
            kind, group, version = (text_of(item.get(key)) or "" for key in ("kind", "group", "version"))
            # A slash in a key is escaped.
            steps = [step.replace("\0", "/") for step in path.replace("\\/", "\0").split("/")]
            yield Field(tuple(steps), kind, group, version, item.get("create") is True)


def _put(item: Named, given: dict[str, Any], fields: Sequence[Field], reader: Kustomizations) -> None:
    """Set labels or annotations of an object."""
    chosen = fitting(item.value, fields)
    if item.is_annotated:
        chosen = [_ANNOTATIONS if field.path == _ANNOTATIONS.path else field for field in chosen]
    for name in sorted(given):
        made = []
        for field in chosen:
            for holder, key in places(item.value, field, maps=True):
                if not reader.spend(1):
                    return
                held = holder[key]
                if isinstance(held, dict):
                    if name not in held:
                        made.append((field.path, held))
                    held[name] = given[name]
                elif held is not None and not isinstance(held, Unknown):
                    raise FieldError(f"`{key}` is no object")
        item.settle(name)
        if len(made) > 1:
            made.sort(key=lambda found: found[0])
            item.share(name, [holder for _, holder in made])


# Replicas and images


def _scale(
    kustomization: Kustomization, objects: Sequence[Named], entry: dict[str, Any], reader: Kustomizations
) -> None:
    found = False
    for item in objects if reader.spend(len(objects)) else ():
        kinds = [held.kind for held in item.ids if held.name == entry.get("name")]
        for field in REPLICAS:
            if field.kind in kinds:
                found = True
                try:
                    for holder, key in places(item.value, field) if item.kind == field.kind else ():
                        holder[key] = in_quotes_of(holder.get(key), entry.get("count", 0))
                except FieldError as error:
                    _tell(kustomization, "replicas", item, error, reader)
    if not found:
        name = text_of(entry.get("name")) or "*"
        reader.tell(kustomization, "replicas", f"nothing that has replicas is called `{name}`", "mend its name")


class _ImageChange:
    """What an entry makes of images."""

    def __init__(self, pattern: re.Pattern[str], entry: dict[str, Any]) -> None:
        self.pattern = pattern
        self.name, self.tag, self.digest, self.suffix = (
            _written(entry.get(key)) for key in ("newName", "newTag", "digest", "tagSuffix")
        )

    @classmethod
    def of(cls, entry: dict[str, Any]) -> _ImageChange | None:
        """The change of an entry; None when it names no image."""
        name = text_of(entry.get("name"))
        if not name:
            return None
        # Kustomize takes the name for a regular expression; here, only a dot is any character.
        wanted = name if _PLAIN.fullmatch(name) else re.escape(name)
        return cls(re.compile(rf"{wanted}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?"), entry)

    def apply(self, item: Named, reader: Kustomizations) -> None:
        """Change the images of an object: those of all containers, and then those of pods once more.

        Raises:
            FieldError: when the object cannot have images where they are looked for.

        """
        if item.kind == _DEFINITIONS:
            return
        for container in list(_containers(item.value)):
            if not reader.spend(1):
                return
            self._set(container, "image")
        for field in IMAGES:
            for holder, key in places(item.value, field):
                self._set(holder, key)

    def _set(self, holder: dict[str, Any], key: str) -> None:
        image = holder.get(key)
        if isinstance(image, str) and self.pattern.fullmatch(image):
            holder[key] = self.changed(image)

    def changed(self, image: str) -> str:
        """An image as it is changed."""
        name, tag, digest = split_image(image)
        name = self.name or name
        if self.tag or self.digest:
            tag, digest = self.tag, self.digest
        elif self.suffix:
            tag, digest = f"{tag}{self.suffix}", ""
        return f"{name}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}"


def split_image(image: str) -> tuple[str, str, str]:
    """Name, tag and digest of an image."""
    slash = max(image.find("/"), 0)
    at, colon = image.find("@", slash), image.find(":", slash)
    if at >= 0 and (colon < 0 or at < colon):
        return image[:at], "", image[at + 1 :]
    if colon < 0:
        return image, "", ""
    end = at if at >= 0 else len(image)
    return image[:colon], image[colon + 1 : end], image[end + 1 :]


def _written(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return text_of(value) or ""


def _containers(value: Any) -> Iterator[dict[str, Any]]:
    """All that stands in lists of containers, wherever they are."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending += item.values()
            for key in ("containers", "initContainers"):
                yield from maps_in(item.get(key))
        elif isinstance(item, list):
            pending += item
