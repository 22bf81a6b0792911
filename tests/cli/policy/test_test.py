"""`everward policy test`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.policy.authoring import account, definition, policy, write

HERE = Path()
pytestmark = pytest.mark.usefixtures("alone")


def cases(*expected: str) -> list[Any]:
    return [{"name": f"case {index}", "resource": account(), "expect": word} for index, word in enumerate(expected)]


def test_cases_that_pass_end_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "tls.json", definition())
    write(HERE / "tls.test.yaml", cases("bad", "nonCompliant"))
    assert policy("test", "tls.json") == 0
    assert capsys.readouterr().out == "ok   tls.test.yaml: 2 of 2 cases\n2 of 2 cases passed in 1 file\n"
    assert policy("test", "-v", "--case", "1", ".") == 0
    assert "  ok   case 1" in capsys.readouterr().out


def test_cases_that_fail_end_with_1_and_explain(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "tls.json", definition())
    write(HERE / "tls.test.yaml", cases("good"))
    assert policy("test", "--coverage", "tls.test.yaml") == 1
    out = capsys.readouterr().out
    assert "expected compliant, got nonCompliant" in out
    assert "because properties.minimumTlsVersion notEquals TLS1_2: it is TLS1_0" in out
    assert "coverage: 0 of 2 conditions" in out


def test_what_cannot_be_run_ends_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    made = definition()
    made["properties"]["policyRule"]["if"]["allOf"][1]["field"] += "s"
    write(HERE / "tls.json", made)
    write(HERE / "tls.test.yaml", cases("good"))
    assert policy("test", ".") == 3
    assert "did you mean" in capsys.readouterr().out
    write(HERE / "tls.json", definition())
    write(HERE / "tls.test.yaml", [{"name": "x", "resource": {}, "expect": "good"}])
    assert policy("test", ".") == 3
    assert policy("test", "none.yaml") == 2
    write(HERE / "empty" / "x.json", {})
    assert policy("test", "empty") == 2


def test_reports_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "tls.json", definition())
    write(HERE / "tls.test.yaml", cases("bad"))
    assert policy("test", ".", "-o", "json", "-o", "junit=report.xml") == 0
    assert json.loads(capsys.readouterr().out)["summary"]["passed"] == 1
    assert Path("report.xml").read_text(encoding="utf-8").startswith("<?xml")


def test_watching_runs_again_when_a_file_changes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(HERE / "tls.json", definition())
    write(HERE / "tls.test.yaml", cases("bad"))

    def changed(folders: Any) -> Iterator[list[Path]]:
        assert set(folders()) == {Path()}
        write(HERE / "tls.test.yaml", cases("good"))
        yield [Path("tls.test.yaml")]
        Path("tls.test.yaml").unlink()
        yield [Path("tls.test.yaml")]
        raise KeyboardInterrupt

    monkeypatch.setattr("everward.policy.testing.watching.changes", changed)
    assert policy("test", "--watch", "tls.json", ".") == 130
    captured = capsys.readouterr()
    assert captured.out.count("1 of 1 cases passed") == captured.out.count("0 of 1 cases passed") == 1
    assert "changed: tls.test.yaml" in captured.err
    assert "error: there are no tests for `tls.json`" in captured.err


def test_what_a_test_file_names_elsewhere_is_watched_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    write(HERE / "policies" / "tls.json", definition())
    write(HERE / "infra" / "main.json", {"resources": []})
    read = {"name": "read", "workload": "../infra/main.json", "expect": "bad"}
    write(HERE / "tests" / "tls.test.yaml", {"definition": "../policies/tls.json", "cases": [*cases("bad"), read]})
    seen: list[set[Path]] = []

    def changed(folders: Any) -> Iterator[list[Path]]:
        seen.append({path.resolve() for path in folders()})
        if seen:
            raise KeyboardInterrupt
        yield []

    monkeypatch.setattr("everward.policy.testing.watching.changes", changed)
    assert policy("test", "--watch", "tests") == 130
    assert seen == [{(HERE / name).resolve() for name in ("tests", "policies", "infra")}]


def test_a_run_of_nothing_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    write(HERE / "tls.json", definition())
    write(HERE / "tls.test.yaml", {"cases": []})
    assert policy("test", ".") == 3
    assert "tls.test.yaml:2: `tls.test.yaml` does not hold cases: there are none" in capsys.readouterr().out
    write(HERE / "tls.test.yaml", [{"name": "x", "resource": account(), "expect": {}}])
    assert policy("test", ".") == 3
    assert "`x` expects nothing" in capsys.readouterr().out
    write(HERE / "tls.test.yaml", cases("bad"))
    assert policy("test", ".", "-k", "misspelt") == 2
    assert "error: no case has `misspelt` in its name" in capsys.readouterr().err
