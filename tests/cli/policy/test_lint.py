"""`everward policy lint`, as an author uses it."""

import json
from pathlib import Path

import pytest
from tests.cli.policy.authoring import TLS, definition, policy, write

HERE = Path()
pytestmark = pytest.mark.usefixtures("alone")


def test_a_sound_definition_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "a.json", definition())
    assert policy("lint", "a.json") == 0
    assert capsys.readouterr().out == "nothing to say in 1 file\n"


def test_mistakes_are_told_with_place_and_advice(capsys: pytest.CaptureFixture[str]) -> None:
    made = definition()
    made["properties"]["policyRule"]["if"]["allOf"][1]["field"] = f"{TLS}s"
    made["properties"]["parameters"]["days"] = {"type": "int", "defaultValue": "7"}
    del made["properties"]["policyRule"]["then"]["details"]["roleDefinitionIds"]
    text = json.dumps(made, indent=2)
    write(HERE / "a.json", text)
    assert policy("lint", ".") == 1
    out = capsys.readouterr().out
    line = 1 + next(index for index, line in enumerate(text.splitlines()) if f"{TLS}s" in line)
    assert f"a.json:{line}: error: `{TLS}s` is no field and no alias [unknown-alias]\n" in out
    assert "  at    properties.policyRule.if.allOf[1].field\n" in out
    assert f"  help  did you mean `{TLS}`?\n" in out
    assert "`int` is no type of a parameter [parameter-type]" in out
    assert "  fix   write `Integer` (with --fix)\n" in out
    assert "`modify` names no role, so its remediation may change nothing [missing-role]" in out
    assert out.splitlines()[-1] == "3 errors, 1 warning, 1 info in 1 file; --fix repairs 1"


def test_repairs_keep_the_layout(capsys: pytest.CaptureFixture[str]) -> None:
    text = '{\n\t"if":   { "Field": "kind" , "notin": "a" },\n\t"then": { "effect": "AUDIT" } }\n'
    write(HERE / "a.json", text)
    assert policy("lint", "--fix", "a.json") == 0
    assert Path("a.json").read_text(encoding="utf-8") == (
        '{\n\t"if":   { "field": "kind" , "notIn": ["a"] },\n\t"then": { "effect": "audit" } }\n'
    )
    assert capsys.readouterr().out == "nothing to say in 1 file; 4 repaired\n"


def test_what_fails_is_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "a.json", definition(metadata={}))
    assert policy("lint", "a.json") == 0
    assert policy("lint", "--fail-on", "info", "a.json") == 1
    assert policy("lint", "--fail-on", "info", "--ignore", "metadata", "a.json") == 0
    assert policy("lint", "--rule", "limit", "--fail-on", "info", "a.json") == 0
    assert policy("lint", "--fail-on", "never", "a.json") == 0
    capsys.readouterr()
    assert policy("lint", "--rule", "limt", "a.json") == 2
    assert "help: did you mean `limit`?" in capsys.readouterr().err


def test_machines_read_remarks(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "a.json", definition(mode="all"))
    for option in ("--format=json", "--output=json"):
        assert policy("lint", option, "a.json") == 0
        document = json.loads(capsys.readouterr().out)
        assert document["schema"] == "everward/policy-lint/1"
        assert document["summary"] == {"files": 1, "fixed": 0, "error": 0, "warning": 0, "info": 1}
        (remark,) = document["remarks"]
        assert remark == {
            "rule": "name-case", "severity": "info", "message": "`all` is written `All`", "file": "a.json", "line": 6,
            "path": "properties.mode", "fixable": True, "fix": "write `All`",
        }  # fmt: skip


def test_what_cannot_be_read_ends_with_3_and_hides_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "a.json", definition(mode="all"))
    write(HERE / "b.json", '{"policyRule": ')
    assert policy("lint", "--format", "json", ".") == 3
    captured = capsys.readouterr()
    assert "error: b.json:1: not readable as JSON" in captured.err
    document = json.loads(captured.out)
    assert len(document["remarks"]) == len(document["unread"]) == 1


@pytest.mark.parametrize(
    "arguments", [(), ("none.json",), ("--format", "xml", "a.json"), ("--format", "json", "-o", "json")]
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "a.json", definition())
    assert policy("lint", *arguments) == 2
    assert capsys.readouterr().err


def test_the_rules_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert policy("lint", "--list") == 0
    assert "never-holds            warning  Every condition can hold" in capsys.readouterr().out
    assert policy("lint", "--list", "-o", "json") == 0
    assert json.loads(capsys.readouterr().out)["rules"][0]["id"]


def test_known_definitions_are_compared_with(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "known" / "x.json", {**definition(), "name": "original"})
    write(HERE / "a.json", definition())
    assert policy("lint", "--known", "known", "a.json") == 1
    assert "the rule is that of `Storage uses TLS 1.2` (original) [duplicate-of-builtin]" in capsys.readouterr().out


def test_the_library_is_compared_with(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "builtins" / "x.json", {**definition(), "name": "original", "id": "/providers/a/original"})
    write(HERE / "a.json", definition())
    assert policy("library", "add", "builtins") == 0
    capsys.readouterr()
    assert policy("lint", "a.json") == 1
    assert "the rule is that of `Storage uses TLS 1.2` (original) [duplicate-of-builtin]" in capsys.readouterr().out
    assert policy("lint", "--no-library", "a.json") == 0
    # What is linted is no copy of itself, wherever the library was told of it.
    assert policy("lint", "builtins") == 0


def test_a_folder_without_policies_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "empty" / "other.json", {"a": 1})
    write(HERE / "tls.json", definition())
    assert policy("lint", "empty", "tls.json") == 3
    captured = capsys.readouterr()
    assert "error: `empty` holds no definition and no initiative" in captured.err
    assert "in 1 file" in captured.out
    assert policy("lint", "--fail-on", "never", "tls.json", "tls.json") == 0
