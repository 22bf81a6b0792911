"""Running test files: verdicts, requests, workloads, failures that explain."""

import json
from pathlib import Path
from typing import Any

import pytest

from everward.policy import Outcome, Reason, State
from everward.policy.testing import find_tests, make_context, run_suite, with_holes
from everward.policy.testing.cases import CaseContext
from everward.policy.testing.junit import junit
from everward.policy.testing.report import as_document, lines_of, reason_line, shown, summary
from everward.policy.testing.running import differences
from everward.policy.testing.suites import SuiteRun, is_test_file
from everward.policy.testing.watching import changes, snapshot
from everward.values import Origin, ProblemError, Unknown, UsageError

STORAGE = "Microsoft.Storage/storageAccounts"
READER = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
MODIFY: dict[str, Any] = {
    "name": "tls",
    "properties": {
        "displayName": "Storage uses TLS 1.2",
        "mode": "Indexed",
        "parameters": {"effect": {"type": "String", "defaultValue": "Modify", "allowedValues": ["Modify", "Deny"]}},
        "policyRule": {
            "if": {
                "allOf": [
                    {"field": "type", "equals": STORAGE},
                    {"field": f"{STORAGE}/minimumTlsVersion", "notEquals": "TLS1_2"},
                ]
            },
            "then": {
                "effect": "[parameters('effect')]",
                "details": {
                    "roleDefinitionIds": [READER],
                    "operations": [
                        {"operation": "addOrReplace", "field": f"{STORAGE}/minimumTlsVersion", "value": "TLS1_2"},
                        {"operation": "add", "field": "tags.mended", "value": "yes"},
                    ],
                },
            },
        },
    },
}
OLD = {"type": STORAGE, "name": "st1", "location": "uksouth", "properties": {"minimumTlsVersion": "TLS1_0"}}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "tls.json").write_text(json.dumps(MODIFY, indent=2), encoding="utf-8")
    return tmp_path


def run(folder: Path, *cases: Any, coverage: bool = False, **more: Any) -> SuiteRun:
    path = folder / "tls.test.yaml"
    path.write_text(json.dumps({"cases": list(cases), **more}), encoding="utf-8")
    return run_suite(path, coverage=coverage)


def failures(folder: Path, expect: Any, resource: Any = OLD, **more: Any) -> list[str]:
    (case,) = run(folder, {"name": "n", "resource": resource, "expect": expect, **more}).cases
    assert case.problem is None
    return [failure for result in case.results for failure in result.failures]


def test_what_comes_out_as_expected_passes(here: Path) -> None:
    changes = [
        {"path": "properties.minimumTlsVersion", "kind": "replace", "before": "TLS1_0", "after": "TLS1_2"},
        {"path": "tags.mended", "after": "yes"},
    ]
    expect = {
        "state": "bad",
        "effect": "modify",
        "request": "allowed",
        "changes": changes,
        "reasons": ["properties.minimumTlsVersion"],
    }
    assert failures(here, expect) == []
    assert failures(here, {"request": "denied", "changes": [], "deploys": False}, parameters={"effect": "Deny"}) == []
    hole = {"$unknown": {"reason": "no value", "decidedBy": ["var.tls"]}}
    waiting = {**OLD, "properties": {"minimumTlsVersion": hole}}
    assert failures(here, {"state": "unknown", "decidedBy": ["var.tls"]}, waiting) == []


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("good", "expected compliant, got nonCompliant"),
        ({"effect": "audit"}, "expected the effect audit, got modify"),
        ({"message": "x"}, "expected an error with `x`, got none"),
        ({"decidedBy": ["var.x"]}, "expected to wait for var.x, not for anything"),
        ({"reasons": ["sku.name"]}, "expected sku.name among the reasons"),
        ({"request": "denied"}, "expected the request to be denied, it is allowed"),
        ({"changes": []}, 'a change that was not expected: ~ properties.minimumTlsVersion: "TLS1_0" -> "TLS1_2"'),
        ({"changes": [{"path": "sku.name"}]}, "expected a change of sku.name, there is none"),
        (
            {"changes": [{"path": "tags.mended", "after": "no"}]},
            'expected another change of tags.mended, got + tags.mended: "yes"',
        ),
        (
            {"changes": [{"path": "tags.mended", "kind": "remove"}]},
            'expected another change of tags.mended, got + tags.mended: "yes"',
        ),
        ({"deploys": True}, "expected a deployment, there is none"),
        ({"deploys": {"properties": {}}}, "expected a deployment, there is none"),
    ],
)
def test_what_comes_out_otherwise_is_told(here: Path, expect: Any, message: str) -> None:
    assert message in failures(here, expect)


