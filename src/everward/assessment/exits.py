"""The exit codes, and which of them an assessment deserves."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from everward.assessment.model import Assessment
from everward.assessment.severity import at_or_above

NEVER: Final = "never"
"""The threshold that no finding reaches."""


class Exit(IntEnum):
    """What the process says when it ends."""

    CLEAN = 0
    FINDINGS = 1
    """Findings at or above the threshold."""
    USAGE = 2
    """An option, id or path that does not exist."""
    INCOMPLETE = 3
    """Something that was asked for could not be read, or a criterion could not be evaluated."""
    INTERNAL = 4
    """A fault of the program."""
    EXTERNAL = 5
    """An external service failed."""


def decide_exit(assessment: Assessment, *, fail_on: str, allow_incomplete: bool) -> Exit:
    """The exit code of an assessment.

    An assessment that may have missed a resource is not a pass and not a fail, so that comes first; the user may
    allow it, and then findings decide. What was to be judged and could not be is nothing that the user could allow.
    Unknown property values are verdicts: they do not make it incomplete.
    """
    if assessment.summary.error:
        return Exit.INCOMPLETE
    if not assessment.summary.complete and not allow_incomplete:
        return Exit.INCOMPLETE
    if fail_on != NEVER and any(at_or_above(finding.severity, fail_on) for finding in assessment.findings):
        return Exit.FINDINGS
    return Exit.CLEAN
