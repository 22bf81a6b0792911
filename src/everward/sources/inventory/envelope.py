"""The forms in which exports wrap their rows: one object, a list, `value`, `data`, columns with rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from everward.sources.inventory.armid import is_arm_id
from everward.sources.inventory.kinds import kind_of
from everward.sources.inventory.kinds.azgovviz import rows_of_tree
from everward.values import Step, try_parse_id

_WRAPPERS: Final = ("value", "data", "records", "resources", "PolicyAssignment")
"""Members that hold rows: of ARM and Resource Graph, of stored logs, of other exports, of AzGovViz."""
_TREE: Final = "Tenant"
"""The member that a hierarchy of AzGovViz begins with."""
_MORE: Final = ("skip_token", "$skipToken", "skipToken", "nextLink", "@odata.nextLink")
_MAX_WRAPPING = 4
_DEFINITIONS: Final = (
    "microsoft.authorization/policydefinitions",
    "microsoft.authorization/policysetdefinitions",
)

Opener = Callable[[Any], Any]
"""Gives one level of a value: itself when it is decoded, its parts when it is raw."""


@dataclass(slots=True)
class Page:
    """The rows of one document."""

    rows: list[Any]
    columns: list[str] | None = None
    """In the form of a table: the name of each position of a row."""
    more: bool = False
    """Whether the service holds further rows that are not in this document."""
    total: int | None = None
    """How many rows the query has in all, where the document says so."""
    steps: tuple[str, ...] = field(default=())
    """The keys that lead to the rows."""
    single: bool = False
    """Whether the document is itself the only row."""
    ways: list[tuple[Step, ...]] | None = None
    """Where each row stands in the document, when that is not one list."""


def keep(value: Any) -> Any:
    """The opener of decoded values."""
    return value


_RAW_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_RAW_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def split(raw: msgspec.Raw) -> Any:
    """The opener of raw values: the parts of an array or object, still raw, or the scalar itself.

    Raises:
        msgspec.DecodeError: when it is not strict JSON.

    """
    start = bytes(memoryview(raw)[:64]).lstrip()[:1]
    if start == b"[":
        return _RAW_LIST.decode(raw)
    if start == b"{":
        return _RAW_OBJECT.decode(raw)
    return msgspec.json.decode(raw)


def unwrap(document: Any, open: Opener = keep) -> Page | None:
    """Find the rows in a document, or None when it has none of the known forms. With `split` the rows stay raw."""
    page = Page([])
    current = document
    for _ in range(_MAX_WRAPPING):
        opened = open(current)
        if isinstance(opened, list):
            page.rows = opened
            return page
        if not isinstance(opened, dict):
            return None
        if is_arm_id(open(opened["id"]) if "id" in opened else None) or kind_of(opened) is not None:
            page.rows, page.single = [current], True
            return page
        if _by_id(page, opened) or _by_hierarchy(page, opened):
            return page
        _read_paging(page, opened, open)
        key = _wrapper_of(page, opened, open)
        if key is None:
            return None
        page.steps += (key,)
        current = opened[key]
    return None


def _by_id(page: Page, opened: dict[str, Any]) -> bool:
    """An object whose names are the ids of what it holds."""
    if not opened or not all(map(is_arm_id, opened)):
        return False
    page.rows = list(opened.values())
    page.ways = [(*page.steps, name) for name in opened]
    return True


def _by_hierarchy(page: Page, opened: dict[str, Any]) -> bool:
    if len(opened) != 1 or _TREE not in opened:
        return False
    tree = opened[_TREE]
    found = rows_of_tree(msgspec.json.decode(tree) if isinstance(tree, msgspec.Raw) else tree)
    page.rows = [row for _, row in found]
    page.ways = [(_TREE, *way) for way, _ in found]
    return bool(found)


def _wrapper_of(page: Page, opened: dict[str, Any], open: Opener) -> str | None:
    if "columns" in opened and "rows" in opened:
        names = [_column_name(open(column), open) for column in _listed(open(opened["columns"]))]
        page.columns = names
        return "rows" if isinstance(open(opened["rows"]), list) else None
    if "$schema" in opened:
        # A template has `resources` too, and they are not there yet.
        return None
    return next((key for key in _WRAPPERS if key in opened), None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _column_name(column: Any, open: Opener) -> str:
    name = open(column["name"]) if isinstance(column, dict) and "name" in column else column
    return name if isinstance(name, str) else ""


def _read_paging(page: Page, opened: dict[str, Any], open: Opener) -> None:
    for key in _MORE:
        if key in opened and open(opened[key]):
            page.more = True
    for key in ("total_records", "totalRecords"):
        total = open(opened[key]) if key in opened else None
        if isinstance(total, int):
            page.total = total
    if "resultTruncated" in opened and open(opened["resultTruncated"]) in (True, "true"):
        page.more = True


def named_row(row: Any, columns: Sequence[str] | None) -> Any:
    """A row of a table as an object; any other row as it is."""
    if columns is None or not isinstance(row, list) or len(row) != len(columns):
        return row
    return dict(zip(columns, row, strict=True))


def looks_like_resource(row: Any) -> bool:
    """Whether a row is one of an inventory: an ARM id with a type, properties or a region beside it, or a known kind.

    Policy definitions look the same, but a file that holds nothing else is a library, not an inventory.
    """
    if not isinstance(row, dict) or "$schema" in row:
        return False
    kind = kind_of(row)
    if kind is not None:
        return kind.certain is None or kind.certain(row)
    if not is_arm_id(row.get("id")):
        return False
    given = row.get("type")
    if isinstance(given, str) and "/" in given:
        return given.lower() not in _DEFINITIONS
    parsed = try_parse_id(row["id"])
    return parsed is not None and parsed.type.lower() not in _DEFINITIONS and ("properties" in row or "location" in row)


def children_of(row: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """The children that some ARM bodies carry in `resources`, with their positions."""
    below = row.get("resources")
    if isinstance(below, list):
        yield from enumerate(below)
