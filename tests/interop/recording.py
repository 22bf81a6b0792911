"""Terraform's answers as they are kept beside the tests, for machines that do not have it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.interop import configurations, syntaxes, terraform
from tests.interop.answers import UNKNOWN, Answer, dump, from_json, to_json
from tests.interop.configurations import Planned
from tests.interop.corpus import Case

FOLDER = Path(__file__).parent / "recorded"


@dataclass(frozen=True, slots=True)
class Record:
    """The lines of one file, without the first, which says where they are from."""

    header: dict[str, Any]
    lines: list[Any]


def _read(name: str) -> Record:
    with (FOLDER / name).open(encoding="utf-8") as file:
        header, *lines = (json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in file)
    return Record(header, lines)


def _write(name: str, header: dict[str, Any], lines: Iterator[Any]) -> None:
    FOLDER.mkdir(exist_ok=True)
    text = "".join(f"{dump(line)}\n" for line in (header, *lines))
    (FOLDER / name).write_text(text, encoding="utf-8")


def header(folder: Path) -> dict[str, Any]:
    """Which Terraform answered, and when."""
    return {"terraform": terraform.version(folder), "date": date.today().isoformat()}


def write_expressions(cases: list[Case], answers: list[Answer], about: dict[str, Any], folder: Path) -> None:
    """Keep the answers to expressions. What names the folder of this machine is kept as not known."""
    lines = (
        {"subject": case.subject, "expression": case.expression, **to_json(_anywhere(answer, folder))}
        for case, answer in zip(cases, answers, strict=True)
    )
    _write("expressions.jsonl", {**about, "functions": terraform.functions(folder)}, lines)


def _anywhere(answer: Answer, folder: Path) -> Answer:
    return UNKNOWN if str(folder) in dump(answer.value) else answer


def read_expressions() -> tuple[dict[str, Any], list[tuple[Case, Answer]]]:
    """The first line, and every case with Terraform's answer."""
    record = _read("expressions.jsonl")
    return record.header, [(Case(line["subject"], line["expression"]), from_json(line)) for line in record.lines]


def write_configurations(planned: list[tuple[str, Planned]], about: dict[str, Any]) -> None:
    """Keep what became of the configurations, by their names."""
    _write("configurations.jsonl", about, ({"name": name, **configurations.recorded(item)} for name, item in planned))


def read_configurations() -> dict[str, Planned]:
    """What became of the configurations, by their names."""
    return {line["name"]: configurations.read(line) for line in _read("configurations.jsonl").lines}


def write_files(texts: list[str], broken: list[bool], about: dict[str, Any]) -> None:
    """Keep which files have a wrong syntax."""
    lines = ({"text": text, "broken": state} for text, state in zip(texts, broken, strict=True))
    _write("files.jsonl", about, lines)


def read_files() -> list[tuple[str, bool]]:
    """Texts of files, and whether their syntax is wrong."""
    return [(line["text"], line["broken"]) for line in _read("files.jsonl").lines]


def files(seed: int, count: int) -> list[str]:
    """The files that are compared: the written ones, and `count` mutants."""
    return list(dict.fromkeys([*syntaxes.written(), *syntaxes.mutants(seed, count)]))
