"""The part of the bench about a workload that grows."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from tests.bench.measure import BenchError, Command
from tests.bench.stamps import stamps, values_of_stamps

from everward.sources.limits import Limits
from everward.sources.terraform.inputs.tfvars import read_variable_file
from everward.sources.terraform.modules import ModuleLoader
from everward.sources.tree import Tree


def workload(folder: Path) -> Path:
    root = folder / "src" / "infra" / "workload" / "releaseunit"
    root.mkdir(parents=True)
    (root / "variables-prod.tfvars").write_text("")
    return folder


def prints(count: int) -> str:
    return f"import json; print(json.dumps({{'resources': [{{}}] * {count}}}))"


def test_there_is_a_stamp_for_each_of_twenty_regions(tmp_path: Path) -> None:
    path = tmp_path / "stamps.tfvars"
    path.write_text(values_of_stamps())
    found = read_variable_file(path, ModuleLoader(Tree(tmp_path), Limits()))
    assert found.problems == []
    assert len(set(found.values["stamps"].value)) == 20
    assert found.values["vnet_address_space"].value == "10.0.0.0/8"


def test_less_than_there_is_means_nothing(tmp_path: Path) -> None:
    def everward(*_arguments: str, folder: Path) -> Command:
        return Command((sys.executable, "-c", prints(3)), folder)

    with pytest.raises(BenchError, match="only 3 resources of the whole repository were read"):
        next(stamps(everward, Path(sys.executable), workload(tmp_path), tmp_path, 1))


def test_both_works_are_measured_beside_the_peer_and_limits(tmp_path: Path) -> None:
    seen: list[tuple[str, ...]] = []

    def everward(*arguments: str, folder: Path) -> Command:
        seen.append(arguments)
        return Command((sys.executable, "-c", prints(1_000)), folder)

    peer = tmp_path / "peer"
    peer.write_text("#!/bin/sh\nexit 1\n")
    peer.chmod(0o755)
    targets = list(stamps(everward, peer, workload(tmp_path), tmp_path, 1))
    assert [(target.figure, target.other) for target in targets] == [
        ("wall", "checkov"),
        ("wall", "limit"),
        ("peak", "checkov"),
        ("peak", "limit"),
    ] * 2
    assert targets[0].work == "the whole repository: 1,000 resources"
    assert json.dumps(seen[1]).count("--var-file") == 3
