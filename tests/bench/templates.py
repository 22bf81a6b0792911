"""What expanding templates costs within one process: `python -m tests.bench.templates FOLDER`.

Prints JSON: processor seconds to find, read and expand every template of a folder with each of its parameter files,
the first time and once more of the same process; those in which `json.loads` reads the same files, template and
parameters of each set, as often; how many sets and resources there were, and which share of properties is known.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROUNDS = 7
"""Turns of which the best counts: what else the machine does only makes them longer."""


def readings(folder: Path) -> list[Any]:
    """Everything in a folder, read as a command would."""
    from everward.sources.interface import ReadOptions
    from everward.sources.template import TemplateSource
    from everward.sources.tree import Tree

    group = ReadOptions(
        subscription="00000000-0000-0000-0000-000000000000",
        resource_group="rg",
        management_group="mg",
        location="westeurope",
    )
    tree = Tree(folder)
    source = TemplateSource()
    return [source.read(item, tree, group) for item in source.find(tree)]


def sets(folder: Path) -> list[tuple[Path, Path]]:
    """Every parameter file with its template."""
    return [(file.with_name("main.json"), file) for file in sorted(folder.rglob("*.parameters.json"))]


def parse(pairs: list[tuple[Path, Path]]) -> list[Any]:
    """What `json.loads` makes of the files of all sets."""
    return [json.loads(path.read_bytes()) for pair in pairs for path in pair]


def seconds(work: Callable[[], list[Any]]) -> float:
    """Processor time of one turn."""
    started = time.process_time()
    kept = work()
    taken = time.process_time() - started
    del kept
    gc.collect()
    return taken


def leaves(reading: Any) -> Iterator[Any]:
    """What stands in properties and holds nothing else."""
    stack = [resource.properties for resource in reading.resources]
    while stack:
        item = stack.pop()
        below = list(item.values()) if isinstance(item, dict) else item
        if isinstance(below, list) and below:
            stack.extend(below)
        else:
            yield item


def main() -> None:
    """Measure and print."""
    from everward.values import Unknown

    folder = Path(sys.argv[1])
    # As the command does.
    gc.disable()
    cold = seconds(lambda: readings(folder))
    pairs = sets(folder)
    turns = [(seconds(lambda: readings(folder)), seconds(lambda: parse(pairs))) for _ in range(ROUNDS)]
    found = readings(folder)
    every = [leaf for reading in found for leaf in leaves(reading)]
    answer = {
        "cold": cold,
        "warm": min(ours for ours, _ in turns),
        "parsing": min(theirs for _, theirs in turns),
        "sets": sum(item.role == "parameters" and item.used for reading in found for item in reading.inputs),
        "resources": sum(len(reading.resources) for reading in found),
        "known": sum(not isinstance(leaf, Unknown) for leaf in every) / len(every),
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
