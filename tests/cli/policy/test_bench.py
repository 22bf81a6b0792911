"""`everward policy eval`, `explain`, `diff` and `whatif`, as an author uses them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.policy.authoring import HOLE, STORAGE, TLS, account, audit_deployment, definition, policy, write

HERE = Path()
pytestmark = pytest.mark.usefixtures("alone")
SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000000"
GROUP = f"{SUBSCRIPTION}/resourceGroups/stamp-rg"
OURS = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/tls"


@pytest.fixture(autouse=True)
def files(alone: None) -> None:
    write(HERE / "tls.json", definition())
    vault = {"type": "Microsoft.KeyVault/vaults", "name": "kv1"}
    write(HERE / "r.json", [account(), account("st2", HOLE), account("st3", "TLS1_2"), vault])


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = policy(*arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_verdicts_come_with_reasons_and_what_modify_would_change(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "eval", "tls.json", "r.json")
    assert (code, err) == (1, "")
    assert f"nonCompliant (modify)  {STORAGE} st1 (r.json:2)\n" in out
    assert "  because  properties.minimumTlsVersion notEquals TLS1_2: it is TLS1_0 (r.json:7)\n" in out
    assert '  modify would change\n    ~ properties.minimumTlsVersion: "TLS1_0" -> "TLS1_2"\n' in out
    assert "  unknown  variable without value\n  waits    for var.tls\n" in out
    assert "vaults" not in out
    assert out.splitlines()[-1] == "1 compliant, 1 nonCompliant, 1 unknown"
    _, out, _ = run(capsys, "eval", "--all", "tls.json", "r.json")
    assert "notApplicable  Microsoft.KeyVault/vaults kv1" in out


def test_parameters_come_from_files_and_options(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "p.yaml", "effect: {value: Deny}\n")
    code, out, _ = run(capsys, "eval", "tls.json", "r.json", "--parameters", "p.yaml")
    assert code == 1
    assert "nonCompliant (deny)" in out
    assert "  request  denied\n" in out
    write(HERE / "p.json", {"$schema": "x", "parameters": {"effect": {"value": "Deny"}}})
    code, out, _ = run(capsys, "eval", "tls.json", "r.json", "--parameters", "p.json", "--parameter", "effect=Disabled")
    assert (code, out.splitlines()[-1]) == (0, "3 compliant")
    code, _, err = run(capsys, "eval", "tls.json", "r.json", "--parameter", "effect=Audit")
    assert code == 3
    assert "the value of the parameter `effect` is `Audit`, which is not allowed" in err
    write(HERE / "q.json", [1])
    assert run(capsys, "eval", "tls.json", "r.json", "--parameters", "q.json")[0] == 2


def test_a_mistake_in_an_alias_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    made = definition()
    made["properties"]["policyRule"]["if"]["allOf"][1]["field"] += "s"
    write(HERE / "tls.json", made)
    for command in (
        ("eval", "tls.json"),
        ("explain", "tls.json"),
        ("whatif", "tls.json"),
        ("diff", "tls.json", "tls.json"),
    ):
        code, _, err = run(capsys, *command, "r.json")
        assert code == 3
        assert err.startswith("error: tls.json:")
        assert f"help: did you mean `{TLS}`?" in err


def test_deployments_are_shown_with_their_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "deploy.json", audit_deployment())
    write(HERE / "one.yaml", {**account(), "properties": {}})
    code, out, _ = run(capsys, "eval", "deploy.json", "one.yaml")
    assert code == 1
    assert f"  deploys  {GROUP}/providers/Microsoft.Resources/deployments/" in out
    assert "    target = st1\n    a resource Microsoft.Insights/diagnosticSettings\n" in out
    assert "  roles    /providers/Microsoft.Authorization" in out
    assert "  after    PT10M" in out
    code, out, _ = run(capsys, "whatif", "deploy.json", "one.yaml")
    assert code == 0
    assert out.startswith("1 would get something deployed\n")
    assert "    deploys /subscriptions/" in out


def test_errors_of_functions_are_errors(capsys: pytest.CaptureFixture[str]) -> None:
    made = definition()
    made["properties"]["policyRule"]["if"] = {"value": "[int(field('name'))]", "equals": 1}
    write(HERE / "tls.json", made)
    code, out, _ = run(capsys, "eval", "tls.json", "r.json")
    assert code == 1
    assert "  error    `[int(field('name'))]` fails: " in out
    code, out, _ = run(capsys, "whatif", "tls.json", "r.json")
    assert code == 1
    assert "would be denied" in out
    code, out, _ = run(capsys, "diff", "tls.json", "tls.json", "r.json")
    assert code == 0


def test_machines_read_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "r.json", account(properties={"minimumTlsVersion": "TLS1_0", "adminPassword": "geheim1"}))
    made = definition()
    made["properties"]["policyRule"]["if"]["allOf"].append({"field": f"{STORAGE}/sku.name", "exists": False})
    write(HERE / "tls.json", made)
    code, out, _ = run(capsys, "eval", "-o", "json", "tls.json", "r.json")
    assert code == 1
    document = json.loads(out)
    (result,) = document["results"]
    assert document["policy"] == "Storage uses TLS 1.2"
    assert result["outcome"] == {"state": "nonCompliant", "effect": "modify"}
    assert result["request"]["verdict"] == "allowed"
    assert result["request"]["changes"][0]["after"] == "TLS1_2"
    assert "geheim1" not in out
    _, out, _ = run(capsys, "eval", "--all", "-o", "json", "tls.json", "r.json", "--parameter", "effect=Disabled")
    assert json.loads(out)["results"][0]["request"]["verdict"] == "allowed"


def test_what_there_is_nothing_of_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "kv.json", {"type": "Microsoft.KeyVault/vaults", "name": "kv1"})
    code, out, _ = run(capsys, "eval", "tls.json", "kv.json")
    assert (code, out) == (0, "the policy is about none of the 1 resources (--all shows them)\n")
    (HERE / "empty").mkdir()
    code, out, err = run(capsys, "eval", "tls.json", "empty")
    assert (code, out) == (3, "there is nothing to judge\n")
    assert "incomplete: empty: empty: nothing to read" in err
    write(HERE / "x.yaml", "a: 1")
    code, _, err = run(capsys, "eval", "tls.json", "x.yaml")
    assert code == 3
    assert "x.yaml: this holds no resources" in err
    write(HERE / "x.yaml", "a: [")
    assert run(capsys, "eval", "tls.json", "x.yaml")[0] == 3
    assert run(capsys, "eval", "tls.json", "none.json")[0] == 2
    assert run(capsys, "eval", "none.json", "r.json")[0] == 2
    assert run(capsys, "eval", ".", "r.json")[0] == 3
    assert run(capsys, "eval", "--now", "soon", "tls.json", "r.json")[0] == 2


def test_time_and_version_of_the_request_can_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    made = definition()
    made["properties"]["policyRule"]["if"] = {
        "value": "[concat(utcNow(), requestContext().apiVersion)]",
        "like": "2026-01-31*2024-01-01",
    }
    write(HERE / "tls.json", made)
    for now in ("2026-01-31", "2026-01-31T10:00:00+00:00"):
        code, _, _ = run(capsys, "eval", "--now", now, "--api-version", "2024-01-01", "tls.json", "r.json")
        assert code == 1


def test_workloads_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    body = {"id": f"{GROUP}/providers/{STORAGE}/live", **account("live")}
    write(HERE / "inventory.json", {"value": [body]})
    code, out, _ = run(capsys, "eval", "tls.json", "inventory.json")
    assert code == 1
    assert f"{STORAGE} live (inventory.json:" in out
    write(HERE / "one.json", body)
    assert run(capsys, "eval", "tls.json", "one.json")[1].startswith("nonCompliant")
    write(HERE / "broken.json", "{")
    assert run(capsys, "eval", "tls.json", "broken.json")[0] == 3


def test_the_tree_of_an_evaluation(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "explain", "tls.json", "r.json")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "verdict   nonCompliant (modify)"
    assert "true    allOf of 2" in lines
    text = (HERE / "tls.json").read_text(encoding="utf-8").splitlines()
    line = next(index for index, item in enumerate(text) if TLS in item) + 1
    (found,) = [item for item in lines if item.startswith(f"true      {TLS} notEquals TLS1_2  [tls.json:")]
    assert abs(int(found.rpartition(":")[2][:-1]) - line) <= 1
    assert "              properties.minimumTlsVersion is TLS1_0 (r.json:7)" in lines
    assert any(item.startswith("  modifiable-alias: ") for item in lines)
    _, out, _ = run(capsys, "explain", "--resource", "ST2", "tls.json", "r.json")
    assert "verdict   unknown (modify)" in out
    assert "waits for var.tls" in out
    _, out, _ = run(capsys, "explain", "--resource", "kv1", "tls.json", "r.json")
    assert "note      no condition was evaluated" in out
    code, _, err = run(capsys, "explain", "--resource", "st9", "tls.json", "r.json")
    assert code == 2
    assert "there is no resource `st9` that the policy judges" in err
    code, _, err = run(capsys, "explain", "--policy", "x", "tls.json", "r.json")
    assert code == 2
    assert "leave it out" in err
    write(HERE / "none.json", [])
    assert run(capsys, "explain", "tls.json", "none.json")[0] == 2


def test_the_tree_shows_what_is_related_what_fails_and_what_was_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    made = audit_deployment()
    made["properties"]["policyRule"]["then"]["effect"] = "auditIfNotExists"
    del made["properties"]["policyRule"]["then"]["details"]["deployment"]
    kinds: list[Any] = [{"field": "kind", "equals": f"k{index}"} for index in range(30)]
    made["properties"]["policyRule"]["if"]["allOf"].append({"not": {"anyOf": kinds}})
    made["properties"]["policyRule"]["if"]["allOf"].append({"value": "[toLower('A')]", "equals": "[toLower('A')]"})
    write(HERE / "d.json", made)
    setting = f"{GROUP}/providers/{STORAGE}/st1/providers/Microsoft.Insights/diagnosticSettings/other"
    write(
        HERE / "r.json", [account(), {"type": "Microsoft.Insights/diagnosticSettings", "name": "other", "id": setting}]
    )
    _, out, _ = run(capsys, "explain", "d.json", "r.json")
    assert f"existence condition on {setting}\nfalse   name equals d" in out
    assert "and 18 more, none of which decides (--full)" in out
    assert "related   1 found, none of which meets the condition" in out
    assert "compared with a" in out
    _, full, _ = run(capsys, "explain", "--full", "d.json", "r.json")
    assert "k29" in full
    assert "k29" not in out
    made["properties"]["policyRule"]["if"] = {"allOf": [{"field": "type", "equals": STORAGE}, *kinds]}
    write(HERE / "d.json", made)
    _, out, _ = run(capsys, "explain", "d.json", "r.json")
    assert "false     kind equals k0" in out
    made["properties"]["policyRule"]["if"] = {"anyOf": [{"value": "[int('x')]", "equals": 1}]}
    write(HERE / "d.json", made)
    _, out, _ = run(capsys, "explain", "d.json", "r.json")
    assert "error     [int('x')] equals 1" in out
    assert "error     `[int('x')]` fails" in out


def test_the_page_stands_alone_and_shows_names_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "r.json", account("<script>", "TLS1_0"))
    made = audit_deployment()
    made["properties"]["displayName"] = "<b>TLS</b>"
    write(HERE / "d.json", made)
    code, out, _ = run(capsys, "explain", "d.json", "r.json", "-o", "html=page.html", "-o", "json")
    assert code == 0
    page = (HERE / "page.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<b>" not in page
    assert "<script" not in page
    assert "&lt;b&gt;TLS" in page
    assert page.count("<details") == page.count("</details>") == 3
    assert "default-src 'none'" in page
    document = json.loads(out)
    assert document["trees"][0]["tree"]["parts"][0]["said"] == "true"
    assert document["outcome"]["state"] == "nonCompliant"


def test_changed_verdicts_are_shown_with_both_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    newer = definition("Deny")
    newer["properties"]["policyRule"]["if"]["allOf"][1]["notEquals"] = "TLS1_0"
    write(HERE / "new.json", newer)
    code, out, _ = run(capsys, "diff", "tls.json", "new.json", "r.json")
    assert code == 1
    assert f"nonCompliant -> compliant  {STORAGE} st1 (r.json:2)\n  effect   modify -> deny\n" in out
    assert "  before   properties.minimumTlsVersion notEquals TLS1_2: it is TLS1_0" in out
    assert "  after    properties.minimumTlsVersion notEquals TLS1_0: it is TLS1_0" in out
    assert out.splitlines()[-1].endswith("0 stay the same")
    code, out, _ = run(capsys, "diff", "tls.json", "tls.json", "r.json")
    assert (code, out) == (0, "no verdict changes; 3 stay the same\n")
    code, out, _ = run(capsys, "diff", "-o", "json", "tls.json", "new.json", "r.json")
    assert json.loads(out)["changed"][0]["after"] == {"state": "compliant", "effect": "deny"}


def initiative(*names: str) -> dict[str, Any]:
    listed = [
        {"policyDefinitionReferenceId": f"ref-{name}", "policyDefinitionId": OURS.replace("/tls", f"/{name}")}
        for name in names
    ]
    return {"name": "set", "properties": {"displayName": "Ours", "policyDefinitions": listed}}


def test_initiatives_find_their_policies_beside_them(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "junk.json", "{")
    write(HERE / "set.json", initiative("tls"))
    code, out, err = run(capsys, "eval", "set.json", "r.json")
    assert (code, err) == (1, "")
    assert "  policy   Storage uses TLS 1.2 [ref-tls]\n" in out
    write(HERE / "set.json", initiative("tls", "none"))
    code, out, err = run(capsys, "eval", "set.json", "r.json")
    assert code == 3
    assert out.splitlines()[-1] == "1 compliant, 1 nonCompliant, 1 unknown"
    assert "incomplete: set.json: reference `ref-none` of the initiative `Ours`: there is no definition" in err
    _, out, _ = run(capsys, "explain", "--policy", "REF-TLS", "set.json", "r.json")
    assert "policy    Storage uses TLS 1.2 [ref-tls] (set.json)" in out
    code, _, err = run(capsys, "explain", "--policy", "ref-tsl", "set.json", "r.json")
    assert code == 2
    assert "did you mean `ref-tls`?" in err


def test_policies_that_come_and_go_change_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "lib" / "tls.json", definition())
    write(HERE / "a" / "set.json", initiative("tls"))
    write(HERE / "b" / "set.json", initiative())
    code, out, _ = run(capsys, "diff", "--library", "lib", "a/set.json", "b/set.json", "r.json")
    assert code == 1
    assert "nonCompliant -> notApplicable" in out
    assert "  after    there is no such policy" in out


def test_a_reference_with_a_parameter_that_does_not_fit_is_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    made = initiative("tls")
    made["properties"]["policyDefinitions"][0]["parameters"] = {"effect": {"value": "Audit"}}
    write(HERE / "set.json", made)
    code, _, err = run(capsys, "eval", "set.json", "r.json")
    assert code == 3
    assert "which is not allowed" in err


def assignment(**properties: Any) -> dict[str, Any]:
    return {
        "name": "a1",
        "id": f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/a1",
        "properties": {"policyDefinitionId": OURS, "displayName": "Old TLS is refused", **properties},
    }


def test_assignments_say_what_they_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "assigned.json", assignment(parameters={"effect": {"value": "Deny"}}))
    code, out, _ = run(capsys, "whatif", "assigned.json", "r.json")
    assert code == 1
    assert out.startswith(
        f"1 would be denied\n  {STORAGE} st1 (r.json:2) (also flagged)\n    nonCompliant (deny): Storage uses TLS 1.2\n"
    )
    assert "1 hang on what is not known yet\n" in out
    assert out.splitlines()[-1] == "2 of 4 resources would not be touched"
    write(HERE / "assigned.json", assignment(parameters={"effect": {"value": "Deny"}}, enforcementMode="DoNotEnforce"))
    code, out, _ = run(capsys, "whatif", "assigned.json", "r.json")
    assert code == 0
    assert out.startswith("1 would be flagged\n")
    write(HERE / "assigned.json", assignment(notScopes=[GROUP]))
    code, out, _ = run(capsys, "whatif", "assigned.json", "r.json")
    assert (code, out) == (0, "4 of 4 resources would not be touched\n")


def test_parameters_of_an_assignment_can_be_tried(capsys: pytest.CaptureFixture[str]) -> None:
    properties = assignment(parameters={"EFFECT": {"value": "Deny"}})
    write(HERE / "assigned.json", properties)
    write(HERE / "bare.json", properties["properties"])
    for name in ("assigned.json", "bare.json"):
        code, out, _ = run(capsys, "whatif", name, "r.json", "--parameter", "effect=Modify")
        assert code == 0
        assert out.startswith("1 would be changed\n")
        assert '    ~ properties.minimumTlsVersion: "TLS1_0" -> "TLS1_2"\n' in out


def test_an_assignment_of_what_is_not_there_is_incomplete(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "assigned.json", assignment(policyDefinitionId=OURS + "2"))
    code, _, err = run(capsys, "whatif", "assigned.json", "r.json")
    assert code == 3
    assert "incomplete: assigned.json: assignment `Old TLS is refused`: there is no definition" in err


def test_machines_read_what_would_happen(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "whatif", "-o", "json", "tls.json", "r.json")
    assert code == 0
    document = json.loads(out)
    assert [item["what"] for item in document["resources"]] == [["changed", "flagged"], ["unknown"], []]
    assert document["resources"][0]["changes"][0]["kind"] == "replace"


def test_values_under_names_of_secrets_are_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    machine = "Microsoft.Compute/virtualMachines"
    made = definition()
    made["properties"]["policyRule"] = {
        "if": {"field": f"{machine}/osProfile.adminPassword", "exists": True}, "then": {"effect": "audit"},
    }  # fmt: skip
    write(HERE / "p.json", made)
    write(
        HERE / "vm.json",
        {"type": machine, "name": "vm", "location": "x", "properties": {"osProfile": {"adminPassword": "geheim1"}}},
    )
    made["properties"]["parameters"] = {}
    write(HERE / "p.json", made)
    for command in ("eval", "explain", "whatif"):
        for form in ("text", "json"):
            _, out, err = run(capsys, command, "-o", form, "p.json", "vm.json")
            assert "adminPassword" in out or form == "json"
            assert "geheim1" not in out + err


@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"parameters": True}, "`parameters` is not an object"), (True, "`properties` is not an object")],
)
def test_values_for_an_assignment_that_is_wrong_do_not_hide_what_is_wrong(
    capsys: pytest.CaptureFixture[str], wrong: Any, told: str
) -> None:
    properties = {"policyDefinitionId": "/providers/x/y", **wrong} if isinstance(wrong, dict) else wrong
    write(HERE / "given.json", {"type": "Microsoft.Authorization/policyAssignments", "properties": properties})
    code, _, err = run(capsys, "eval", "given.json", "r.json", "--parameter", "effect=Deny")
    assert code == 3
    assert told in err


def test_comments_in_a_definition_are_passed_over_and_lines_stay(capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(definition(), indent=2)
    write(HERE / "c.json", f"// ours\n{text[:-1]},}}")
    assert run(capsys, "eval", "c.json", "r.json")[1].splitlines()[-1] == "1 compliant, 1 nonCompliant, 1 unknown"
    _, out, _ = run(capsys, "explain", "--full", "c.json", "r.json")
    # The comparison is the object around the line that names the alias; the comment is one line more.
    line = next(number for number, found in enumerate(text.splitlines(), 1) if TLS in found)
    assert f"[c.json:{line}]" in out
    write(HERE / "c.json", f"// ours\n{text.replace(TLS, TLS + 's', 1)}")
    code, _, err = run(capsys, "eval", "c.json", "r.json")
    assert code == 3
    assert f"error: c.json:{line}: `{TLS}s` is no field" in err
    assert "\nat: properties.policyRule.if.allOf[1]\nhelp: did you mean" in err


@pytest.mark.parametrize(("wrong", "key"), [(initiative("tls"), "policyDefinitionGroups"), (assignment(), "overrides")])
def test_what_is_wrong_in_a_set_or_an_assignment_is_told_with_its_place(
    capsys: pytest.CaptureFixture[str], wrong: dict[str, Any], key: str
) -> None:
    made = {**wrong, "properties": {**wrong["properties"], key: 5}}
    write(HERE / "wrong.json", made)
    text = (HERE / "wrong.json").read_text(encoding="utf-8")
    code, _, err = run(capsys, "eval", "wrong.json", "r.json")
    assert code == 3
    line = next(number for number, found in enumerate(text.splitlines(), 1) if f'"{key}"' in found)
    assert err == (
        f"error: wrong.json:{line}: `{key}` is not an array\nat: properties.{key}\nhelp: write a list in brackets\n"
    )


@pytest.mark.parametrize("value", ["9" * 5000, "NaN", "[" * 100_000])
def test_a_value_that_is_no_json_is_a_text(capsys: pytest.CaptureFixture[str], value: str) -> None:
    code, _, err = run(capsys, "eval", "tls.json", "r.json", "--parameter", f"effect={value}")
    assert code == 3
    assert "which is not allowed" in err


def test_an_override_that_is_open_leaves_nothing_unsaid(capsys: pytest.CaptureFixture[str]) -> None:
    where = {"kind": "resourceLocation", "in": ["uksouth"]}
    write(
        HERE / "assigned.json",
        assignment(
            parameters={"effect": {"value": "Modify"}},
            overrides=[{"kind": "policyEffect", "value": "Deny", "selectors": [where]}],
        ),
    )
    write(HERE / "open.json", [account(location=HOLE)])
    for command in ("eval", "whatif"):
        code, _, err = run(capsys, command, "assigned.json", "open.json")
        assert code == 3
        assert "incomplete: `Storage uses TLS 1.2` on `st1`: it is not known which override holds" in err


def test_an_expression_that_fails_is_told_in_part(capsys: pytest.CaptureFixture[str]) -> None:
    failing = f"[int('{'x' * 5000}')]"
    rule = {"if": {"value": failing, "equals": 1}, "then": {"effect": "audit"}}
    write(HERE / "long.json", {"properties": {"mode": "All", "policyRule": rule}})
    code, out, _ = run(capsys, "eval", "long.json", "r.json")
    assert code == 1
    assert "…` fails: `int`" in out
    assert max(map(len, out.splitlines())) < 500


def test_a_definition_without_a_name_is_called_as_its_file_is(capsys: pytest.CaptureFixture[str]) -> None:
    made = definition()
    del made["name"]
    write(HERE / "nameless.json", made)
    write(HERE / "set.json", initiative("nameless"))
    code, out, err = run(capsys, "eval", "set.json", "r.json")
    assert (code, err) == (1, "")
    assert out.splitlines()[-1] == "1 compliant, 1 nonCompliant, 1 unknown"


def test_what_an_assignment_tells_people_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "assigned.json", assignment(nonComplianceMessages=[{"message": "use TLS 1.2\x1b[31m"}]))
    _, out, _ = run(capsys, "eval", "assigned.json", "r.json")
    assert out.count("  message  use TLS 1.2\\u001b[31m\n") == 1
    _, out, _ = run(capsys, "whatif", "assigned.json", "r.json")
    assert out.count("    message: use TLS 1.2\\u001b[31m\n") == 1
    _, out, _ = run(capsys, "eval", "assigned.json", "r.json", "-o", "json")
    messages = {item["outcome"]["state"]: item["message"] for item in json.loads(out)["results"]}
    assert messages == {"nonCompliant": "use TLS 1.2\x1b[31m", "unknown": None, "compliant": None}
