"""The cases that come with a criterion: those of `policy test`, judged as criteria judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from everward.criteria.judgement import CriterionPolicy
from everward.facts.analyses import add_facts
from everward.policy import EvaluationContext
from everward.policy.testing import (
    EXPECTED,
    GROUP,
    SUBSCRIPTION,
    Bench,
    Case,
    Result,
    make_resource,
    read_cases,
    with_holes,
)

__all__ = [
    "EXPECTED",
    "GROUP",
    "SUBSCRIPTION",
    "Case",
    "Result",
    "make_resource",
    "read_cases",
    "run_case",
    "with_holes",
]


def run_case(definition: Mapping[str, Any], case: Case) -> list[Result]:
    """Judge the resources of a case by the definition of a criterion, and the facts that follow from its estate.

    Raises:
        DefinitionError: when the definition or a parameter is not valid.
        ProblemError: when a resource of the case is not one.

    """

    def make(parameters: Mapping[str, Any], _context: EvaluationContext) -> CriterionPolicy:
        return CriterionPolicy.compile(definition, parameters=parameters)

    return Bench(make, derive=add_facts).run(case)
