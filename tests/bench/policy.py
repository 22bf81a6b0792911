"""What the policy engine costs by itself, within one process: `python -m tests.bench.policy FOLDER BODIES`.

Prints JSON: processor seconds of a million verdicts by the median definition, each against a resource of a type that
it is about; processor seconds to read and compile a folder of definitions; how many there were.
"""

from __future__ import annotations

import gzip
import json
import lzma
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROUNDS = 200
"""Verdicts in a row of which one figure is taken; the best of three counts."""


def unpack(packed: Path, folder: Path) -> int:
    """Write definitions as people keep them, a file each; how many there are."""
    with lzma.open(packed, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line)["definition"] for line in lines]
    for index, document in enumerate(documents):
        (folder / f"{index:04}.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
    return len(documents)


def loaded(folder: Path) -> tuple[list[Any], float]:
    """Every definition of a folder, compiled, and the processor seconds that it took."""
    from everward.policy import compile_definition
    from everward.policy.library import Library

    started = time.process_time()
    policies = [compile_definition(held.value) for held in Library.load([folder]).definitions]
    return policies, time.process_time() - started


def verdicts(policies: list[Any], bodies: Path) -> list[float]:
    """Seconds of one verdict by each definition that is about a type of which there is a body."""
    from everward.estate import Estate, Reading, Resource
    from everward.values import Origin

    resources: dict[str, Resource] = {}
    for index, record in enumerate(json.loads(gzip.decompress(bodies.read_bytes()))):
        body = record["body"]
        of = str(body.get("type") or "")
        if of and of.lower() not in resources:
            made = body.get("id") or f"/{index}"
            resources[of.lower()] = Resource(
                id=made, type=of, name=str(body.get("name") or "x"), body=body, origin=Origin(source="inventory")
            )
    estate = Estate([Reading("inventory", "bodies", list(resources.values()))])
    figures = []
    for policy in policies:
        about = [resources[of] for of in sorted(policy.types or ()) if of in resources]
        if about:
            figures.append(min(_verdict(policy, about[0], estate) for _ in range(3)))
    return figures


def _verdict(policy: Any, resource: Any, estate: Any) -> float:
    policy.evaluate(resource, estate)
    started = time.process_time()
    for _ in range(ROUNDS):
        policy.evaluate(resource, estate)
    return (time.process_time() - started) / ROUNDS


def main() -> None:
    """Measure and print."""
    folder, bodies = Path(sys.argv[1]), sys.argv[2:]
    policies, seconds = loaded(folder)
    answer: dict[str, Any] = {"definitions": len(policies), "loading": seconds}
    if bodies:
        figures = verdicts(policies, Path(bodies[0]))
        answer |= {"matched": len(figures), "million": statistics.median(figures) * 1_000_000}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
