"""The bench measures what it says and fails when a target is missed."""

from __future__ import annotations

import gzip
import json
import random
import sys
from pathlib import Path

import pytest
from tests.bench.inventory import inventory, vary
from tests.bench.measure import BenchError, Command, Sample, median, output_of, run_once
from tests.bench.report import Target, table

SMALL, LARGE = Sample(0.1, 0.2, 30), Sample(2.0, 1.0, 90)


def python(code: str, folder: Path, *succeeds: int) -> Command:
    return Command((sys.executable, "-c", code), folder, frozenset(succeeds or {0}))


def test_medians_are_taken_figure_by_figure() -> None:
    assert median([Sample(1, 9, 5), Sample(2, 8, 7), Sample(3, 7, 6)]) == Sample(2, 8, 6)


def test_a_process_that_works_and_holds_memory_costs_more(tmp_path: Path) -> None:
    idle = run_once(python("pass", tmp_path))
    # A process counts what its parent held when it started, so it has to hold more than that to show.
    size = int(idle.peak) + 80
    busy = run_once(python(f"kept = b'x' * {size << 20}; sum(range(6_000_000))", tmp_path))
    assert busy.cpu > idle.cpu
    assert busy.peak > idle.peak + 60


def test_waiting_is_wall_time_but_no_processor_time(tmp_path: Path) -> None:
    sample = run_once(python("import time; time.sleep(0.5)", tmp_path))
    assert sample.wall > 0.5 > sample.cpu


def test_a_process_that_fails_is_no_measurement(tmp_path: Path) -> None:
    failing = python("import sys; sys.exit('no such option')", tmp_path)
    with pytest.raises(BenchError, match="no such option"):
        run_once(failing)
    with pytest.raises(BenchError, match="ended with 1"):
        output_of(failing)
    assert output_of(python("print('x'); raise SystemExit(3)", tmp_path, 3)) == b"x\n"


def test_targets_are_met_or_missed() -> None:
    faster = Target("a", "cpu", SMALL, LARGE, "peer", 15)
    assert faster.ratio == pytest.approx(20)
    assert faster.met
    assert not Target("a", "wall", SMALL, LARGE, "peer", 6).met
    within = Target("b", "peak", LARGE, SMALL, "parsing", 5, less=False)
    assert within.ratio == pytest.approx(3)
    assert within.met
    assert not Target("b", "cpu", LARGE, SMALL, "parsing", 5, less=False).met


def test_the_table_names_what_was_missed() -> None:
    lines = table([Target("a", "cpu", SMALL, LARGE, "peer", 15), Target("b", "peak", LARGE, SMALL, "peer", 1)]).split(
        "\n"
    )
    assert lines[1].split() == ["a", "cpu", "0.100", "s", "2.000", "s", "peer", "20.00", ">=", "15", "met"]
    assert lines[2].split() == ["b", "peak", "90", "MiB", "30", "MiB", "peer", "0.33", ">=", "1", "MISSED"]


BODY = {
    "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers/Microsoft.X/ys/a",
    "properties": {"on": True, "count": 3, "none": None, "list": [False, "/subscriptions/short/x", "plain"]},
}


def test_a_copy_moves_to_another_subscription_and_keeps_its_shape() -> None:
    copy = vary(BODY, 2, random.Random(1))
    assert copy["id"].startswith("/subscriptions/11111111-1111-1111-1111-111111110002/resourceGroups/g/")
    assert {key: type(value) for key, value in copy["properties"].items()} == {
        key: type(value)
        for key, value in BODY["properties"].items()  # type: ignore[attr-defined]
    }
    assert copy["properties"]["list"][1:] == ["/subscriptions/short/x", "plain"]


def test_an_inventory_is_the_same_each_time_and_no_id_stands_twice(tmp_path: Path) -> None:
    recorded = tmp_path / "bodies.json.gz"
    tenant = {"id": "/providers/Microsoft.X/ys/b"}
    recorded.write_bytes(gzip.compress(json.dumps([{"body": BODY}, {"body": tenant}]).encode()))
    first = inventory(recorded, 50)
    assert first == inventory(recorded, 50)
    assert len({body["id"] for body in first}) == 50
    assert {body["properties"]["on"] for body in first} == {True, False}