def test_deployments_are_compared_in_part(here: Path) -> None:
    deploying = json.loads(json.dumps(MODIFY))
    template = {"resources": [], "parameters": {"n": {"type": "string"}}}
    deploying["properties"]["policyRule"]["then"] = {
        "effect": "deployIfNotExists",
        "details": {
            "type": "Microsoft.Insights/diagnosticSettings",
            "roleDefinitionIds": [READER],
            "deployment": {
                "properties": {
                    "mode": "incremental",
                    "template": template,
                    "parameters": {"n": {"value": "[field('name')]"}},
                }
            },
        },
    }
    del deploying["properties"]["parameters"]
    (here / "tls.json").write_text(json.dumps(deploying), encoding="utf-8")
    assert (
        failures(
            here,
            {"state": "bad", "deploys": {"properties": {"mode": "Incremental", "parameters": {"n": {"value": "st1"}}}}},
        )
        == []
    )
    (message,) = failures(here, {"deploys": {"properties": {"parameters": {"n": {"value": "st2"}}}}})
    assert message == "the deployment: expected st2 at properties.parameters.n.value, got st1"
    assert failures(here, {"deploys": False}) == ["expected no deployment, there is one"]


def test_values_are_compared_in_part() -> None:
    assert differences({"a": 1}, {"A": 1, "b": 2}, "") == []
    assert differences({"a": {"b": 1}}, {"a": {}}, "") == ["expected a.b, there is none"]
    assert differences(1, True, "x") == ["expected 1 at x, got True"]
    assert differences([1], Unknown(reason="no value"), "") == ["expected [1] at the top, got unknown: no value"]


def test_time_and_request_are_those_of_the_case(here: Path) -> None:
    document = json.loads(json.dumps(MODIFY))
    document["properties"]["policyRule"]["if"] = {"value": "[utcNow()]", "like": "2026-01-31*"}
    (here / "tls.json").write_text(json.dumps(document), encoding="utf-8")
    assert failures(here, "bad", context={"now": "2026-01-31T10:00:00+00:00"}) == []
    assert failures(here, "good", context={"now": "2026-02-01T10:00:00+00:00"}) == []
    (case,) = run(here, {"name": "n", "resource": OLD, "expect": "bad", "context": {"now": "soon"}}).cases
    assert case.problem is not None
    assert "`soon` is no time" in str(case.problem)
    assert make_context(CaseContext(resource_group={"name": "g"}, assignment_id="a")).assignment_id == "a"


def test_parameters_and_context_of_the_file_hold_for_every_case(here: Path) -> None:
    one = run(here, {"name": "n", "resource": OLD, "expect": {"effect": "deny"}}, parameters={"effect": "Deny"})
    assert one.passed
    (case,) = run(here, {"name": "n", "resource": OLD, "expect": "bad", "parameters": {"x": 1}}).cases
    assert case.problem is not None
    assert "the policy has no parameter `x`" in str(case.problem)
    assert not case.passed


