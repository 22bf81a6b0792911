"""Compares answers, and says what was compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.interop import ours
from tests.interop.accepted import reason
from tests.interop.answers import Answer, dump, to_json
from tests.interop.corpus import Case, functions_in


@dataclass(slots=True)
class Comparison:
    """What came of it."""

    cases: int = 0
    values: int = 0
    """Cases in which both give a value."""
    errors: int = 0
    """Cases in which both give none."""
    functions: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    disagreements: list[tuple[Case, Answer, Answer]] = field(default_factory=list)


def compare(cases: Sequence[Case], answers: Iterable[Answer], folder: Path) -> Comparison:
    """Our answers beside Terraform's."""
    result = Comparison()
    for case, theirs in zip(cases, answers, strict=True):
        own = ours.ask(case.expression, folder)
        result.cases += 1
        result.functions.update(functions_in(case.expression))
        if own == theirs:
            result.values += theirs.state == "known"
            result.errors += theirs.state == "error"
            continue
        why = reason(case, theirs, own, folder)
        if why is None:
            result.disagreements.append((case, theirs, own))
        else:
            result.accepted[why] += 1
    return result


def shown(answer: Answer) -> str:
    """An answer in a line."""
    return dump(to_json(answer))[:2000]
