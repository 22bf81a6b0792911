"""The rules of lint: an id that stays, a severity, a title, and a function that finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from everward.policy.aliases import Aliases
from everward.policy.lint.document import Document
from everward.policy.lint.remark import Complaint, Severity

if TYPE_CHECKING:
    from everward.policy.lint.known import Known


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules know besides the document."""

    aliases: Aliases
    known: Known | None = None
    """Definitions to compare with and to look references up in; without them some rules find nothing."""


Finder: TypeAlias = Callable[[Document, Surroundings], Iterator[Complaint]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of lint."""

    id: str
    severity: Severity
    title: str
    """What must hold, as one line."""
    find: Finder
    kinds: frozenset[str] = field(default_factory=lambda: frozenset({"definition", "rule"}))
    """The kinds of documents that it looks at."""


RULES: Final[dict[str, Rule]] = {}
"""Every rule by its id, in the order of registration."""

BOTH: Final = ("definition", "rule", "initiative")


def rule(id: str, severity: Severity, title: str, *kinds: str) -> Callable[[Finder], Finder]:
    """Register the decorated function as a rule."""

    def register(find: Finder) -> Finder:
        RULES[id] = Rule(id, severity, title, find, frozenset(kinds or ("definition", "rule")))
        return find

    return register
