"""The kustomizations of a tree: which are roots, what each makes, and what is not read of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from everward.estate import ReadInput, Unresolved
from everward.sources.limits import Limits, limit_help
from everward.sources.manifests.kustomize.generators import digest_of, generated
from everward.sources.manifests.kustomize.names import Named, fix_references
from everward.sources.manifests.kustomize.patching import patched
from everward.sources.manifests.kustomize.transforming import transformed
from everward.sources.manifests.objects import Manifest, objects_in
from everward.sources.manifests.paths import below, is_file, real, within
from everward.sources.manifests.placed import PlacedMap, copied, list_of, map_of, maps_in, text_of
from everward.sources.manifests.scalars import resolve_text
from everward.sources.manifests.yamltext import SOURCE, Document, read_documents
from everward.sources.tree import Tree, display
from everward.values import Origin, ProblemError

MAX_DEPTH: Final = 40
"""How deep kustomizations may name one another."""

_KNOWN: Final = frozenset(
    {
        "apiVersion", "kind", "metadata", "resources", "bases", "components", "patches", "patchesStrategicMerge",
        "patchesJson6902", "namePrefix", "nameSuffix", "namespace", "commonLabels", "labels", "commonAnnotations",
        "images", "replicas", "configMapGenerator", "secretGenerator", "generatorOptions", "sortOptions",
        "buildMetadata", "openapi", "crds",
    }
)  # fmt: skip
_LISTS: Final = (
    "resources", "bases", "components", "patches", "patchesStrategicMerge", "patchesJson6902", "labels", "images",
    "replicas", "configMapGenerator", "secretGenerator",
)  # fmt: skip
_NOT_READ: Final = ("vars", "replacements", "helmCharts", "helmChartInflationGenerator", "helmGlobals", "generators",
                    "transformers", "validators", "configurations")  # fmt: skip


@dataclass(slots=True)
class Kustomization:
    """One file."""

    folder: Path
    file: Path
    value: dict[str, Any]

    @property
    def shown(self) -> str:
        """The file as the user would open it."""
        return display(self.file)

    @property
    def component(self) -> bool:
        """Whether it changes the objects of others rather than having its own."""
        return self.value.get("kind") == "Component"

    def place(self, key: str) -> Origin:
        """Where a field stands."""
        line = self.value.spot_of(key)[1] if isinstance(self.value, PlacedMap) else None
        return Origin(source=SOURCE, file=self.shown, line=line or None)


@dataclass(slots=True)
class _State:
    """What has been built, and what the building cost."""

    objects: list[Named] = field(default_factory=list)


class Kustomizations:
    """All kustomizations of a tree."""

    def __init__(self, tree: Tree, files: Mapping[Path, Path], limits: Limits) -> None:
        self.tree = tree
        self.files = files
        self.limits = limits
        self.unresolved: dict[Unresolved, None] = {}
        self.inputs: list[ReadInput] = []
        self.used: set[Path] = set()
        """Files that belong to kustomizations, and are not applied by themselves."""
        self._read: dict[Path, Kustomization | None] = {}
        self._by_real = {real(folder): folder for folder in files}
        self._left = limits.elements
        for folder in files:
            self._mark(folder)

    def roots(self) -> list[Path]:
        """Folders whose kustomization no other one names, and one of each circle that nothing else leads to."""
        folders = [folder for folder in self.files if (found := self.read(folder)) is not None and not found.component]
        named = {path for folder in self.files for path in self._named(folder)}
        roots = [folder for folder in folders if real(folder) not in named]
        reached: set[Path] = set()
        for folder in roots:
            self._reach(folder, reached)
        for folder in folders:
            if real(folder) not in reached:
                roots.append(folder)
                self._reach(folder, reached)
        return roots

    def _reach(self, folder: Path, reached: set[Path]) -> None:
        """Note every kustomization that one leads to, itself included."""
        pending = [real(folder)]
        while pending:
            place = pending.pop()
            if place in self._by_real and place not in reached:
                reached.add(place)
                pending += self._named(self._by_real[place])

    def _named(self, folder: Path) -> list[Path]:
        found = self.read(folder)
        if found is None:
            return []
        texts = [item for key in ("resources", "bases", "components") for item in list_of(found.value.get(key))]
        paths = [below(folder, text) for text in texts if isinstance(text, str) and "://" not in text]
        return [real(path) for path in paths if path is not None]

    def _mark(self, folder: Path) -> None:
        """Note the files that a kustomization names."""
        found = self.read(folder)
        if found is None:
            return
        value = found.value
        texts: list[Any] = [*list_of(value.get("resources")), *list_of(value.get("patchesStrategicMerge"))]
        for key in ("patches", "patchesJson6902"):
            texts += [item.get("path") for item in maps_in(value.get(key))]
        for text in texts:
            path = below(folder, text) if isinstance(text, str) else None
            if path is not None:
                self.used.add(real(path))

    def read(self, folder: Path) -> Kustomization | None:
        """The kustomization of a folder; None when it cannot be read."""
        key = real(folder)
        if key not in self._read:
            self._read[key] = self._load(folder)
        return self._read[key]

    def _load(self, folder: Path) -> Kustomization | None:
        file = self.files.get(folder) or self.files.get(self._by_real.get(real(folder), folder))
        if file is None:
            return None
        try:
            document = next(self._parse(self.tree.text(file), display(file)), None)
        except ProblemError as problem:
            self._note(display(file), problem.message, problem.origin, problem.help)
            return None
        return Kustomization(folder, file, map_of(document.value) if document is not None else {})

    def _note(
        self, subject: str, reason: str, origin: Origin | None, help: str | None, *, incomplete: bool = True
    ) -> None:
        item = Unresolved(subject, reason, origin, help=help, incomplete=incomplete)
        self.unresolved.setdefault(item)

    def _parse(self, text: str, file: str, lines: Sequence[int] | None = None) -> Iterator[Document]:
        """The documents of a text as kustomize reads them: `yes` and `on` are texts."""
        return read_documents(text, file, self.limits, lines, resolve=resolve_text)

    def _may_read(self, path: Path) -> bool:
        """Whether there is a file that belongs to the repository."""
        return is_file(path) and within(path, self.tree.repository)

    # Building

    def build(self, folder: Path) -> list[Manifest]:
        """The objects that a kustomization makes."""
        self._left = self.limits.elements
        found = self._build(folder, ())
        for item in found:
            if item.needs_digest:
                item.add_digest(digest_of(item.kind, item.value))
        fix_references(found)
        kustomization = self.read(folder)
        if kustomization is not None:
            count = len(found)
            detail = f"{count} object{'s' if count != 1 else ''}"
            self.inputs.append(ReadInput(kustomization.shown, "kustomization", detail=detail))
        return [Manifest(item.value, item.spot, item.end) for item in found]

    def _build(self, folder: Path, chain: tuple[Path, ...]) -> list[Named]:
        kustomization = self.read(folder)
        if kustomization is None or self._left < 0:
            return []
        place = real(folder)
        if place in chain or len(chain) > MAX_DEPTH:
            self._note(kustomization.shown, "kustomizations name one another in a circle",
                       Origin(source=SOURCE, file=kustomization.shown), "break the circle")  # fmt: skip
            return []
        chain = (*chain, place)
        self._tell_unread(kustomization)
        objects: list[Named] = []
        for key in ("resources", "bases"):
            for text in list_of(kustomization.value.get(key)):
                objects += self._resource(kustomization, text, key, chain)
        return self._changed(kustomization, objects, chain)

    def _changed(self, kustomization: Kustomization, objects: list[Named], chain: tuple[Path, ...]) -> list[Named]:
        """What a kustomization makes of objects: components first, then its own generators, patches and changes."""
        for text in list_of(kustomization.value.get("components")):
            component = self._component(kustomization, text, chain)
            if component is not None:
                for key in ("resources", "bases"):
                    for item in list_of(component.value.get(key)):
                        objects += self._resource(component, item, key, (*chain, real(component.folder)))
                objects = self._changed(component, objects, (*chain, real(component.folder)))
        objects = generated(kustomization, objects, self)
        patched(kustomization, objects, self)
        objects = [item for item in objects if not item.removed]
        transformed(kustomization, objects)
        return objects

    def _component(self, kustomization: Kustomization, text: Any, chain: tuple[Path, ...]) -> Kustomization | None:
        if not isinstance(text, str) or "://" in text:
            self._elsewhere(kustomization, text, "components")
            return None
        folder = below(kustomization.folder, text)
        component = self.read(folder) if folder is not None else None
        if folder is None or component is None or real(folder) in chain or len(chain) > MAX_DEPTH:
            self._missing(kustomization, text, "components")
            return None
        self._tell_unread(component)
        return component

    def _resource(self, kustomization: Kustomization, text: Any, key: str, chain: tuple[Path, ...]) -> list[Named]:
        """The objects of one entry: a file, a folder, or something that is fetched."""
        self._left -= 1
        if self._left < 0:
            return []
        if not isinstance(text, str) or "://" in text or text.startswith("github.com/") or "?ref=" in text:
            self._elsewhere(kustomization, text, key)
            return []
        path = below(kustomization.folder, text)
        if path is not None and real(path) in self._by_real:
            return self._build(self._by_real[real(path)], chain)
        if path is None or not self._may_read(path):
            self._missing(kustomization, text, key)
            return []
        objects: list[Named] = []
        try:
            for document in self._parse(self.tree.text(path), display(path)):
                for value in objects_in(document.value):
                    if not self._spend(kustomization, value):
                        return objects
                    objects.append(Named(copied(value), value.spot, max(value.last, document.end)))
        except ProblemError as problem:
            self._note(display(path), problem.message, problem.origin, problem.help)
        return objects

    def _spend(self, kustomization: Kustomization, value: Any) -> bool:
        """Bases can be taken in many times, so what is built is counted; whether there is room for more."""
        stack = [value]
        while stack:
            item = stack.pop()
            self._left -= 1
            stack.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        if self._left < 0:
            reason = f"the limit `elements` is met: more than {self.limits.elements:,} in one kustomization"
            self._note(kustomization.shown, reason, kustomization.place("resources"), limit_help("elements"))
        return self._left >= 0

    # What is said

    def documents(self, kustomization: Kustomization, text: str, key: str) -> Sequence[Any]:
        """The documents of a patch, which stands in a file or in the kustomization itself."""
        path = below(kustomization.folder, text)
        try:
            if path is not None and self._may_read(path):
                return [item.value for item in self._parse(self.tree.text(path), display(path))]
            if path is not None and ":" not in text and "[" not in text:
                self._missing(kustomization, text, key)
                return []
            origin = kustomization.place(key)
            lines = [origin.line or 1] * (text.count("\n") + 1)
            return [item.value for item in self._parse(text, kustomization.shown, lines)]
        except ProblemError as problem:
            self._note(kustomization.shown, problem.message, problem.origin, problem.help)
            return []

    def content(self, kustomization: Kustomization, text: str, key: str) -> str | None:
        """The content of a file that a generator names."""
        path = below(kustomization.folder, text)
        if path is None or not self._may_read(path):
            self._missing(kustomization, text, key)
            return None
        try:
            return self.tree.text(path)
        except ProblemError as problem:
            self._note(display(path), problem.message, problem.origin, problem.help)
            return None

    def tell(self, kustomization: Kustomization, key: str, reason: str, help: str) -> None:
        """Say what is not read of a field."""
        self._note(f"`{key}` of {kustomization.shown}", reason, kustomization.place(key), help)

    def _tell_unread(self, kustomization: Kustomization) -> None:
        for key in kustomization.value:
            if key in _NOT_READ:
                self.tell(kustomization, key, "it is not read here", "assess what `kustomize build` prints")
            elif key not in _KNOWN:
                self.tell(kustomization, key, "kustomize has no such field", "remove it")
            elif key in _LISTS and not isinstance(kustomization.value[key], list | None):
                self.tell(kustomization, key, "it must be a list, and is none", "write it as a list")

    def _elsewhere(self, kustomization: Kustomization, text: Any, key: str) -> None:
        shown = text_of(text) or "something that is no text"
        self._note(f"`{shown}`", "it is fetched when the kustomization is built", kustomization.place(key),
                   "keep a copy of it in the repository")  # fmt: skip

    def _missing(self, kustomization: Kustomization, text: str, key: str) -> None:
        self._note(f"`{text}`", "the kustomization names it, and it is not there", kustomization.place(key),
                   "add it, or remove its entry")  # fmt: skip
