"""SARIF 2.1.0. Its published schema is not part of any package here: `EVERWARD_SARIF_SCHEMA` names a copy of it."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.reports.sample import HOSTILE, assessment, estate, finding

from everward.assessment import Assessment
from everward.estate import Estate
from everward.reports import Material, report
from everward.reports.sarif import as_uri
from everward.values import Origin


def sarif(given: Assessment) -> Any:
    return json.loads(b"".join(report("sarif").render(Material(given, Estate([])))))


FINDINGS = (
    finding(0, "critical"),
    finding(1, "info", origin=Origin("inventory", address="/x"), fix={}, cheapest="", availability="", why=""),
    finding(2, "medium", criterion="key-vault-purge-protection-0", origin=Origin("terraform", f"{HOSTILE}.tf", 3)),
)


def test_the_published_schema_holds() -> None:
    named = os.environ.get("EVERWARD_SARIF_SCHEMA")
    if not named:
        pytest.skip("EVERWARD_SARIF_SCHEMA does not name the schema of SARIF 2.1.0")
    schema = json.loads(Path(named).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for given in (assessment(*FINDINGS), assessment()):
        validator.validate(sarif(given))


def test_what_the_format_requires_is_there() -> None:
    document = sarif(assessment(*FINDINGS))
    assert document["version"] == "2.1.0"
    assert document["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = document["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "Everward"
    assert re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        for location in [*result["locations"], *result.get("relatedLocations", [])]:
            physical = location.get("physicalLocation")
            if physical is not None:
                assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", physical["artifactLocation"]["uri"])
                assert physical.get("region", {"startLine": 1})["startLine"] >= 1
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert rule["properties"]["precision"] in ("high", "medium", "low")


def test_severities_map_to_levels_and_one_rule_serves_all_its_findings() -> None:
    (run,) = sarif(assessment(*FINDINGS))["runs"]
    assert [result["level"] for result in run["results"]] == ["error", "note", "warning"]
    assert len(run["tool"]["driver"]["rules"]) == 2
    help_text = run["tool"]["driver"]["rules"][0]["help"]["text"]
    assert "purge_protection_enabled = true" in help_text
    assert "Trade-off: T." in help_text


def test_all_instances_and_other_places_are_related_locations() -> None:
    result = sarif(assessment(finding()))["runs"][0]["results"][0]
    names = [
        location["logicalLocations"][0]["fullyQualifiedName"]
        for location in result["relatedLocations"]
        if "logicalLocations" in location
    ]
    assert len(names) == 4
    assert 'module.stamp["westus3"].azurerm_key_vault.stamp' in names
    assert result["relatedLocations"][-1]["physicalLocation"]["artifactLocation"]["uri"] == "other.tf"
    assert "and 4 more resources" in result["message"]["text"]


def test_no_location_stands_twice_and_there_are_not_too_many() -> None:
    many = tuple(Origin("inventory", "all.json", 1) for _ in range(500))
    same = finding(resources=tuple(f"/r/{number // 2}" for number in range(500)), locations=many)
    (result,) = sarif(assessment(same))["runs"][0]["results"]
    places = [json.dumps(location) for location in result["relatedLocations"]]
    assert len(places) == len(set(places)) == 200
    assert len(result["properties"]["resources"]) == 500


def test_fingerprints_survive_moved_lines() -> None:
    moved = finding(0, origin=Origin("terraform", "modules/stamp/key vault.tf", 99))
    one, two = (
        sarif(assessment(given))["runs"][0]["results"][0]["partialFingerprints"] for given in (finding(0), moved)
    )
    assert one == two == {"everwardFinding/v1": "0" * 16}


def test_what_could_not_be_read_is_a_notification() -> None:
    (invocation,) = sarif(assessment())["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    said = {item["descriptor"]["id"]: item for item in invocation["toolExecutionNotifications"]}
    assert set(said) == {"incomplete-input", "unresolved-input", "criterion-error", "unknown-verdicts"}
    assert said["incomplete-input"]["level"] == "error"
    assert said["incomplete-input"]["locations"][0]["physicalLocation"]["region"]["startLine"] == 44
    assert "decided by `var.access`" in said["unresolved-input"]["message"]["text"]
    assert "first give `var.stamps`" in said["unknown-verdicts"]["message"]["text"]


def test_a_complete_clean_run_says_so() -> None:
    clean = assessment(unresolved=(), verdicts=(), needs=(), unknown=0, complete=True)
    (run,) = sarif(clean)["runs"]
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True}]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a b/c.tf", "a%20b/c.tf"),
        ("../x.tf", "../x.tf"),
        ("/abs/x.tf", "file:///abs/x.tf"),
        ("a:b.tf", "a%3Ab.tf"),
        ("\udc80.tf", "%80.tf"),
    ],
)
def test_paths_are_uri_references(file: str, uri: str) -> None:
    assert as_uri(file) == uri


def test_the_sample_has_the_estate_that_its_findings_name() -> None:
    assert all(estate().find(resource) for resource in finding().resources)
