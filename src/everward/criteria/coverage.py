"""Which items of the guidance the criteria answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from everward.criteria.criterion import Criterion


def answered_rows(criteria: Iterable[Criterion]) -> dict[str, tuple[str, ...]]:
    """The ids of the items that are answered, each with the criteria that answer it, both in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for criterion in criteria:
        for row in criterion.rows:
            found[row].append(criterion.id)
    return {row: tuple(sorted(found[row])) for row in sorted(found, key=_place)}


def _place(row: str) -> tuple[int, str]:
    return ("IN", "ZT", "TM", "NI", "DI", "PG").index(row[:2]), row
