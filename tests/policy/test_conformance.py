"""The cases that others answered. `python -m tests.conformance FILE…` shows each failure."""

import os
from pathlib import Path

import pytest
from tests.conformance.cases import run_file
from tests.conformance.kinds import KINDS

KNOWN: dict[str, dict[str, str]] = {
    "policy.jsonl.gz": {
        "implicit_allof::allof_contains": (
            "takes `tags[*]` for the elements of an array of tags; tags are an object, and this names the tag `*`"
        ),
        "template_functions_datetime_ip::utcNow_returns_context_timestamp": (
            "gives the time as it is written in the context; documented are seven digits of a second"
        ),
        "template_functions_datetime_ip::addDays_with_utcNow": "as above",
    },
    "functions.jsonl.gz": {
        **dict.fromkeys(
            ("fn/data_uri::data_uri_hello", "fn/data_uri::data_uri_empty", "fn/data_uri::data_uri_json"),
            "writes `utf8`; the deployment engine writes `utf-8`",
        ),
        **dict.fromkeys(
            ("fn/ip_range_contains::ip_invalid_range", "fn/ip_range_contains::ip_invalid_target"),
            "takes what is no address for an address outside; documented is a failed evaluation",
        ),
        "fn/join::join_with_booleans": "writes `true`; the deployment engine writes `True`",
    },
}
"""Cases that deviate from Azure's documentation or from its own engine, and why."""


@pytest.mark.parametrize(
    "name",
    ["operators.jsonl.gz", "parser.jsonl.gz", "docs_examples.jsonl", "policy.jsonl.gz", "functions.jsonl.gz"],
)
def test_every_case_passes_but_the_known_ones(name: str) -> None:
    folder = os.environ.get("EVERWARD_CASES")
    if not folder:
        pytest.skip("EVERWARD_CASES is not set: it names the folder with the shared cases")
    total, failures = run_file(Path(folder) / "conformance" / "policy" / name, KINDS)
    assert total > 0
    assert {failure.id for failure in failures} == set(KNOWN.get(name, {}))
