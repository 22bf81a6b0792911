"""The facts that judging needs: those of the analyses that some criterion reads, and no others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from everward.estate import Estate
from everward.values import ProblemError

if TYPE_CHECKING:
    from everward.criteria import Criterion


def add_needed_facts(estate: Estate, criteria: Iterable[Criterion]) -> Estate:
    """The estate with the facts that criteria read; the estate itself when they read none, or it has them.

    INVARIANT: an analysis runs when, and only when, a type, a field, a value or a parameter of some criterion names
    a type of its facts. A criterion is never judged without the facts that it reads: it would find nothing to judge,
    and that looks like a pass.
    """
    from everward.facts.analyses import add_facts

    names: set[str] = set()
    for criterion in criteria:
        if criterion.kind != "policy":
            continue
        try:
            names |= criterion.policy().analyses
        except ProblemError:
            # Judging by it says what is wrong with it.
            continue
    return add_facts(estate, names) if names else estate
