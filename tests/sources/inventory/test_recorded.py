"""Against recorded bodies. Needs the folder that EVERWARD_CASES names."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.sources.inventory.support import read, write

from everward.estate import Estate


def cases() -> Path:
    folder = os.environ.get("EVERWARD_CASES")
    if not folder:
        pytest.skip("EVERWARD_CASES is not set")
    return Path(folder)


def test_all_recorded_bodies_are_read(tmp_path: Path) -> None:
    with gzip.open(cases() / "corpus" / "arm-get-bodies.json.gz") as stream:
        bodies = [entry["body"] for entry in json.load(stream)]
    for name, content in (
        ("list.json", bodies),
        ("lines.jsonl", "\n".join(json.dumps(body) for body in bodies)),
    ):
        reading = read(write(tmp_path, name, content))
        assert not reading.incomplete
        found = {resource.key for resource in reading.resources}
        assert {body["id"].lower() for body in bodies} <= found
        for body in bodies:
            versions = Estate([reading]).versions(body["id"]) if body["id"].lower() not in found else [None]
            assert versions


SERVICE_OWN = {
    # Resource Graph reads with another API version than the recorded GET.
    "privateEndpointConnections",
    "exactVersion",
    "extended",
}


def comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if key not in SERVICE_OWN}
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, str):
        lowered = value.lower()
        # Timestamps of Resource Graph end at the millisecond.
        return lowered[:23] if lowered[4:5] == "-" and lowered[10:11] == "t" else lowered
    return value


@pytest.mark.parametrize("name", ["arg_c7n_cassette_storage.json", "arg_c7n_cassette_vm.json"])
def test_one_resource_is_the_same_by_both_services(name: str, tmp_path: Path) -> None:
    recorded = json.loads((cases() / "conformance" / "arm" / name).read_text())
    readings = [
        read(write(tmp_path, f"{index}-{name}", interaction["response"]["body"]))
        for index, interaction in enumerate(recorded["interactions"])
    ]
    got, graph = (reading.resources[0] for reading in readings)
    assert got.key == graph.key
    assert got.type == graph.type
    assert got.name == graph.name
    assert comparable(got.body) == comparable(graph.body)
