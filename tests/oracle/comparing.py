"""What must hold of a case: both of the product's ways and the second evaluator agree, and holes are never guessed."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.policies import RawPaths
from tests.oracle.evaluator import verdict
from tests.oracle.making import Case, Filler

from everward.estate import Estate, Reading
from everward.policy import DefinitionError, Outcome, Policy, compile_definition, load_definition
from everward.values import is_known

FILLINGS = 6
"""Ways in which the holes of a case are filled."""
_DEFINITE = {"nonCompliant": True, "compliant": False, "notApplicable": False}
"""Whether something is wrong: what does not apply is not."""


@dataclass
class Tally:
    """What was compared."""

    cases: int = 0
    comparisons: int = 0
    states: Counter[str] = field(default_factory=Counter)


def compare(case: Case, rng: random.Random, tally: Tally) -> str | None:
    """What does not hold of a case; None when all does."""
    tally.cases += 1
    try:
        definition = load_definition(case.document, aliases=RawPaths(), strict=False)
    except DefinitionError as error:
        return f"it is refused: {error}"
    made = compile_definition(definition, case.given, aliases=RawPaths())
    outcome, problem = _both(made, case)
    tally.states[outcome.state] += 1
    if problem is not None:
        return problem
    whole = _whole(case)
    filler = Filler(rng)
    for _ in range(1 if whole else FILLINGS):
        filled = case if whole else filler.case(case)
        known = made if case.given == filled.given else compile_definition(definition, filled.given, aliases=RawPaths())
        after, problem = _both(known, filled)
        if problem is not None:
            return problem
        tally.comparisons += 1
        wanted = verdict(definition, _lower(filled.given), filled.subject, filled.others)
        if after.state != wanted:
            return f"`{after.state}` ({after.error}), by the second evaluator `{wanted}`\n{_show(filled)}"
        # A hole may turn out to be what a function or an ordering fails on.
        if outcome.state in _DEFINITE and wanted in _DEFINITE and _DEFINITE[outcome.state] != _DEFINITE[wanted]:
            return f"`{outcome.state}` with holes, `{wanted}` once filled\n{_show(case)}\n{_show(filled)}"
    return None


def _both(policy: Policy, case: Case) -> tuple[Outcome, str | None]:
    estate = Estate([Reading("terraform", "here", [case.subject, *case.others])])
    fast = policy.evaluate(case.subject, estate)
    slow = policy.explain(case.subject, estate).outcome
    if (fast.state, fast.effect) != (slow.state, slow.effect):
        return fast, f"`{fast.state}` by `evaluate`, `{slow.state}` by `explain`\n{_show(case)}"
    return fast, None


def _whole(case: Case) -> bool:
    resources = (case.subject, *case.others)
    whole = all(is_known(item.body) and not item.opaque and item.condition is True for item in resources)
    return whole and "{" not in case.subject.id and "open" in case.given


def _lower(given: dict[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in given.items()}


def _show(case: Case) -> str:
    rows = [
        f"{item.id} opaque={item.opaque} condition={item.condition} {item.body}"
        for item in (case.subject, *case.others)
    ]
    return "\n".join([str(case.document["policyRule"]), str(case.given), *rows])
