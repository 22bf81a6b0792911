"""The mapping from azurerm to ARM as data: what a rule can say, and the table that holds the rules of every type.

The rules are written in `types/*.yaml` (see `README.md` beside them) and compiled by `build.py` into one JSON file;
only the types that are met are decoded from it.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import msgspec

from everward.values import UnreadableError, data_file

TABLE_FILE = "azurerm-mapping.json"

Const: TypeAlias = "tuple[list[str], Any]"
"""A path and the value that stands there unless an attribute says otherwise; `{$hole: reason}` is a hole."""


class Rule(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What one attribute or block becomes. Paths are lists of keys, relative to the object that is being filled."""

    attr: list[str]
    """Names of the attribute, across provider versions: the first that is configured counts."""
    to: list[list[str]] = []
    """Where the value goes; the empty path is the object itself; nowhere means that ARM has no counterpart."""
    values: dict[str, Any] | None = None
    """Value table, by the value's JSON text without quotes; a value that it lacks stays as it is."""
    negate: bool = False
    omit: list[Any] = []
    """Values that the provider does not send."""
    nil: Any = msgspec.UNSET
    """What the provider sends when the attribute is not configured and has no default."""
    absent: list[Const] = []
    """For a block: what the provider sends when there is none, by path relative to the enclosing object."""
    computed: bool = False
    """Whether the attribute's own hole stands in the body when nobody configured it."""
    split: str | None = None
    join: str | None = None
    match: str | None = None
    """A regular expression whose first group is the value; text that it does not match has none."""
    number: bool = False
    """Whether what `match` finds is a number."""
    last: bool = False
    """Whether text, such as an id with a path, becomes its last part."""
    first: bool = False
    """Whether a list of one becomes its only element."""
    each: Any = msgspec.UNSET
    """A template for every element of a list, in which `$` is the element."""
    whole: Any = msgspec.UNSET
    """A template for one element of an array, in which `$` is the value as a whole."""
    keys: bool = False
    """Whether a list of ids becomes an object with these ids as keys."""
    single: list[str] = []
    """Where the only element of a list goes instead."""
    json: bool = False
    """Whether the value is JSON in text."""
    epoch: bool = False
    """Whether a time in RFC 3339 becomes seconds since 1970."""
    times: float = 1
    """What a number is multiplied with."""
    flags: dict[str, Any] | None = None
    """A list made of several booleans: the attribute's name to the element that it adds."""
    region: bool = False
    """Whether the value is the name of a region, which compares without blanks and case."""
    fmt: str | None = None
    """Text made of several attributes: `{account_tier}_{account_replication_type}`."""
    one: list[Rule] | None = None
    many: list[Rule] | None = None
    const: list[Const] = []
    """What the provider adds to each block, by path relative to the block's object."""
    when: dict[str, Any] | None = None
    """Conditions on attributes beside this one: a list of values, or `set`, or `unset`. Unmet, it is not configured."""
    given: dict[str, Any] | None = None
    """Conditions, as in `when`, without which the rule says nothing at all, neither a default nor `nil`."""
    partial: bool = False
    """For blocks: other rules tell the rest of their attributes."""
    only: dict[str, Any] | None = None
    """For repeated blocks: conditions, as in `when`, on the block's own attributes; others are left out."""
    pairs: list[str] = []
    """For a map: the keys under which name and value of each entry stand in an array of objects."""
    nest: str = ""
    """For repeated blocks that only hold this block: the array of their arrays."""
    entry: list[str] = []
    """Key (in which `$` is the value) and value of an entry that the attribute adds to an object, such as a tag."""
    key: str = ""
    """For blocks that become an object instead of an array: the format of their keys."""
    below: str = ""
    """The kind of parts of this resource that the value names: each name becomes an object with that part's id."""
    unread: bool = False
    """Whether what it becomes is too much to be told: a hole stands there when it is configured."""
    why: str = ""
    """Why it goes nowhere, for people."""
    flat: bool = False
    """Whether the elements join those that are in the array already, instead of replacing them."""


