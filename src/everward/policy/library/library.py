"""The library as the rest of the product sees it: definitions and initiatives by id, name or title."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, NamedTuple

from everward.estate import Unresolved
from everward.policy.assignment import Assignment, load_assignment
from everward.policy.exemption import Exemption, load_exemption
from everward.policy.initiative import Initiative, load_initiative
from everward.policy.library.cache import read_index, write_index
from everward.policy.library.entries import Entry, Index, Kind
from everward.policy.library.indexing import TERRAFORM, index_root, problems_of
from everward.policy.library.register import Register
from everward.policy.nodes import Definition
from everward.policy.shelf import Held, Row, Shelf, hold_definition
from everward.values import Origin, UsageError

OTHER_CLOUD: Final = "/azure government/"
"""The folder of the shipped definitions with second copies for another cloud: they count where there is no first."""


class Item(NamedTuple):
    """An entry and where it stands."""

    entry: Entry
    root: Path
    file: str

    @property
    def place(self) -> str:
        """The file as people open it, and what it is called inside."""
        path = str(self._path)
        return f"{path}:{self.entry.address}" if self.entry.address else path

    @property
    def _path(self) -> Path:
        """The file; the folder for what its Terraform code makes, which is one record."""
        return self.root if self.file in (self.root.name, TERRAFORM) else self.root / self.file

    @property
    def origin(self) -> Origin:
        """The place as findings show it."""
        return Origin(source="policy", file=self._path.as_posix(), address=self.entry.address or None)


class Library(Shelf):
    """All policy objects of some folders. A `Holder` for binding and scans."""

    def __init__(self, indexes: Iterable[Index] = ()) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.problems: list[Unresolved] = []
        """What could not be read, in the order of the folders."""
        later: list[Item] = []
        for index in indexes:
            root = Path(index.root)
            self.problems.extend(problems_of(index))
            for record in index.files:
                other = OTHER_CLOUD in f"/{record.path.lower()}"
                for entry in record.entries:
                    copy = other or OTHER_CLOUD in f"/{entry.address.lower()}"
                    (later if copy else self.items).append(Item(entry, root, record.path))
        first = {(item.entry.kind, item.entry.id.lower()) for item in self.items if item.entry.id}
        self.items += [item for item in later if (item.entry.kind, item.entry.id.lower()) not in first]
        for item in self.items:
            self._hold(item)

    @classmethod
    def load(cls, paths: Sequence[Path] | None = None) -> Library:
        """The library of some folders or files, by default those that the user added.

        What did not change since the last time comes from the cache. A folder that was added and has gone is a problem
        of the library.

        Raises:
            UsageError: when one of the given paths does not exist.

        """
        indexes: list[Index] = []
        gone: list[Unresolved] = []
        for path in paths if paths is not None else Register().paths():
            if paths is None and not path.exists():
                gone.append(
                    Unresolved(
                        subject=f"folder `{path}`",
                        reason="it was added to the library and has gone",
                        help=f"`everward policy library remove {path}` forgets it",
                        incomplete=True,
                    )
                )
                continue
            indexes.append(refresh(path.resolve()))
        library = cls(indexes)
        library.problems = gone + library.problems
        return library

    def _hold(self, item: Item) -> None:
        entry = item.entry
        if entry.kind is Kind.DEFINITION:
            types = None if entry.types is None else frozenset(entry.types)
            self.definitions.add(_held(item, types, lambda: _definition(item)))
        elif entry.kind is Kind.INITIATIVE:
            self.initiatives.add(_held(item, None, lambda: _initiative(item)))

    def assignments(self) -> Iterator[Assignment]:
        """Every assignment of the library."""
        for item in self.of_kind(Kind.ASSIGNMENT):
            yield load_assignment(item.entry.document, file=item.origin.file, origin=item.origin)

    def exemptions(self) -> Iterator[Exemption]:
        """Every exemption of the library."""
        for item in self.of_kind(Kind.EXEMPTION):
            yield load_exemption(item.entry.document, file=item.origin.file, origin=item.origin)

    def of_kind(self, kind: Kind) -> Iterator[Item]:
        """The items of a kind."""
        return (item for item in self.items if item.entry.kind is kind)

    def search(self, name: str, kinds: Sequence[Kind] = tuple(Kind)) -> list[Item]:
        """The items with an id, a name or a title, compared without case."""
        key = name.rstrip("/").lower()
        of_kind = [item for item in self.items if item.entry.kind in kinds]
        for part in ("id", "name", "display_name"):
            found = [item for item in of_kind if getattr(item.entry, part).lower() == key]
            if found:
                return found
        return []

    def find_initiative(self, name: str) -> Held[Initiative]:
        """The initiative that a user means: by id, name or title.

        Raises:
            UsageError: when there is none, or several are called so.

        """
        found = self.search(name, (Kind.INITIATIVE,))
        if not found:
            raise UsageError(f"there is no initiative `{name}` in the library", help=self._advice(name))
        ids = {(item.entry.id or item.entry.name).lower() for item in found}
        if len(ids) > 1:
            named = ", ".join(f"`{item.entry.id or item.entry.name}`" for item in found)
            raise UsageError(f"`{name}` are several initiatives", help=f"give the id: {named}")
        return self.initiative(found[0].entry.id or found[0].entry.name)

    def _advice(self, name: str) -> str:
        entries = [item.entry for item in self.of_kind(Kind.INITIATIVE)]
        if not entries:
            return "the library has no initiatives: `everward policy library add PATH` adds a folder of them"
        titles = {text.lower(): text for entry in entries for text in (entry.display_name, entry.name) if text}
        near = get_close_matches(name.lower(), titles, n=3, cutoff=0.5)
        near += [key for key in titles if name.lower() in key and key not in near][: 3 - len(near)]
        meant = f"did you mean {' or '.join(f'`{titles[key]}`' for key in near)}? " if near else ""
        return f"{meant}`everward policy library list --kind initiative` shows all"


def find_initiative(name: str, folders: Sequence[Path] = ()) -> tuple[Library, Initiative]:
    """The initiative that a user means, and the library that holds its policies: what was added, and `folders`.

    `name` is an id, a name or a title, or the path of a file with one initiative.

    Raises:
        UsageError: when there is none, or several.
        UnreadableError: when the file cannot be read.
        DefinitionError: when it is not valid.

    """
    path = Path(name)
    is_file = path.is_file()
    roots = [*folders, *Register().paths()]
    library = Library.load([root for root in dict.fromkeys([*([path] if is_file else []), *roots]) if root.exists()])
    if not is_file:
        return library, library.find_initiative(name).value
    whole = path.resolve()
    found = [item for item in library.of_kind(Kind.INITIATIVE) if item.root == whole]
    if len(found) == 1:
        return library, _initiative(found[0])
    problem = next((item for item in library.problems if item.origin is None or item.origin.file == path.name), None)
    if found:
        raise UsageError(f"`{name}` holds {len(found)} initiatives", help="add it to the library and name one of them")
    raise UsageError(
        f"`{name}` holds no initiative" + (f": {problem.reason}" if problem is not None else ""),
        help=(problem.help if problem is not None else None) or "name a file with `policyDefinitions`",
    )


def refresh(root: Path) -> Index:
    """The index of a folder, brought up to date and kept.

    Raises:
        UsageError: when the folder does not exist.

    """
    index, changed = index_root(root, read_index(root))
    if changed:
        write_index(root, index)
    return index


def _held(item: Item, types: frozenset[str] | None, load: Any) -> Held[Any]:
    entry = item.entry
    return Held(entry.id, entry.name, load, entry.display_name, entry.version, entry.policy_type, types, item)


def _definition(item: Item) -> Definition:
    return hold_definition(item.entry.document, file=item.origin.file)[0]


def _initiative(item: Item) -> Initiative:
    return load_initiative(item.entry.document, file=item.origin.file, origin=item.origin)


__all__ = ["Item", "Library", "Row", "refresh"]
