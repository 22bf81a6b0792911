"""Test runs in the form that build servers read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from everward.policy.testing.report import failure_lines
from everward.policy.testing.suites import CaseRun, SuiteRun

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold."""


def junit(runs: Iterable[SuiteRun]) -> Iterator[bytes]:
    """A JUnit document: a suite a test file, a test a case; what could not be run is an error."""
    listed = list(runs)
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for run in listed:
        cases = run.cases
        failures = sum(not case.passed and case.problem is None for case in cases)
        errors = sum(case.problem is not None for case in cases) + (run.problem is not None)
        seconds = sum(case.seconds for case in cases)
        head = f'  <testsuite name={_attribute(run.shown)} tests="{len(cases) + (run.problem is not None)}"'
        yield f'{head} failures="{failures}" errors="{errors}" time="{seconds:.3f}">\n'.encode()
        if run.problem is not None:
            yield from _error("(the file)", run.shown, str(run.problem), run.problem.help)
        for case in cases:
            yield from _case(run, case)
        yield b"  </testsuite>\n"
    yield b"</testsuites>\n"


def _case(run: SuiteRun, case: CaseRun) -> Iterator[bytes]:
    if case.problem is not None:
        yield from _error(case.case.name, run.shown, str(case.problem), case.problem.help)
        return
    head = f"    <testcase classname={_attribute(run.shown)} name={_attribute(case.case.name)}"
    if case.passed:
        yield f'{head} time="{case.seconds:.3f}"/>\n'.encode()
        return
    lines = [line for result in case.results if not result.passed for line in failure_lines(result)]
    first = next(failure for result in case.results for failure in result.failures)
    yield f'{head} time="{case.seconds:.3f}">\n      <failure message={_attribute(first)}>'.encode()
    yield f"{_text(chr(10).join(lines))}</failure>\n    </testcase>\n".encode()


def _error(name: str, suite: str, message: str, help: str | None) -> Iterator[bytes]:
    yield f"    <testcase classname={_attribute(suite)} name={_attribute(name)}>\n".encode()
    yield f"      <error message={_attribute(message)}>{_text(help or message)}</error>\n    </testcase>\n".encode()


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))