class Child(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A child resource that is written as part of its parent, or one that comes with it and stands beside it."""

    arm: str
    """Its type: one below the parent's, or another one at the same scope."""
    name: str
    """A format over the block's attributes; without `each`, over those of the parent."""
    map: list[Rule] = []
    const: list[Const] = []
    each: str | None = None
    """The block, or the list of names, each of which is one child; in a format `{$}` is the name."""
    when: list[str] = []
    """Without `each`: the child exists when one of these attributes is configured."""
    embed: list[str] = []
    """Where the parent lists it as well."""


class Merge(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """How a resource of Terraform is part of another resource of ARM."""

    type: str
    """The ARM type of that resource."""
    into: str = ""
    """The attribute with its id; empty: the parent in the own id."""
    append: list[str] = []
    """The array that gets the mapped object; empty: the mapped object is laid over the body."""
    items: list[str] = []
    """The array of that resource whose elements get it instead of the resource itself."""
    by: dict[str, str] = {}
    """Which of these elements: key of the element to the attribute that it must equal; empty: all of them."""


class Append(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """How a child resource is listed in its parent's body as well."""

    to: list[str]
    flat: bool = False
    """Whether the parent has the child's properties beside its name."""


class TypeMapping(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What one type of the provider becomes."""

    arm: str = ""
    """Its ARM type; empty: it has none."""
    scope: str = ""
    """What its id hangs on: `subscription`, `tenant`, or the attribute with the id it extends; `a|b`: the first set."""
    parent: str = ""
    """The attribute with its parent's id; `a|b`: the first set."""
    lift: int = 0
    """How many levels above the resource in that attribute the parent is."""
    group: str = "resource_group_name"
    """The attribute with its resource group."""
    find: dict[str, str] | None = None
    """`type` and `by`: its parent is the resource of the reading whose name stands in attribute `by`."""
    above: list[str] = []
    """Formats of the parents' names, for when the parent's id is not configured and names say it."""
    names: list[str] = msgspec.field(default_factory=lambda: ["{name}"])
    """Formats of the names that the scope or parent does not give."""
    arm_attribute: str = ""
    """The attribute with the ARM id, where `id` is something else."""
    id: str = "arm"
    """What attribute `id` is: `arm`, `=attr` (the same as another attribute), or a format that people recognise."""
    map: list[Rule] = []
    const: list[Const] = []
    children: list[Child] = []
    merge: Merge | None = None
    append: Append | None = None
    known: list[str] = []
    """Attributes that need no rule: they form the id, or ARM never gives them back."""
    present: list[str] = []
    """Computed attributes that always have a value."""

    @property
    def identifying(self) -> frozenset[str]:
        """The attributes that say which resource it is, or is part of."""
        used = {self.group, *self.parent.split("|"), *self.scope.split("|")}
        if self.find is not None:
            used.add(self.find["by"])
        for template in [*self.above, *self.names]:
            used.update(
                name for part in template.split("{")[1:] for name in part.split("}")[0].split(":")[0].split("|")
            )
        if self.merge is not None:
            used.update((self.merge.into, *self.merge.by.values()))
        return frozenset(used)


class Table:
    """The mappings of all types, decoded when they are asked for."""

    def __init__(self, raw: dict[str, msgspec.Raw]) -> None:
        self._raw = raw
        self._decoded: dict[str, TypeMapping | None] = {}
        self._decoder = msgspec.json.Decoder(TypeMapping)

    @classmethod
    def load(cls) -> Table:
        """The table that ships with the product.

        Raises:
            UnreadableError: when its file cannot be read.

        """
        return _load()

    def __iter__(self) -> Any:
        return iter(self._raw)

    def of(self, type_name: str) -> TypeMapping | None:
        """The mapping of a type, or None when there is none."""
        if type_name not in self._decoded:
            raw = self._raw.get(type_name)
            self._decoded[type_name] = None if raw is None else self._decoder.decode(raw)
        return self._decoded[type_name]


@cache
def _load() -> Table:
    path = data_file(TABLE_FILE)
    try:
        return Table(msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw]))
    except (OSError, msgspec.DecodeError) as error:
        raise UnreadableError(
            f"cannot read the data file `{path.name}`: {error}".lower(), help="install the package again"
        ) from error
