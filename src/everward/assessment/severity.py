"""The order of severities: how bad a finding is, worst first."""

from __future__ import annotations

from typing import Final

SEVERITIES: Final = ("critical", "high", "medium", "low", "info")
"""Worst first. `info` never means that something must be done."""

LEVELS: Final = ("high", "medium", "low", "none")
"""Confidence in a criterion, and the weight of an effect on availability, integrity or confidentiality."""


def severity_rank(severity: str) -> int:
    """The place of a severity in the order, 0 for the worst; a word that is none comes last."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def level_rank(level: str | None) -> int:
    """The place of a level in the order, 0 for the heaviest; a word that is none comes last."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def at_or_above(severity: str, threshold: str) -> bool:
    """Whether a severity is at least as bad as a threshold."""
    return severity_rank(severity) <= severity_rank(threshold)