def test_workloads_are_read_and_what_the_policy_is_about_is_judged(here: Path) -> None:
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": STORAGE,
                "apiVersion": "2023-01-01",
                "name": name,
                "location": "uksouth",
                "properties": {"minimumTlsVersion": tls},
            }
            for name, tls in (("old", "TLS1_0"), ("new", "TLS1_2"))
        ],
    }
    (here / "main.json").write_text(json.dumps(template), encoding="utf-8")
    both = run(here, {"name": "n", "template": "main.json", "expect": "bad"}).cases[0]
    assert [result.passed for result in both.results] == [True, False]
    assert both.results[0].origin is not None
    assert (both.results[0].origin.file or "").endswith("main.json")
    chosen = {"name": "n", "workload": "main.json", "select": {"name": "NEW", "type": STORAGE}, "expect": "good"}
    assert run(here, chosen).passed
    nothing = run(here, {**chosen, "select": {"name": "other"}}).cases[0]
    assert not nothing.passed
    assert nothing.results[0].failures == ("no resource was judged: the policy is about none of them",)
    (here / "code").mkdir()
    (here / "code" / "main.tf").write_text(
        'variable "tls" { type = string }\n'
        'resource "azurerm_storage_account" "a" {\n  name = "a"\n  resource_group_name = "g"\n  location = "uksouth"\n'
        '  account_tier = "Standard"\n  account_replication_type = "LRS"\n  min_tls_version = var.tls\n}\n',
        encoding="utf-8",
    )
    for value, word in (("TLS1_0", "bad"), ("TLS1_2", "good")):
        assert run(here, {"name": "n", "terraform": "code", "variables": {"tls": value}, "expect": word}).passed
    (here / "code" / "more.tf").write_text("resource {", encoding="utf-8")
    (case,) = run(here, {"name": "n", "terraform": "code", "expect": "bad"}).cases
    assert case.problem is not None
    assert "cannot be read whole" in str(case.problem)


def test_coverage_says_what_no_case_has_seen(here: Path) -> None:
    found = run(here, {"name": "n", "resource": OLD, "expect": "bad"}, coverage=True).coverage
    assert found is not None
    assert (found.covered, found.total) == (0, 2)
    kind, tls = found.leaves.values()
    assert (kind.true, kind.false, kind.missing) == (1, 0, ("false",))
    assert tls.path == "properties.policyRule.if.allOf[1]"
    assert tls.text == f"{STORAGE}/minimumTlsVersion notEquals TLS1_2"
    hole = {"$unknown": {"reason": "no value"}}
    cases = [
        {"name": "a", "resource": OLD, "expect": "bad"},
        {"name": "b", "resource": {**OLD, "properties": {"minimumTlsVersion": "TLS1_2"}}, "expect": "good"},
        {"name": "c", "resource": {**OLD, "properties": {"minimumTlsVersion": hole}}, "expect": "unknown"},
    ]
    found = run(here, *cases, coverage=True).coverage
    assert found is not None
    tls = list(found.leaves.values())[1]
    assert (tls.true, tls.false, tls.unknown, tls.covered, tls.missing) == (1, 1, 1, True, ())


def test_coverage_reaches_existence_conditions_counts_and_failures(here: Path) -> None:
    document = json.loads(json.dumps(MODIFY))
    count = {"count": {"value": ["a", "b"], "where": {"value": "[current()]", "equals": "a"}}, "equals": 1}
    document["properties"]["policyRule"] = {
        "if": {"allOf": [{"count": {"field": f"{STORAGE}/networkAcls.ipRules[*]"}, "equals": 0}, count]},
        "then": {
            "effect": "auditIfNotExists",
            "details": {
                "type": "Microsoft.Insights/diagnosticSettings",
                "existenceCondition": {"value": "[int('x')]", "equals": 1},
            },
        },
    }
    del document["properties"]["parameters"]
    (here / "tls.json").write_text(json.dumps(document), encoding="utf-8")
    related = {
        "type": "Microsoft.Insights/diagnosticSettings",
        "name": "d",
        "id": f"{_ID}/providers/Microsoft.Insights/diagnosticSettings/d",
    }
    case = {
        "name": "n",
        "resource": {**OLD, "id": _ID},
        "related": [related],
        "expect": {"state": "error", "message": "int"},
    }
    found = run(here, case, coverage=True)
    assert found.passed, [result.failures for case in found.cases for result in case.results]
    assert found.coverage is not None
    counts = {leaf.text: (leaf.true, leaf.false, leaf.error) for leaf in found.coverage.leaves.values()}
    assert counts["[current()] equals a"] == (1, 1, 0)
    assert counts["[int('x')] equals 1"] == (0, 0, 1)
    assert 'count ["a", "b"] equals 1' in counts


