"""The cases for ARM templates, and their adapters: they answer the question, and other answers fail."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from tests.conformance import __main__ as runner
from tests.conformance import arm
from tests.conformance.cases import run_file
from tests.conformance.kinds import KINDS, reader_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Path:
    found = os.environ.get("EVERWARD_CASES")
    if not found:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    return Path(found) / "conformance" / "arm"


@pytest.mark.parametrize(("pattern", "count"), [("functions.json", 45), ("templates/*.json", 18), ("pairs.tar.gz", 20)])
def test_every_case_passes(folder: Path, pattern: str, count: int) -> None:
    runs = [run_file(path, KINDS, reader_of(path) or arm.records) for path in sorted(folder.glob(pattern))]
    assert sum(run.total for run in runs) == count
    assert [failure.id for run in runs for failure in run.failures] == []


def test_pairs_say_something(folder: Path) -> None:
    shapes = [
        shape
        for case in arm.pairs(folder / "pairs.tar.gz")
        for shape in arm.pair({"compiled": case["compiled"]}, folder)["symbolic"]
    ]
    for part, least in (("resources", 250), ("outputs", 100), ("variables", 400)):
        assert sum(len(shape[part]) for shape in shapes) > least


def test_make_runs_them_without_being_told(folder: Path) -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    printed = subprocess.run(
        [make, "--dry-run", "-C", str(ROOT), "conformance", "VENV=/nowhere"], capture_output=True, text=True, check=True
    ).stdout
    for name in ("functions.json", "templates/eval_lambdas.json", "pairs.tar.gz"):
        assert str(folder / name) in printed


TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "variables": {"v": "[concat('a', parameters('p'))]"},
    "parameters": {"p": {"type": "string"}},
    "resources": [{"type": "A.B/c", "apiVersion": "1", "name": "[variables('v')]", "properties": {"n": 1}}],
    "outputs": {"o": {"type": "array", "value": "[createArray(1, parameters('p'))]"}},
}


def record(**expected: Any) -> dict[str, Any]:
    scope = {"subscription": "1", "resourceGroup": "g", "location": "here"}
    return {"id": "one", "parameters": {"p": "x"}, "metadata": scope, "template": TEMPLATE, "expected": expected}


MADE = {
    "id": "/subscriptions/1/resourceGroups/g/providers/A.B/c/ax",
    "type": "A.B/c",
    "name": "ax",
    "apiVersion": "1",
    "properties": {"n": 1},
}


@pytest.mark.parametrize(
    ("expected", "passes"),
    [
        ({"outputs": {"o": [1, "x"]}, "variables": {"v": "ax"}, "resources": [MADE]}, True),
        ({"paths": {"$.resources[0].properties.n": 1, "$.resources[0].name": "ax"}}, True),
        ({"paths": {"$.resources[0].properties.n": True}}, False),
        ({"paths": {"$.resources[1].properties.n": 1}}, False),
        ({"outputs": {"o": [1, "y"]}}, False),
        ({"outputs": {"missing": None}}, False),
        ({"variables": {"v": "x"}}, False),
        ({"resources": []}, False),
        ({"error": "a"}, False),
        ({}, False),
    ],
)
def test_a_template_is_held_against_what_is_expected(expected: dict[str, Any], passes: bool, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(record(**expected)))
    run = run_file(file, KINDS, arm.records)
    assert (run.total, len(run.failures)) == (1, 0 if passes else 1)


def test_what_goes_wrong_is_an_answer_and_not_a_pass(tmp_path: Path) -> None:
    broken = record(error="is not found")
    broken["template"] = {**TEMPLATE, "variables": {"v": "[parameters('q')]"}}
    file = tmp_path / "case.json"
    file.write_text(json.dumps(broken))
    assert not run_file(file, KINDS, arm.records).failures
    broken["expected"] = {"outputs": {"o": [1, "x"]}}
    file.write_text(json.dumps(broken))
    assert run_file(file, KINDS, arm.records).failures


def test_functions_take_values_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = [
        {"id": "one", "fn": "length", "args": [["'a'", {"b": []}]], "want": 2},
        {"id": "two", "fn": "length", "args": [[]], "want": 1},
        {"id": "three", "fn": "length", "args": [7], "want": 1},
    ]
    file = tmp_path / "calls.json"
    file.write_text(json.dumps(calls))
    assert runner.main([str(file)]) == 1
    out = capsys.readouterr().out
    assert "two: " in out
    assert "three: " in out
    assert out.splitlines()[-1] == "passed 1 of 3"


@pytest.mark.parametrize(("symbolic", "failed"), [("p", 0), ("q", 1)])
def test_two_compilations_are_compared_in_everything(symbolic: str, failed: int, tmp_path: Path) -> None:
    other = json.loads(json.dumps(TEMPLATE).replace("parameters('p'))]\"}}", f"parameters('{symbolic}'))]\"}}}}"))
    other |= {"languageVersion": "2.0", "resources": {"it": TEMPLATE["resources"][0]}}  # type: ignore[index]
    archive = tmp_path / "pairs.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        for name, content in (("S.main.json", TEMPLATE), ("S.main.symbolicnames.json", other), ("README", {})):
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    run = run_file(archive, KINDS, arm.pairs)
    assert (set(run.ids), len(run.failures)) == ({"S"}, failed)


def test_half_a_pair_fails() -> None:
    assert not arm.judge_pair({"plain": []}, {"alike": True})


def test_a_file_that_nobody_reads_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.xml"
    file.write_text("")
    assert runner.main([str(file)]) == 2
    assert "nobody reads" in capsys.readouterr().err
