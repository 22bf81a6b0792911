"""The cases that others answered. `python -m tests.conformance FILE…` shows each failure."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.conformance import __main__ as runner
from tests.conformance.cases import run_file
from tests.conformance.deviations import MAX_DOCUMENTED, read_deviations
from tests.conformance.kinds import KINDS

FILES = ["operators.jsonl.gz", "parser.jsonl.gz", "docs_examples.jsonl", "policy.jsonl.gz", "functions.jsonl.gz"]


@pytest.fixture
def folder() -> Path:
    found = os.environ.get("EVERWARD_CASES")
    if not found:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    return Path(found) / "conformance" / "policy"


@pytest.mark.parametrize("name", FILES)
def test_every_case_passes_but_the_listed_ones(folder: Path, name: str) -> None:
    run = run_file(folder / name, KINDS)
    assert run.total > 0
    assert {failure.id for failure in run.failures} == run.ids & read_deviations().keys()


def test_every_listed_deviation_is_a_case(folder: Path) -> None:
    others = sorted(path for room in ("network", "identity") for path in (folder.parent / room).glob("*.jsonl*"))
    ids = frozenset().union(*(run_file(path, KINDS).ids for path in (*(folder / name for name in FILES), *others)))
    assert read_deviations().keys() <= ids


def operator_case(id: str, left: Any, right: Any, value: bool) -> dict[str, Any]:
    return {
        "id": id,
        "kind": "operator",
        "operator": "equals",
        "left": {"value": left},
        "right": {"value": right},
        "expect": {"value": value},
    }


def write(path: Path, *cases: dict[str, Any]) -> str:
    path.write_text("\n".join(json.dumps(case) for case in cases) + "\n", "utf-8")
    return str(path)


def test_the_runner_counts_and_ends_with_nought(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "a.jsonl", operator_case("one", 1, 1, True), operator_case("two", 1, 2, False))
    assert runner.main([file]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "passed 2 of 2"


def test_a_failure_that_is_not_listed_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "a.jsonl", operator_case("one", 1, 2, True), {"id": "odd", "kind": "?", "expect": {}})
    assert runner.main([file]) == 1
    out = capsys.readouterr().out
    assert "one: expected" in out
    assert "odd: expected" in out
    assert out.splitlines()[-1] == "passed 0 of 2"


def test_a_listed_failure_counts_and_ends_with_nought(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = "implicit_allof::allof_contains"
    file = write(tmp_path / "a.jsonl", operator_case(listed, 1, 2, True), operator_case("one", 1, 1, True))
    assert runner.main([file]) == 0
    out = capsys.readouterr().out
    assert "listed: " in out
    assert out.splitlines()[-1] == "passed 1 of 2"


def test_a_listed_case_that_passes_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "a.jsonl", operator_case("implicit_allof::allof_contains", 1, 1, True))
    assert runner.main([file, file]) == 1
    assert "is listed as a deviation" in capsys.readouterr().out


def test_deviations_need_a_reason_and_a_document_and_are_few(tmp_path: Path) -> None:
    file = tmp_path / "deviations.yaml"
    file.write_text("documented: {a: {why: because}}")
    with pytest.raises(ValueError, match="address of a `document`"):
        read_deviations(file)
    entries = ", ".join(f"c{index}: {{why: w, document: 'https://x'}}" for index in range(MAX_DOCUMENTED + 1))
    file.write_text(f"documented: {{{entries}}}")
    with pytest.raises(ValueError, match="more than 10"):
        read_deviations(file)
