"""Whether a condition as it is written holds."""

from __future__ import annotations

from everward.facts.access.conditions.evaluate import Context, evaluate
from everward.facts.access.conditions.parser import ConditionError, parse_condition
from everward.values import Truth, Unknown


def condition_holds(text: str, context: Context) -> Truth:
    """Whether a condition holds. One that cannot be read is a hole: Azure would not have taken it."""
    try:
        return evaluate(parse_condition(text), context)
    except ConditionError as error:
        return Unknown(reason=f"the condition cannot be read: {error.message}", decided_by=(text[:80],))
