"""Tests of policies: cases written beside a definition, run against it, with coverage of its conditions."""

from everward.policy.testing.cases import (
    EXPECTED,
    Case,
    CaseContext,
    Expectation,
    ExpectedChange,
    Selection,
    Suite,
    load_yaml,
    read_cases,
    read_suite,
)
from everward.policy.testing.coverage import Coverage, LeafCoverage
from everward.policy.testing.running import Bench, Result, estate_in, make_context
from everward.policy.testing.suites import CaseRun, SuiteRun, find_tests, run_suite
from everward.policy.testing.written import GROUP, SUBSCRIPTION, make_resource, with_holes

__all__ = [
    "EXPECTED",
    "GROUP",
    "SUBSCRIPTION",
    "Bench",
    "Case",
    "CaseContext",
    "CaseRun",
    "Coverage",
    "Expectation",
    "ExpectedChange",
    "LeafCoverage",
    "Result",
    "Selection",
    "Suite",
    "SuiteRun",
    "estate_in",
    "find_tests",
    "load_yaml",
    "make_context",
    "make_resource",
    "read_cases",
    "read_suite",
    "run_suite",
    "with_holes",
]
