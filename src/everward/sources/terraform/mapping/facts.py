"""What the azurerm provider's schema says of its types: which attributes there are, their flags and their defaults."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import msgspec

from everward.values import UnreadableError, Value, data_file

EDITIONS = {3: "3.115.0", 4: "4.81.0", 5: "5.2.0"}
"""The provider version that stands for each major version. 3.115.0 is the last schema dump of 3.x that was not
produced in the provider's 4.0 beta mode."""


DIRECTORY = "azuread_"
"""How types of the provider of Entra begin."""
DIRECTORY_EDITION = "3.9.0"
"""Its version, which stands for 2.x as well: what only 2.53.1 had is among its attributes, and defaults agree."""


@dataclass(frozen=True, slots=True)
class AttributeFact:
    """One attribute or block of a type."""

    kind: str
    """`string`, `bool`, `int`, `float`, `list(string)`, `set(int)`, `map(string)`, `list:block`, `set:attr`…"""
    required: bool
    optional: bool
    computed: bool
    default: Value
    """The schema's own default, or None."""
    max_items: int | None

    @property
    def is_block(self) -> bool:
        """Whether it holds further attributes."""
        return ":" in self.kind


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """The attributes of one type, by dotted path without indices: `network_acls.default_action`."""

    name: str
    attributes: dict[str, AttributeFact]


class Facts:
    """The schema of one provider version. Types are read when they are asked for: a root uses a few of a thousand."""

    def __init__(self, version: str, text: str) -> None:
        self.version = version
        # INVARIANT: rows are sorted by type (in code point order with the tab), so that one type is found by bisection.
        self._text = text
        self._types: dict[str, TypeFacts | None] = {}

    @classmethod
    def load(cls, major: int) -> Facts:
        """The facts that stand for a major version of the provider.

        Raises:
            KeyError: when there are no facts for that major version.
            UnreadableError: when the data file cannot be read.

        """
        return _load(f"azurerm-facts-{EDITIONS[major]}.tsv.gz", EDITIONS[major])

    @classmethod
    def of_directory(cls) -> Facts:
        """The facts of the azuread provider.

        Raises:
            UnreadableError: when the data file cannot be read.

        """
        return _load(f"azuread-facts-{DIRECTORY_EDITION}.tsv.gz", DIRECTORY_EDITION)

    def names(self) -> Iterator[str]:
        """The names of all types, in order."""
        last = ""
        for line in self._text.splitlines():
            name = line.partition("\t")[0]
            if name != last:
                last = name
                yield name

    def of(self, type_name: str) -> TypeFacts | None:
        """The facts of a type, or None when this version of the provider has no such type."""
        if type_name not in self._types:
            self._types[type_name] = self._read(type_name)
        return self._types[type_name]

    def _read(self, type_name: str) -> TypeFacts | None:
        text, prefix = self._text, f"{type_name}\t"
        low, high = 0, len(text)
        while low < high:
            middle = text.rfind("\n", low, (low + high) // 2) + 1 or low
            if text[middle : middle + len(prefix)] < prefix:
                low = text.find("\n", middle) + 1 or high
            else:
                high = middle
        attributes: dict[str, AttributeFact] = {}
        while text.startswith(prefix, low):
            end = text.find("\n", low)
            end = len(text) if end < 0 else end
            path, kind, flags, default, _minimum, maximum = text[low + len(prefix) : end].split("\t")
            attributes[path] = AttributeFact(
                kind=kind,
                required="R" in flags,
                optional="O" in flags,
                computed="C" in flags,
                default=msgspec.json.decode(default) if default else None,
                max_items=int(maximum) if maximum else None,
            )
            low = end + 1
        return TypeFacts(type_name, attributes) if attributes else None


@cache
def _load(name: str, version: str) -> Facts:
    path = data_file(name)
    try:
        text = gzip.decompress(path.read_bytes()).decode("utf-8")
    except (OSError, EOFError, ValueError) as error:
        raise UnreadableError(
            f"cannot read the data file `{path.name}`: {error}".lower(), help="install the package again"
        ) from error
    _notice, _header, rows = text.split("\n", 2)
    return Facts(version, rows)