_ID = f"/subscriptions/s/resourceGroups/g/providers/{STORAGE}/st1"


def test_cases_are_chosen_by_name(here: Path) -> None:
    path = here / "tls.test.yaml"
    cases = [{"name": name, "resource": OLD, "expect": "bad"} for name in ("One", "two")]
    path.write_text(json.dumps(cases), encoding="utf-8")
    assert [case.case.name for case in run_suite(path, only="one").cases] == ["One"]


def test_tests_are_found_beside_definitions_and_in_folders(here: Path) -> None:
    run(here)
    (here / "deep").mkdir()
    for name in ("cases.yaml", "other.yaml", "x.tests.yml", "tests.txt"):
        (here / "deep" / name).write_text("[]", encoding="utf-8")
    names = [path.name for path in find_tests([here])]
    assert names == ["tls.test.yaml", "cases.yaml", "x.tests.yml"]
    assert [path.name for path in find_tests([here / "tls.json", here / "tls.test.yaml"])] == ["tls.test.yaml"]
    assert is_test_file(Path("a.cases.yaml"))
    with pytest.raises(UsageError, match="there are no tests"):
        find_tests([here / "deep" / "tests.txt"])
    with pytest.raises(UsageError, match="does not exist"):
        find_tests([here / "none.yaml"])


@pytest.mark.parametrize(
    ("files", "definition"),
    [
        (["definition.json", "other.json"], "definition.json"),
        (["only.json"], "only.json"),
        (["one.json", "two.json"], None),
        ([], None),
    ],
)
def test_the_definition_is_the_one_beside(tmp_path: Path, files: list[str], definition: str | None) -> None:
    for name in files:
        (tmp_path / name).write_text(json.dumps(MODIFY), encoding="utf-8")
    case = {"name": "n", "resource": OLD, "expect": "bad"}
    (tmp_path / "cases.yaml").write_text(json.dumps([case]), encoding="utf-8")
    found = run_suite(tmp_path / "cases.yaml")
    if definition is None:
        assert found.problem is not None
        assert "there is no definition to test" in str(found.problem)
    else:
        assert found.definition == tmp_path / definition
        assert found.passed


def test_a_file_that_cannot_be_run_keeps_its_problem(here: Path) -> None:
    case = {"name": "n", "resource": OLD, "expect": "bad"}
    assert "there is no definition `x.json`" in str(run(here, case, definition="x.json").problem)
    (here / "bad.json").write_text("{", encoding="utf-8")
    assert "not JSON" in str(run(here, case, definition="bad.json").problem)
    broken = here / "broken.test.yaml"
    broken.write_text("- x", encoding="utf-8")
    found = run_suite(broken)
    assert not found.passed
    assert summary([found]) == "0 of 0 cases passed in 1 file; 1 could not be run"


def reports(here: Path) -> list[SuiteRun]:
    cases = [
        {"name": "fine", "resource": OLD, "expect": "bad"},
        {"name": "<wrong> & \x07", "resource": OLD, "expect": "good"},
        {"name": "broken", "resource": {"type": STORAGE}, "expect": "good"},
    ]
    one = run(here, *cases, coverage=True)
    broken = here / "broken.test.yaml"
    broken.write_text("- x", encoding="utf-8")
    return [one, run_suite(broken)]


def test_the_report_explains_what_fails(here: Path) -> None:
    lines = list(lines_of(reports(here), verbose=True))
    text = "\n".join(lines)
    assert "FAIL" in lines[0]
    assert "1 of 3 cases" in lines[0]
    assert "  ok   fine" in lines
    assert "         expected compliant, got nonCompliant" in lines
    assert "because properties.minimumTlsVersion notEquals TLS1_2: it is TLS1_0" in text
    assert "a resource of a case needs `type` and `name`" in text
    assert "coverage: 0 of 2 conditions seen true and false" in text
    assert f"never false: type equals {STORAGE}" in text
    assert lines[-1] == "1 of 3 cases passed in 2 files; 1 could not be run"
    assert "\x07" not in text


