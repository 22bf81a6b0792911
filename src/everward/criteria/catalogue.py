"""The catalogue of criteria, as it is shipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import msgspec

from everward.criteria.criterion import Criterion
from everward.values import UsageError

COMPILED: Final = Path(__file__).resolve().parent / "catalogue.json"
"""All criteria in one file, which a target of the Makefile makes from their folders."""


class Catalogue:
    """Criteria in the order of the guidance's chapters, and by id in each."""

    def __init__(self, criteria: Iterable[Criterion]) -> None:
        self._criteria = {criterion.id: criterion for criterion in criteria}

    @classmethod
    def load(cls, only: Sequence[str] | None = None, edition: str | None = None) -> Catalogue:
        """The shipped criteria: all of them, those with the ids `only`, or those of an edition of the guidance.

        Raises:
            UsageError: when an id does not exist.

        """
        # One file, because reading forty YAML files would cost more than judging by them.
        every = cls(msgspec.json.decode(COMPILED.read_bytes(), type=list[Criterion]))
        chosen = every if only is None else every.select(only)
        if edition is None:
            return chosen
        return cls(criterion for criterion in chosen if edition in criterion.editions)

    def select(self, ids: Iterable[str]) -> Catalogue:
        """The criteria with these ids, in the order of the catalogue.

        Raises:
            UsageError: when an id does not exist, with the ones that look like it.

        """
        wanted = set(ids)
        for unknown in sorted(wanted - self._criteria.keys()):
            near = get_close_matches(unknown, self._criteria, n=3)
            meant = f"did you mean {' or '.join(f'`{name}`' for name in near)}? " if near else ""
            raise UsageError(f"there is no criterion `{unknown}`", help=f"{meant}`everward criteria list` shows all")
        return Catalogue(criterion for criterion in self if criterion.id in wanted)

    def get(self, criterion_id: str) -> Criterion | None:
        """The criterion with this id."""
        return self._criteria.get(criterion_id)

    def __iter__(self) -> Iterator[Criterion]:
        return iter(self._criteria.values())

    def __len__(self) -> int:
        return len(self._criteria)

    def __contains__(self, criterion_id: object) -> bool:
        return criterion_id in self._criteria
