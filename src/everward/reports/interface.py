"""What a form of report must offer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from everward.assessment import Assessment, Evidence
from everward.estate import Estate


@dataclass(frozen=True, slots=True)
class Look:
    """How a report for people may look."""

    width: int = 80
    """Columns."""
    colour: bool = False
    """Whether ANSI colours are welcome."""
    full: bool = False
    """Whether long lists are shown whole."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made from."""

    assessment: Assessment
    estate: Estate
    look: Look = Look()
    evidence: Evidence | None = None
    """Explains verdicts whose reasons were not needed yet; without it they stay as they are."""


class Report(ABC):
    """A form in which an assessment is written down."""

    name: str
    """What it is asked for by: `-o NAME`."""

    @abstractmethod
    def render(self, material: Material) -> Iterator[bytes]:
        """The report in UTF-8, piece by piece: a large one is never held whole."""