def test_build_servers_read_the_runs(here: Path) -> None:
    from xml.etree import ElementTree

    root = ElementTree.fromstring(b"".join(junit(reports(here))))
    one, two = root.findall("testsuite")
    assert [(item.get("tests"), item.get("failures"), item.get("errors")) for item in (one, two)] == [
        ("3", "1", "1"),
        ("1", "0", "1"),
    ]
    fine, wrong, broken = one.findall("testcase")
    assert len(fine) == 0
    failure = wrong.find("failure")
    assert failure is not None
    assert failure.get("message") == "expected compliant, got nonCompliant"
    assert "minimumTlsVersion" in (failure.text or "")
    assert wrong.get("name") == "<wrong> & \N{REPLACEMENT CHARACTER}"
    assert broken.find("error") is not None


def test_machines_read_the_runs(here: Path) -> None:
    import msgspec

    document = json.loads(msgspec.json.encode(as_document(reports(here))))
    assert document["summary"] == {"files": 2, "cases": 3, "passed": 1, "broken": 1}
    assert document["suites"][0]["cases"][1]["results"][0]["outcome"]["state"] == "nonCompliant"
    assert document["suites"][0]["coverage"][0]["true"] == 2
    assert document["suites"][1]["problem"]["help"]


def test_reasons_are_lines() -> None:
    place = Origin(source="terraform", file="a.tf", line=3)
    assert reason_line(Reason("a", "equals", 1, None, place, True)) == "a not equals 1: it is absent (a.tf:3)"
    assert reason_line(Reason("a", "exists", True, None, message="nothing found")) == "nothing found"
    assert shown(Unknown(reason="no value", decided_by=("var.x",))) == "unknown (var.x)"
    assert shown("x" * 90) == "x" * 77 + "..."
    assert shown({"a": Unknown(reason="r")}).startswith('{"a":')


def test_more_than_a_few_reasons_are_counted(here: Path) -> None:
    from everward.policy import Explanation
    from everward.policy.testing import Case, Result
    from everward.policy.testing.report import failure_lines

    reasons = tuple(Reason(f"p{index}", "equals", 1, 2) for index in range(9))
    outcome = Outcome(State.NON_COMPLIANT)
    lines = list(
        failure_lines(Result(Case(name="n", expect="good"), "/x", outcome, Explanation(outcome, reasons), ("no",)))
    )
    assert lines[-1] == "  and 3 more"


@pytest.mark.parametrize("hole", [1, {}, {"reason": 1}])
def test_a_hole_gives_its_reason(hole: Any) -> None:
    with pytest.raises(ProblemError, match="a hole gives no reason"):
        with_holes({"a": [{"$unknown": hole}]})
    assert with_holes({"$unknown": {"reason": "r", "decidedBy": "var.x"}}) == Unknown(reason="r", decided_by=("var.x",))


def test_changes_of_files_are_seen(tmp_path: Path) -> None:
    one, two, hidden = tmp_path / "a.yaml", tmp_path / "b" / "c.json", tmp_path / ".git"
    one.write_text("1", encoding="utf-8")
    two.parent.mkdir()
    hidden.mkdir()
    (hidden / "x").write_text("1", encoding="utf-8")
    (tmp_path / "loop").symlink_to(tmp_path)
    moves = ["nothing", "write", "remove"]

    def act(_seconds: float) -> None:
        move = moves.pop(0)
        if move == "write":
            two.write_text("12", encoding="utf-8")
        elif move == "remove":
            one.unlink()

    seen = changes(lambda: [tmp_path], sleep=act)
    assert next(seen) == [two]
    assert next(seen) == [one]
    assert set(snapshot([tmp_path])) == {two}
    assert set(snapshot([two])) == {two}
    assert snapshot([tmp_path / "none"]) == {}
