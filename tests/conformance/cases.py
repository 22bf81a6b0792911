"""Reading case files, and running each case through the adapter for its kind."""

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Answer = dict[str, Any]
"""What an adapter found: `value`, `effect`, `ok`, or `error` (with the stage: `parse`, `evaluation`)."""
Adapter = Callable[[Case, Path], Answer]
"""Answers a case, from which `expect` has been taken; the path is the folder of the case file."""
Judge = Callable[[Answer, Any], bool]
"""Whether an answer is what was expected."""
Reader = Callable[[Path], Iterator[Case]]
"""Makes cases of a file: each with `id`, `kind`, the question, and what is expected as `expect`."""


@dataclass(frozen=True)
class Failure:
    id: str
    expected: Any
    answer: Answer


def read_cases(path: Path) -> Iterator[Case]:
    """The cases of a JSONL file, compressed or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in content.decode("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


@dataclass(frozen=True)
class Run:
    """What came of one file."""

    total: int
    ids: frozenset[str]
    failures: tuple[Failure, ...]


def run_file(path: Path, kinds: dict[str, tuple[Adapter, Judge]], reader: Reader = read_cases) -> Run:
    """Run the cases of a file. A case of a kind that nobody answers fails."""
    ids: list[str] = []
    failures: list[Failure] = []
    for case in reader(path):
        name = str(case.get("id", f"case {len(ids) + 1}"))
        ids.append(name)
        # The adapter gets the question alone.
        expected = case.pop("expect", None)
        if "expected" in case:
            expected = {"value": case.pop("expected")}
        kind = case.get("kind")
        if kind not in kinds or not isinstance(expected, dict):
            failures.append(Failure(name, expected, {"error": "case", "message": f"no case of a known kind: {kind}"}))
            continue
        adapter, judge = kinds[kind]
        answer = adapter({key: value for key, value in case.items() if key != "id"}, path.parent)
        if not judge(answer, expected):
            failures.append(Failure(name, expected, answer))
    return Run(len(ids), frozenset(ids), tuple(failures))
