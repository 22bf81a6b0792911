"""The kustomizations of a tree: which are roots, what each makes, and what is not read of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from everward.estate import ReadInput, Unresolved
from everward.sources.limits import Limits, limit_help
from everward.sources.manifests.kustomize.generators import digest_of, generated
from everward.sources.manifests.kustomize.names import Id, Named
from everward.sources.manifests.kustomize.patching import patched
from everward.sources.manifests.kustomize.pointers import measured
from everward.sources.manifests.kustomize.references import References
from everward.sources.manifests.kustomize.schema import KUSTOMIZATION, MAX_FAULTS, NOT_READ, faults_of
from everward.sources.manifests.kustomize.texts import is_local, make_annotations
from everward.sources.manifests.kustomize.transforming import transformed
from everward.sources.manifests.objects import Manifest, faults_in, objects_in
from everward.sources.manifests.paths import below, is_file, real, within
from everward.sources.manifests.placed import PlacedMap, copied, list_of, map_of, maps_in, text_of
from everward.sources.manifests.scalars import resolve_text
from everward.sources.manifests.yamltext import SOURCE, Document, read_documents
from everward.sources.tree import Tree, display
from everward.values import Origin, ProblemError, Unknown

MAX_DEPTH: Final = 40
"""How deep kustomizations may name one another."""

ENTRY_COST: Final = 25
"""How many elements the time is worth that a file, a base or a component takes even when nothing is in it."""


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
        self._left = self._looks = limits.elements
        self._built: Kustomization | None = None
        self._told: set[Path] = set()
        self._kept: dict[Path, list[tuple[PlacedMap, int, int]]] = {}
        self._room = limits.elements
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
        self._left = self._looks = self.limits.elements
        self._built = self.read(folder)
        found = self._build(folder, ())
        for item in found:
            item.unshare()
            if item.needs_digest:
                item.add_digest(None if item.open else digest_of(item.kind, item.value))
        references = References(found)
        for item, error in references.follow():
            self._tell_object(item, f"a reference cannot be followed: {error}")
        if references.exhausted and self._built is not None:
            self.tell(self._built, "resources", "too many objects have one name, so that not all references to them are"
                      " followed", "assess what `kustomize build` prints")  # fmt: skip
        for item in found:
            make_annotations(item.value)
        if self._built is not None:
            self.tell_twins(self._built, "resources", found)
        for item in found:
            if item.lacks:
                self._tell_object(item, f"the object has no {item.lacks} when the kustomization is built")
        found = [item for item in found if not is_local(item.value)]
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
        """What a kustomization makes of objects: generators first, then components, then its own changes."""
        objects = generated(kustomization, objects, self)
        self.tell_twins(kustomization, "resources", objects)
        for text in list_of(kustomization.value.get("components")):
            component = self._component(kustomization, text, chain)
            if component is not None:
                for key in ("resources", "bases"):
                    for item in list_of(component.value.get(key)):
                        objects += self._resource(component, item, key, (*chain, real(component.folder)))
                objects = self._changed(component, objects, (*chain, real(component.folder)))
        patched(kustomization, objects, self)
        objects = [item for item in objects if not item.removed]
        transformed(kustomization, objects, self)
        return [item for item in objects if not item.removed]

    def tell_twins(self, kustomization: Kustomization, key: str, objects: Sequence[Named]) -> None:
        """Say which objects come together that are called the same, which kustomize does not take."""
        seen: set[tuple[str, Id]] = set()
        for item in objects:
            if isinstance(item.held_name, Unknown):
                continue
            if item.key in seen:
                reason = f"there is more than one {item.kind} `{item.name}` in one namespace"
                self.tell(kustomization, key, reason, "rename all but one of them")
            seen.add(item.key)

    def _component(self, kustomization: Kustomization, text: Any, chain: tuple[Path, ...]) -> Kustomization | None:
        self._left -= ENTRY_COST
        if self._left < 0:
            self._tell_limit(kustomization)
            return None
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
        self._left -= ENTRY_COST
        if self._left < 0:
            self._tell_limit(kustomization)
            return []
        if not isinstance(text, str) or "://" in text or text.startswith("github.com/") or "?ref=" in text:
            self._elsewhere(kustomization, text, key)
            return []
        path = below(kustomization.folder, text)
        folder = self._by_real.get(real(path)) if path is not None else None
        if folder is not None:
            return self._build(folder, chain)
        if path is None or not self._may_read(path):
            self._missing(kustomization, text, key)
            return []
        objects: list[Named] = []
        for value, end, size in self._objects(path):
            # Bases can be taken in many times, so what is built is counted.
            self._left -= size
            if self._left < 0:
                self._tell_limit(kustomization)
                break
            objects.append(Named(copied(value), value.spot, end))
        return objects

    def _objects(self, path: Path) -> list[tuple[PlacedMap, int, int]]:
        """The objects of a file, with the line on which each ends and its size; few enough are kept."""
        objects = self._kept.get(path)
        if objects is None:
            objects = []
            try:
                for document in self._parse(self.tree.text(path), display(path)):
                    self._tell_faults(document)
                    for value in objects_in(document.value):
                        objects.append((value, max(value.last, document.end), measured(value)[0]))
            except ProblemError as problem:
                self._note(display(path), problem.message, problem.origin, problem.help)
            size = sum(size for _, _, size in objects)
            if size <= self._room:
                self._room -= size
                self._kept[path] = objects
        return objects

    def spend(self, count: int) -> bool:
        """Whether there is time to look at so many more objects."""
        self._looks -= count
        if self._looks < 0 and self._built is not None:
            self._tell_limit(self._built)
        return self._looks >= 0

    def fits(self, value: Any, depth: int) -> bool:
        """Whether there is room for one more value, so deep in an object."""
        size, own = measured(value)
        if depth + own > self.limits.nesting:
            if self._built is not None:
                reason = (
                    f"the limit `nesting` is met: values stand more than {self.limits.nesting:,} deep in one another"
                )
                self._note(self._built.shown, reason, self._built.place("resources"), limit_help("nesting"))
            return False
        return self.spend(size)

    def _tell_faults(self, document: Document) -> None:
        for (file, line), reason in islice(faults_in(document.value), MAX_FAULTS):
            self._note(file, reason, Origin(source=SOURCE, file=file, line=line or None), "mend the file")

    def _tell_object(self, item: Named, reason: str) -> None:
        file, line = item.spot
        origin = Origin(source=SOURCE, file=file, line=line or None)
        self._note(f"{item.kind or 'object'} `{item.name}`", reason, origin, "mend the object, or what changes it")

    def _tell_limit(self, kustomization: Kustomization) -> None:
        reason = f"the limit `elements` is met: more than {self.limits.elements:,} in one kustomization"
        self._note(kustomization.shown, reason, kustomization.place("resources"), limit_help("elements"))

    # What is said

    def documents(self, kustomization: Kustomization, text: str, key: str, *, inline: bool = True) -> Sequence[Any]:
        """The documents of a patch, which stands in a file or, where it may, in the kustomization itself."""
        path = below(kustomization.folder, text)
        try:
            if path is not None and self._may_read(path):
                return [item.value for item in self._parse(self.tree.text(path), display(path))]
            if not inline or (path is not None and ":" not in text and "[" not in text):
                self._missing(kustomization, text, key)
                return []
            origin = kustomization.place(key)
            lines = [origin.line or 1] * (text.count("\n") + 1)
            return [item.value for item in self._parse(text, kustomization.shown, lines)]
        except ProblemError as problem:
            self._note(kustomization.shown, problem.message, problem.origin, problem.help)
            return []

    def content(self, kustomization: Kustomization, text: str, key: str) -> bytes | None:
        """The content of a file that a generator names."""
        path = below(kustomization.folder, text)
        if path is None or not self._may_read(path):
            self._missing(kustomization, text, key)
            return None
        try:
            return self.tree.read(path)
        except ProblemError as problem:
            self._note(display(path), problem.message, problem.origin, problem.help)
            return None

    def tell(self, kustomization: Kustomization, key: str, reason: str, help: str, *, incomplete: bool = True) -> None:
        """Say what is not read of a field."""
        subject = f"`{key}` of {kustomization.shown}"
        self._note(subject, reason, kustomization.place(key), help, incomplete=incomplete)

    def _tell_unread(self, kustomization: Kustomization) -> None:
        """Say what is not read of a kustomization, once."""
        if kustomization.file in self._told:
            return
        self._told.add(kustomization.file)
        value = kustomization.value
        if not value.keys() - {"apiVersion", "kind"}:
            origin = Origin(source=SOURCE, file=kustomization.shown)
            self._note(
                kustomization.shown, "the kustomization is empty", origin, "add what it is made of, or remove it"
            )
        if value.get("kind") not in (None, "", "Kustomization", "Component"):
            self.tell(kustomization, "kind", "it must be `Kustomization` or `Component`", "mend it")
        for key in NOT_READ & value.keys():
            self.tell(kustomization, key, "it is not read here", "assess what `kustomize build` prints")
        for (file, line), reason in islice(faults_of(value, KUSTOMIZATION, ""), MAX_FAULTS):
            origin = Origin(source=SOURCE, file=file or kustomization.shown, line=line or None)
            self._note(kustomization.shown, reason, origin, "mend the kustomization")

    def _elsewhere(self, kustomization: Kustomization, text: Any, key: str) -> None:
        shown = text_of(text) or "something that is no text"
        self._note(f"`{shown}`", "it is fetched when the kustomization is built", kustomization.place(key),
                   "keep a copy of it in the repository")  # fmt: skip

    def _missing(self, kustomization: Kustomization, text: str, key: str) -> None:
        self._note(f"`{text}`", "the kustomization names it, and it is not there", kustomization.place(key),
                   "add it, or remove its entry")  # fmt: skip
