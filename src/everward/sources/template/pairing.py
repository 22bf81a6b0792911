"""Which parameter files belong to which template, and which of them are meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from everward.sources.template.document import open_document
from everward.sources.tree import Tree, real
from everward.values import UnreadableError, member

_PARAMETERS = re.compile(r"[._-]?param(?:eter)?s?(?=[._-]|$)", re.IGNORECASE)
_ENDING = re.compile(r"\.(?:jsonc?|bicep|bicepparam)$", re.IGNORECASE)
_WORDS = re.compile(r"[^a-z0-9]+")
_PRODUCTION: Final = frozenset({"prod", "production", "prd", "live"})
_PLAIN: Final = "template"
"""What the portal calls the template beside its `parameters.json`."""


def pair(templates: Sequence[Path], parameters: Iterable[Path], tree: Tree) -> dict[Path, list[Path]]:
    """The parameter files of each template. A file that fits none is left out."""
    by_folder: dict[Path, list[Path]] = {}
    for template in templates:
        by_folder.setdefault(template.parent, []).append(template)
    pairs: dict[Path, list[Path]] = {}
    declared: dict[Path, set[str]] = {}
    for file in parameters:
        value = read_json(file, tree)
        found = (
            _linked(file, value, templates) or _named(file, by_folder) or _alone(file, value, by_folder, declared, tree)
        )
        if found is not None:
            pairs.setdefault(found, []).append(file)
    return pairs


def _linked(file: Path, value: Any, templates: Sequence[Path]) -> Path | None:
    """The template that the file's `metadata.template` names."""
    metadata = member(value, "metadata") if isinstance(value, dict) else None
    link = member(metadata, "template") if isinstance(metadata, dict) else None
    if not isinstance(link, str):
        return None
    target = real(file.parent / link)
    return next((template for template in templates if template.resolve() == target), None)


def read_json(file: Path, tree: Tree) -> Any:
    """The object in a JSON file, or None when there is none."""
    try:
        document = open_document(file, tree)
    except UnreadableError:
        return None
    return document.value if document is not None else None


def _stem(path: Path) -> str:
    return _ENDING.sub("", path.name).lower()


def _named(file: Path, by_folder: Mapping[Path, list[Path]]) -> Path | None:
    """The template of the same name: `x.parameters.prod.json` and `x.prod.parameters.json` belong to `x.json`."""
    found = _PARAMETERS.search(_stem(file))
    base = _stem(file)[: found.start()] if found is not None else _stem(file)
    for folder in (file.parent, file.parent.parent):
        names = {_stem(template): template for template in by_folder.get(folder, ())}
        probe = base or _PLAIN
        while probe:
            if probe in names:
                return names[probe]
            cut = max(probe.rfind("."), probe.rfind("-"), probe.rfind("_"))
            probe = probe[:cut] if cut > 0 else ""
    return None


def _alone(
    file: Path, value: Any, by_folder: Mapping[Path, list[Path]], declared: dict[Path, set[str]], tree: Tree
) -> Path | None:
    """The only template beside the file, or in the folder above, unless its parameters have other names."""
    for folder in (file.parent, file.parent.parent):
        templates = by_folder.get(folder, ())
        if len(templates) == 1:
            template = templates[0]
            if template not in declared:
                declared[template] = _names(read_json(template, tree))
            given = _names(value)
            return template if not given or given & declared[template] else None
    return None


def _names(value: Any) -> set[str]:
    section = member(value, "parameters") if isinstance(value, dict) else None
    return {name.lower() for name in section} if isinstance(section, dict) else set()


def choose(template: Path, files: Sequence[Path], environment: str | None) -> tuple[list[Path], str | None]:
    """The parameter files that are meant, production's first, and a remark where that is not evident.

    Each is a deployment of its own. With an environment it is those whose name or folder says it; if none does, those
    that say nothing beyond the template's own name, else all of them.
    """
    ordered = sorted(files, key=lambda file: (not words(file) & _PRODUCTION, file.as_posix()))
    if environment is None or not ordered:
        return ordered, None
    wanted = words_of(environment)
    matching = [file for file in ordered if wanted <= words(file)]
    if matching:
        return matching, None
    remark = f"no parameter file is named after the environment `{environment}`"
    plain = [file for file in ordered if words(file) - words_of(file.parent.name) <= words_of(_stem(template))]
    return plain or ordered, remark


def words(file: Path) -> frozenset[str]:
    """The words of a parameter file's name and folder, without the one that makes it a parameter file."""
    return words_of(_PARAMETERS.sub("", _stem(file))) | words_of(file.parent.name)


def words_of(text: str) -> frozenset[str]:
    """Words in lower case."""
    return frozenset(word for word in _WORDS.split(text.lower()) if word)


def variant_of(template: Path, file: Path) -> str:
    """What tells a parameter file from the others of its template: `prod` of `x.parameters.prod.json`."""
    own = _stem(template)
    stem = _PARAMETERS.sub("", _stem(file)).removeprefix(own).strip("._-")
    return stem or file.name
