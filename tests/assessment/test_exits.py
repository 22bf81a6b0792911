"""Exit codes: incomplete before findings, findings by threshold, unknown values never."""

import pytest
from tests.assessment.sample import VAULT, about, criterion, estate, judged, purge, unset, vault

from everward.assessment import NEVER, SEVERITIES, Exit, at_or_above, decide_exit, severity_rank
from everward.assessment.severity import confidence_rank, weight_rank
from everward.estate import Unresolved

GAP = Unresolved("module.x", "not here", incomplete=True)
VALUE = Unresolved("var.a", "variable without value")


@pytest.mark.parametrize(
    ("severity", "fail_on", "expected"),
    [
        ("high", "high", 1),
        ("critical", "high", 1),
        ("medium", "high", 0),
        ("medium", "medium", 1),
        ("info", "info", 1),
        ("critical", NEVER, 0),
    ],
)
def test_findings_at_or_above_the_threshold(severity: str, fail_on: str, expected: int) -> None:
    given = judged(estate(vault("a"), unresolved=[VALUE]), purge(severity=severity))
    assert decide_exit(given, fail_on=fail_on, allow_incomplete=False) == expected


@pytest.mark.parametrize(("allowed", "expected"), [(False, Exit.INCOMPLETE), (True, Exit.FINDINGS)])
def test_what_may_be_missing_comes_first_unless_allowed(allowed: bool, expected: Exit) -> None:
    given = judged(estate(vault("a"), unresolved=[GAP]), purge())
    assert decide_exit(given, fail_on="high", allow_incomplete=allowed) is expected
    assert GAP in given.unresolved


def test_incomplete_and_allowed_without_findings_is_clean() -> None:
    given = judged(estate(unresolved=[GAP]), purge())
    assert decide_exit(given, fail_on="high", allow_incomplete=True) is Exit.CLEAN


@pytest.mark.parametrize("allowed", [False, True])
def test_a_criterion_that_could_not_be_evaluated_is_never_forgiven(allowed: bool) -> None:
    broken = criterion("broken", about(VAULT, {"value": "[substring('a', 5)]", "equals": "x"}))
    given = judged(estate(vault("a")), broken, purge())
    assert given.summary.error == 1
    assert decide_exit(given, fail_on="high", allow_incomplete=allowed) is Exit.INCOMPLETE


def test_unknown_values_alone_are_no_failure() -> None:
    read = estate(vault("a", body={"properties": {"enablePurgeProtection": unset("var.a")}}), unresolved=[VALUE])
    given = judged(read, purge())
    assert given.summary.unknown == 1
    assert decide_exit(given, fail_on="info", allow_incomplete=False) is Exit.CLEAN


def test_orders() -> None:
    assert [severity_rank(word) for word in (*SEVERITIES, "odd")] == [0, 1, 2, 3, 4, 5]
    assert [confidence_rank(word) for word in ("high", "medium", "low", "odd")] == [0, 1, 2, 3]
    assert [weight_rank(word) for word in ("severe", "moderate", "low", "none", None)] == [0, 1, 2, 3, 4]
    assert at_or_above("critical", "high")
    assert not at_or_above("low", "medium")
