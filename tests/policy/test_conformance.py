"""The cases that others answered. `python -m tests.conformance FILE…` shows each failure."""

import os
from pathlib import Path

import pytest
from tests.conformance.__main__ import DEVIATIONS, main
from tests.conformance.cases import run_file
from tests.conformance.kinds import KINDS

FILES = ("operators.jsonl.gz", "parser.jsonl.gz", "docs_examples.jsonl", "policy.jsonl.gz", "functions.jsonl.gz")


def test_every_case_passes_but_the_listed_deviations() -> None:
    folder = os.environ.get("EVERWARD_CASES")
    if not folder:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    failed: set[str] = set()
    for name in FILES:
        total, failures = run_file(Path(folder) / "conformance" / "policy" / name, KINDS)
        assert total > 0
        failed |= {failure.id for failure in failures}
    assert failed == DEVIATIONS.keys()


def test_each_deviation_says_who_answers_as_we_do() -> None:
    for entry in DEVIATIONS.values():
        assert entry.keys() in ({"engine"}, {"document", "reason"})
    assert sum("document" in entry for entry in DEVIATIONS.values()) <= 10


@pytest.mark.parametrize(("expected", "code"), [('{"value": 2}', 0), ('{"value": 3}', 1)])
def test_the_runner_counts_and_ends_with_1_on_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: str, code: int
) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(f'{{"id": "x", "kind": "function", "function": "add", "args": [1, 1], "expect": {expected}}}\n')
    assert main([str(cases)]) == code
    assert capsys.readouterr().out.splitlines()[-1] == f"passed {1 - code} of 1"
