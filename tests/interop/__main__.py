"""`make interop`: asks the Terraform on PATH and our evaluator the same, and tells every difference.

`python -m tests.interop --record` keeps the answers for the tests of machines that do not have Terraform.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.interop import comparing, configurations, corpus, recording, syntaxes, terraform
from tests.interop.workspace import prepare


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the comparison; 0 when nothing differs that has no reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.interop", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="another seed makes other expressions (default: 1)")
    parser.add_argument("--each", type=int, default=10, help="calls of each function from recipes (default: 10)")
    parser.add_argument("--nested", type=int, default=400, help="expressions of the grammar (default: 400)")
    parser.add_argument("--mutants", type=int, default=1000, help="files with a piece out of place (default: 1000)")
    parser.add_argument("--record", action="store_true", help="keep the answers in tests/interop/recorded")
    chosen = parser.parse_args(arguments)
    if terraform.TERRAFORM is None:
        _tell("skipped: terraform is not on PATH; the recorded answers are compared by `make test` all the same")
        return 0
    with tempfile.TemporaryDirectory() as place:
        began = time.monotonic()
        folder = prepare(Path(place) / "expressions")
        _tell(f"Terraform {terraform.version(folder)}, seed {chosen.seed}")
        differing = _expressions(chosen, folder)
        differing += _files(chosen, Path(place) / "files")
        differing += _configurations(chosen, Path(place))
        _tell(f"{differing} differences without a reason, {time.monotonic() - began:.0f} s")
    return 1 if differing else 0


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _expressions(chosen: argparse.Namespace, folder: Path) -> int:
    cases = corpus.cases(chosen.seed, chosen.each, chosen.nested)
    answers = terraform.ask([case.expression for case in cases], folder)
    result = comparing.compare(cases, answers, folder)
    _tell(f"expressions: {result.cases}; a value for both: {result.values}; an error for both: {result.errors}")
    for name in sorted(terraform.functions(folder)):
        _tell(f"  {result.functions[name]:5}  {name}")
    for why, count in result.accepted.most_common():
        _tell(f"  {count} differ, with a reason: {why}")
    for case, theirs, own in result.disagreements:
        _tell(f"DIFFERENT ({case.subject}): {case.expression}")
        _tell(f"  Terraform  {comparing.shown(theirs)}\n  Everward   {comparing.shown(own)}")
    uncovered = [name for name in terraform.functions(folder) if not result.functions[name]]
    for name in uncovered:
        _tell(f"NOT COVERED: {name}")
    if chosen.record:
        recording.write_expressions(cases, answers, {**recording.header(folder), "seed": chosen.seed}, folder)
    return len(result.disagreements) + len(uncovered)


def _files(chosen: argparse.Namespace, folder: Path) -> int:
    folder.mkdir()
    texts = recording.files(chosen.seed, chosen.mutants)
    broken = terraform.broken_files(texts, folder)
    differing = 0
    for text, state in zip(texts, broken, strict=True):
        if syntaxes.is_broken(text) != state and syntaxes.reason(text, broken=state) is None:
            differing += 1
            _tell(f"DIFFERENT: {'not ' if state else ''}well formed for us alone:\n{text}")
    _tell(f"files: {len(texts)}; not well formed: {sum(broken)}")
    if chosen.record:
        recording.write_files(texts, broken, {**recording.header(folder), "seed": chosen.seed})
    return differing


def _configurations(chosen: argparse.Namespace, folder: Path) -> int:
    planned, differing = [], 0
    for at, configuration in enumerate(configurations.written()):
        theirs = configurations.plan(configuration, folder / f"planned{at}")
        planned.append((configuration.name, theirs))
        found = configurations.difference(theirs, configurations.evaluate(configuration, folder / f"read{at}"))
        if found is not None:
            differing += 1
            _tell(f"DIFFERENT ({configuration.name}): {found}")
    _tell(f"configurations: {len(planned)}; refused: {sum(item.error for _, item in planned)}")
    if chosen.record:
        recording.write_configurations(planned, recording.header(folder))
    return differing


if __name__ == "__main__":
    sys.exit(main())
