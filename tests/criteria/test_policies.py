"""The definitions: strict, with names that exist, and every case with its verdict."""

import gzip
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from everward.criteria import Catalogue, Criterion
from everward.criteria.cases import EXPECTED, Case, read_cases, run_case
from everward.criteria.folders import FOLDER
from everward.estate import Estate, Reading, analysis_of, is_fact
from everward.facts.analyses import add_facts
from everward.policy import State, load_definition
from everward.policy.testing import estate_in

POLICIES = [criterion for criterion in Catalogue.load() if criterion.kind == "policy"]
CASES = {criterion.id: read_cases(FOLDER / criterion.id / "cases.yaml") for criterion in POLICIES}
EVERY_CASE = [
    pytest.param(criterion, case, id=f"{criterion.id}: {case.name}")
    for criterion in POLICIES
    for case in CASES[criterion.id]
]


def types_in(case: Case) -> list[str]:
    """The types of what a case says is judged."""
    judged = (*(() if case.resource is None else (case.resource,)), *case.resources)
    return [str(written["type"]).lower() for written in judged]


def estate_of(case: Case, criterion: Criterion) -> Estate:
    """The estate of a case with the facts that follow from it."""
    given, outside = estate_in(case)
    return add_facts(Estate([Reading(case.source, case.name, given, elsewhere=outside)]), criterion.policy().analyses)


def derived_types(criterion: Criterion, case: Case) -> list[str]:
    """The types of what is judged of the estate of a case."""
    if not case.estate:
        return []
    estate, policy = estate_of(case, criterion), criterion.policy()
    return [item.type_key for item in estate if policy.evaluate(item, estate).state is not State.NOT_APPLICABLE]


def rule_of(criterion: Criterion) -> dict[str, Any]:
    assert criterion.definition is not None
    rule: dict[str, Any] = criterion.definition["properties"]["policyRule"]
    return rule


@pytest.mark.parametrize(("criterion", "case"), EVERY_CASE)
def test_a_case_gets_its_verdict(criterion: Criterion, case: Case) -> None:
    assert criterion.definition is not None
    results = run_case(criterion.definition, case)
    assert results
    for result in results:
        assert result.passed, f"{result.outcome.state} {result.outcome.error or ''}"
        if case.expect == "bad":
            assert result.explanation.reasons
        if case.expect == "unknown":
            assert result.outcome.hole is not None
            assert result.outcome.hole.decided_by


@pytest.mark.parametrize("criterion", POLICIES, ids=lambda criterion: criterion.id)
def test_a_criterion_has_cases_of_each_kind(criterion: Criterion) -> None:
    kinds = [case.expect for case in CASES[criterion.id]]
    assert set(kinds) >= {"good", "bad", "unknown"}
    names = [case.name for case in CASES[criterion.id]]
    assert len(set(names)) == len(names)
    assert set(EXPECTED) >= set(kinds)


@pytest.mark.parametrize("criterion", POLICIES, ids=lambda criterion: criterion.id)
def test_every_type_of_a_criterion_has_a_bad_case(criterion: Criterion) -> None:
    """A branch that no case reaches could be wrong without anybody noticing."""
    types = criterion.policy().types
    assert types is not None
    judged = {
        (case.expect, kind)
        for case in CASES[criterion.id]
        for kind in (*types_in(case), *derived_types(criterion, case))
    }
    assert {kind for _, kind in judged} <= types
    assert {kind for expect, kind in judged if expect == "bad"} == types


@pytest.mark.parametrize("criterion", POLICIES, ids=lambda criterion: criterion.id)
def test_a_definition_is_strictly_valid(criterion: Criterion) -> None:
    path = FOLDER / criterion.id / "definition.json"
    definition = load_definition(path.read_bytes(), file=path.name, strict=True)
    assert definition.mode == "All"
    document = msgspec.json.decode(path.read_bytes())
    properties = document["properties"]
    assert document["name"] == criterion.id
    assert properties["displayName"] == criterion.title
    assert properties["description"] == criterion.why
    assert properties["policyType"] == "Custom"
    assert re.fullmatch(r"\d+\.\d+\.\d+", properties["metadata"]["version"])
    assert properties["policyRule"]["then"]["effect"] in ("audit", "auditIfNotExists")


@pytest.mark.parametrize("criterion", POLICIES, ids=lambda criterion: criterion.id)
def test_no_type_of_a_criterion_is_left_out_because_of_a_wrong_name(criterion: Criterion) -> None:
    policy = criterion.policy()
    assert policy.types
    for kind in policy.types:
        assert policy.program(kind).applies, kind


FIELD = re.compile(r"field\('([^']+)'\)")
BUILT_IN = {"type", "name", "kind", "id", "location", "fullname", "tags", "identity.type"}


def aliases_in(node: Any) -> set[str]:
    """The aliases that a definition names, as fields, in counts and in expressions."""
    found: set[str] = set()
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "field" and isinstance(value, str) and not value.startswith("["):
                found.add(value)
            found |= aliases_in(value)
    elif isinstance(node, list):
        for value in node:
            found |= aliases_in(value)
    elif isinstance(node, str):
        found |= set(FIELD.findall(node))
    return {name for name in found if name.lower() not in BUILT_IN}


@pytest.fixture(scope="module")
def published() -> dict[str, set[str]]:
    folder = os.environ.get("EVERWARD_CASES")
    if folder is None:
        pytest.skip("EVERWARD_CASES names no folder with the published aliases")
    rows: dict[str, set[str]] = defaultdict(set)
    with gzip.open(Path(folder) / "data" / "aliases.tsv.gz", "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            kind, alias, _ = line.rstrip("\n").split("\t")
            rows[alias.lower()].add(kind.lower())
    return rows


@pytest.mark.parametrize("criterion", POLICIES, ids=lambda criterion: criterion.id)
def test_aliases_are_published_for_a_type_that_is_meant(criterion: Criterion, published: dict[str, set[str]]) -> None:
    policy = criterion.policy()
    meant = set(policy.types or ())
    if policy.related_type is not None:
        meant.add(policy.related_type.lower())
    for alias in aliases_in(rule_of(criterion)):
        if analysis_of(alias) is None:
            assert published[alias.lower()] & meant, alias


@pytest.mark.parametrize("criterion", [item for item in POLICIES if item.policy().analyses], ids=lambda item: item.id)
def test_what_is_read_of_a_fact_is_a_property_of_such_facts(criterion: Criterion) -> None:
    """Any name is an alias of a fact, so a misspelt one would be absent for ever."""
    known = {
        f"{item.type}/{name}".lower()
        for case in CASES[criterion.id]
        for item in estate_of(case, criterion)
        if is_fact(item) and isinstance(item.properties, dict)
        for name in item.properties
    }
    for alias in aliases_in(rule_of(criterion)):
        if analysis_of(alias) is not None:
            assert alias.lower().partition("[")[0] in known or alias.lower().partition(".")[0] in known, alias
