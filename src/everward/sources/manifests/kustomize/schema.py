"""What may stand in a kustomization: kustomize builds none in which a field has another type, or a name that is none.

The types are those of `api/types` of sigs.k8s.io/kustomize/api 0.19.0 (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from everward.sources.manifests.placed import NOWHERE, PlacedList, PlacedMap, Spot

MAX_FAULTS: Final = 20
"""How many faults of one kustomization are said."""

NOT_READ: Final = frozenset(
    {
        "vars", "helmCharts", "helmChartInflationGenerator", "helmGlobals", "generators", "transformers", "validators",
        "configurations",
    }
)  # fmt: skip
"""Fields that kustomize has, and that are not read here."""

_NAMES: Final = {str: "a text", int: "a whole number", bool: "true or false"}


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one form."""

    element: Form


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object with any names and values of one form."""

    element: Form


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with certain fields."""

    fields: Mapping[str, Form]


class AnyForm:
    """What may be anything."""


Form: TypeAlias = "type | ListOf | MapOf | Fields | AnyForm"

_TEXTS: Final = ListOf(str)
_PAIRS: Final = MapOf(str)
_ANY: Final = AnyForm()


def _texts(names: str) -> dict[str, Form]:
    return dict.fromkeys(names.split(), str)


_SELECTOR: Final = Fields(_texts("group version kind name namespace labelSelector annotationSelector"))
_PATCH: Final = Fields({**_texts("path patch"), "target": _SELECTOR, "options": MapOf(bool)})
_OPTIONS: Final = Fields({"labels": _PAIRS, "annotations": _PAIRS, "disableNameSuffixHash": bool, "immutable": bool})
_GENERATOR: Final[Mapping[str, Form]] = {
    **_texts("namespace name behavior env"),
    **dict.fromkeys(("literals", "files", "envs"), _TEXTS),
    "options": _OPTIONS,
}
_LABEL: Final = Fields(
    {
        "pairs": _PAIRS,
        "includeSelectors": bool,
        "includeTemplates": bool,
        "fields": ListOf(Fields({**_texts("group version kind path"), "create": bool})),
    }
)
_FIELD_OPTIONS: Final = Fields({**_texts("delimiter encoding"), "index": int, "create": bool})
_TARGET: Final = Fields(
    {"select": _SELECTOR, "reject": ListOf(_SELECTOR), "fieldPaths": _TEXTS, "options": _FIELD_OPTIONS}
)
_SOURCE: Final = Fields({**_texts("group version kind name namespace fieldPath"), "options": _FIELD_OPTIONS})
REPLACEMENT: Final = Fields({"path": str, "source": _SOURCE, "targets": ListOf(_TARGET)})
KUSTOMIZATION: Final = Fields(
    {
        **_texts("apiVersion kind namePrefix nameSuffix namespace"),
        "metadata": Fields({**_texts("name namespace"), "labels": _PAIRS, "annotations": _PAIRS}),
        **dict.fromkeys(("resources", "bases", "components", "crds", "buildMetadata"), _TEXTS),
        **dict.fromkeys(("openapi", "commonLabels", "commonAnnotations"), _PAIRS),
        "patchesStrategicMerge": _TEXTS,
        "patches": ListOf(_PATCH),
        "patchesJson6902": ListOf(_PATCH),
        "labels": ListOf(_LABEL),
        **dict.fromkeys(("images", "imageTags"), ListOf(Fields(_texts("name newName newTag tagSuffix digest")))),
        "replicas": ListOf(Fields({"name": str, "count": int})),
        "configMapGenerator": ListOf(Fields(_GENERATOR)),
        "secretGenerator": ListOf(Fields({**_GENERATOR, "type": str})),
        "generatorOptions": _OPTIONS,
        "replacements": ListOf(REPLACEMENT),
        "sortOptions": _ANY,
        **dict.fromkeys(NOT_READ, _ANY),
    }
)


def faults_of(value: Any, form: Form, name: str, spot: Spot = NOWHERE) -> Iterator[tuple[Spot, str]]:
    """Where a value is not of a form, and why; null is of every one.

    Recursion: as deep as the form.

    Args:
        value: The value.
        form: What it should be.
        name: What it is called, for the messages.
        spot: Where it stands.

    """
    if value is None or isinstance(form, AnyForm):
        return
    if isinstance(form, ListOf):
        if isinstance(value, list):
            for index, item in enumerate(value):
                place = value.spot_of(index) if isinstance(value, PlacedList) else spot
                yield from faults_of(item, form.element, f"{name}[{index}]", place)
        else:
            yield spot, f"`{name}` must be a list, and is none"
    elif isinstance(form, MapOf | Fields):
        if isinstance(value, dict):
            yield from _faults_in(value, form, name, spot)
        else:
            yield spot, f"`{name}` must be an object, and is none"
    elif not isinstance(value, form) or isinstance(value, bool) != (form is bool):
        yield spot, f"`{name}` must be {_NAMES[form]}, and is not"


def _faults_in(value: dict[str, Any], form: MapOf | Fields, name: str, spot: Spot) -> Iterator[tuple[Spot, str]]:
    for key, item in value.items():
        place = value.spot_of(key) if isinstance(value, PlacedMap) else spot
        shown = f"{name}.{key}" if name else key
        if isinstance(form, MapOf):
            yield from faults_of(item, form.element, shown, place)
        elif key in form.fields:
            yield from faults_of(item, form.fields[key], shown, place)
        else:
            yield place, f"kustomize has no field `{shown}`"
