"""Parameter files of Bicep give the JSON that its compiler makes of them; another answer fails."""

import os
from pathlib import Path

import pytest
from tests.conformance import bicepparams
from tests.conformance.cases import run_file
from tests.conformance.kinds import KINDS, reader_of


def archive() -> Path:
    found = os.environ.get("EVERWARD_CASES")
    if not found:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    return Path(found) / "conformance" / "arm" / "bicepparam.tar.gz"


def test_every_pair_reads_as_its_json() -> None:
    path = archive()
    reader = reader_of(path)
    assert reader is not None
    run = run_file(path, KINDS, reader)
    assert run.total == 11
    assert [failure.id for failure in run.failures] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("using none\nparam a = 1\n", {"parameters": {"a": {"value": 2}}}),
        ("using none\nparam a = externalInput('k')\n", {"parameters": {"a": {"value": "k"}}}),
        ("using none\nparam a = \n", {"parameters": {}}),
    ],
)
def test_another_answer_fails(text: str, expected: object) -> None:
    answer = bicepparams.parameters({"files": {bicepparams.SOURCE: text}, "environment": {}}, Path())
    assert not bicepparams.judge(answer, expected)


def test_what_is_spread_and_open_is_written_as_the_compiler_does() -> None:
    text = "using none\nparam a = [1, ...externalInput('k'), 'x', true, null]\nparam b = externalInput('k').x\n"
    answer = bicepparams.parameters({"files": {bicepparams.SOURCE: text}, "environment": {}}, Path())
    spread = "flatten(createArray(createArray(1), externalInputs('k_0'), createArray('x', true(), null())))"
    assert answer["value"]["parameters"] == {
        "a": {"expression": f"[{spread}]"},
        "b": {"expression": "[externalInputs('k_0').x]"},
    }
