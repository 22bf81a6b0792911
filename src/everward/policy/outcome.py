"""What judgement says: states, outcomes, and the reasons behind them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from everward.values import Origin, Unknown


class State(StrEnum):
    """The verdict of one definition on one subject. A failure of the tool is never a pass."""

    COMPLIANT = "compliant"
    NON_COMPLIANT = "nonCompliant"
    UNKNOWN = "unknown"
    """Not decided: the outcome's hole says what would decide it."""
    NOT_APPLICABLE = "notApplicable"
    EXEMPT = "exempt"
    CONFLICTING = "conflicting"
    PROTECTED = "protected"
    MANUAL = "manual"
    """Waits for an attestation."""
    ERROR = "error"


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The verdict of one policy on one resource."""

    state: State
    effect: str = ""
    """The effect that the policy has, as the language spells it; empty when the effect itself is not decided."""
    hole: Unknown | None = None
    """Why the state is unknown, and what would decide it."""
    error: str | None = None
    """What failed, when the state is `error`."""


class Reason(msgspec.Struct, frozen=True, rename="camel"):
    """One comparison that decided the verdict."""

    path: str
    """Where in the resource: `properties.networkAcls.defaultAction`; a field's name, or an expression."""
    operator: str
    """The operator, `count OPERATOR` for a count, or `exists` for a related resource."""
    expected: Any
    """What it was compared with."""
    actual: Any
    """What stands there: null when nothing does."""
    origin: Origin | None = None
    """The place in the source."""
    negated: bool = False
    """Whether the comparison stands under an odd number of `not`."""
    message: str | None = None
    """In words, where the comparison alone does not say it."""
    resource: str | None = None
    """The id of the resource that was compared, when it is another than the one judged."""


class Explanation(msgspec.Struct, frozen=True, rename="camel"):
    """An outcome and the comparisons that decided it."""

    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
