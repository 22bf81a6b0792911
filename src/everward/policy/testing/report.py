"""Test runs for people: what passed in a line, what failed with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from everward.policy.outcome import Reason
from everward.policy.testing.coverage import Coverage
from everward.policy.testing.running import Result
from everward.policy.testing.suites import SuiteRun
from everward.values import REDACTED, ProblemError, Unknown, clean

MAX_REASONS: Final = 6
"""Reasons of one result that are shown."""
MAX_VALUE: Final = 80
"""Characters of a value that are shown."""


def lines_of(runs: Sequence[SuiteRun], *, verbose: bool = False) -> Iterator[str]:
    """The report, line by line."""
    for run in runs:
        yield from _suite(run, verbose)
    yield summary(runs)


def _suite(run: SuiteRun, verbose: bool) -> Iterator[str]:
    passed = sum(case.passed for case in run.cases)
    mark = "ok  " if run.passed else "FAIL"
    yield f"{mark} {clean(run.shown)}: {passed} of {len(run.cases)} cases"
    if run.problem is not None:
        yield from problem_lines(run.problem, "     ")
    for case in run.cases:
        if case.passed:
            if verbose:
                yield f"  ok   {clean(case.case.name)}"
            continue
        yield f"  FAIL {clean(case.case.name)}"
        if case.problem is not None:
            yield from problem_lines(case.problem, "       ")
        for result in case.results:
            if not result.passed:
                yield from (f"       {line}" for line in failure_lines(result))
    if run.coverage is not None:
        yield from coverage_lines(run.coverage)


def problem_lines(problem: ProblemError, indent: str) -> Iterator[str]:
    """A problem as two lines."""
    yield f"{indent}{clean(str(problem))}"
    if problem.help:
        yield f"{indent}help: {clean(problem.help)}"


def failure_lines(result: Result) -> Iterator[str]:
    """What is not as expected of one resource, and the comparisons that made it so."""
    if result.resource:
        place = f" ({result.origin})" if result.origin is not None and result.origin.file else ""
        yield clean(f"{result.resource}{place}")
    for failure in result.failures:
        yield f"  {clean(failure)}"
    reasons = result.explanation.reasons
    for reason in reasons[:MAX_REASONS]:
        yield f"  because {reason_line(reason)}"
    if len(reasons) > MAX_REASONS:
        yield f"  and {len(reasons) - MAX_REASONS} more"


def reason_line(reason: Reason) -> str:
    """A reason as one line: path, operator, what was expected, what stands there, and where."""
    negation = "not " if reason.negated else ""
    said = reason.message or f"{reason.path} {negation}{reason.operator} {shown(reason.expected)}"
    actual = "" if reason.message else f": it is {shown(reason.actual)}"
    place = f" ({reason.origin})" if reason.origin is not None and reason.origin.file else ""
    return clean(f"{said}{actual}{place}")


def shown(value: Any) -> str:
    """A value for people, cut where it is long."""
    if value is None:
        return "absent"
    if isinstance(value, Unknown) and value.secret:
        return REDACTED
    if isinstance(value, Unknown):
        return f"unknown ({', '.join(value.decided_by) or value.reason})"
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 3]}..."


def coverage_lines(coverage: Coverage) -> Iterator[str]:
    """How many comparisons the tests have seen say both, and which not."""
    yield f"  coverage: {coverage.covered} of {coverage.total} conditions seen true and false"
    for leaf in coverage.leaves.values():
        if not leaf.covered:
            also = " (only unknown)" if leaf.unknown and not leaf.true and not leaf.false else ""
            yield f"    never {' nor '.join(leaf.missing)}: {clean(leaf.text)}{also}"
            yield f"      at {clean(leaf.path)}"


def summary(runs: Iterable[SuiteRun]) -> str:
    """One line: how many cases passed, of how many, in how many files."""
    listed = list(runs)
    total = sum(len(run.cases) for run in listed)
    passed = sum(case.passed for run in listed for case in run.cases)
    broken = sum(run.problem is not None for run in listed)
    out = f"{passed} of {total} cases passed in {len(listed)} {'file' if len(listed) == 1 else 'files'}"
    return f"{out}; {broken} could not be run" if broken else out


def as_document(runs: Iterable[SuiteRun]) -> dict[str, Any]:
    """The report for machines."""
    listed = list(runs)
    return {
        "schema": "everward/policy-test/1",
        "suites": [_suite_document(run) for run in listed],
        "summary": {
            "files": len(listed),
            "cases": sum(len(run.cases) for run in listed),
            "passed": sum(case.passed for run in listed for case in run.cases),
            "broken": sum(run.problem is not None for run in listed),
        },
    }


def _suite_document(run: SuiteRun) -> dict[str, Any]:
    return {
        "file": run.shown,
        "passed": run.passed,
        "problem": _problem(run.problem),
        "cases": [
            {
                "name": case.case.name,
                "passed": case.passed,
                "seconds": round(case.seconds, 6),
                "problem": _problem(case.problem),
                "results": [
                    {
                        "resource": result.resource,
                        "outcome": result.outcome,
                        "failures": result.failures,
                        "reasons": result.explanation.reasons,
                    }
                    for result in case.results
                ],
            }
            for case in run.cases
        ],
        "coverage": [*run.coverage.leaves.values()] if run.coverage is not None else None,
    }


def _problem(problem: ProblemError | None) -> dict[str, Any] | None:
    return {"message": str(problem), "help": problem.help} if problem is not None else None
