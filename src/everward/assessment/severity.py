"""The order of severities: how bad a finding is, worst first."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
Confidence: TypeAlias = Literal["high", "medium", "low"]
Weight: TypeAlias = Literal["severe", "moderate", "low", "none"]

SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low", "info")
"""Worst first. `info` never means that something must be done."""

LEVELS: Final[tuple[Confidence, ...]] = ("high", "medium", "low")
"""Confidence in a criterion."""

WEIGHTS: Final[tuple[Weight, ...]] = ("severe", "moderate", "low", "none")
"""Weight of an effect on availability, integrity or confidentiality."""


def severity_rank(severity: str) -> int:
    """The place of a severity in the order, 0 for the worst; a word that is none comes last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def confidence_rank(level: str) -> int:
    """The place of a confidence in the order, 0 for the highest; a word that is none comes last."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def weight_rank(weight: str | None) -> int:
    """The place of a weight in the order, 0 for the heaviest; a word that is none comes last."""
    return WEIGHTS.index(weight) if weight in WEIGHTS else len(WEIGHTS)


def at_or_above(severity: str, threshold: str) -> bool:
    """Whether a severity is at least as bad as a threshold."""
    return severity_rank(severity) <= severity_rank(threshold)
