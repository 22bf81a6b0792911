"""Peers on the published cases that they can be asked: how many they answer right, and how long that takes.

Everybody is asked the same cases in a process of its own, the product among them, and nobody is told what is expected.
A case counts as not answered where the peer has no means to ask it, or says itself that its answer may not be whole.
A peer that is not installed is left out, with a message.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.bench.measure import BenchError, Command, Sample, median, output_of, run_once
from tests.conformance.cases import read_cases
from tests.conformance.kinds import IDENTITIES, KINDS

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
INSTALLED: Path = ROOT / ".bench"
"""Where peers may be installed."""
ASKED: Final = frozenset({"kind", "question", "resources"})
"""What a contender is told of a case."""
FILES: Final = {
    "groups": ("network/nsg_matrix.jsonl",),
    "filters": ("network/c7n_nsg.jsonl",),
    "rights": ("identity/azure_docs.jsonl", "identity/abac_regorus.jsonl", "network/azure_docs.jsonl"),
}
"""Sets of cases: groups of rules alone, policies that filter groups and interfaces, and rights."""


@dataclass(frozen=True)
class Peer:
    """Another program."""

    name: str
    variable: str
    """The environment variable that names its command."""
    command: str
    package: str
    sets: tuple[str, ...]
    """What it is about."""

    def find(self) -> Path | None:
        """Its command: named by the environment, in `.bench`, or in the path."""
        named = os.environ.get(self.variable)
        if named:
            return Path(named) if Path(named).is_file() else None
        own = INSTALLED / self.name / "bin" / self.command
        found = str(own) if own.is_file() else shutil.which(self.command)
        return None if found is None else Path(found)

    @property
    def advice(self) -> str:
        """How to have it measured."""
        return f"{self.name}: left out: name its command `{self.command}` by {self.variable} (package {self.package})"


PEERS: Final = (
    Peer("c7n_azure", "CUSTODIAN", "custodian", "c7n-azure==0.7.52", ("groups", "filters")),
    Peer("prowler", "PROWLER", "prowler", "prowler==5.46.0", ("groups", "filters")),
    Peer("checkov", "CHECKOV", "checkov", "checkov==3.3.30", ("groups", "filters")),
    Peer("arcet", "ARCET", "arcet", "arcet==0.1.0a2", ("rights",)),
)


@dataclass(frozen=True)
class Score:
    """What came of one contender on one set."""

    cases: str
    name: str
    version: str
    asked: int
    right: int
    wrong: int
    cost: Sample | None
    """Of the whole process; None where there was nothing to ask."""

    @property
    def silent(self) -> int:
        """Cases that it cannot say anything about."""
        return self.asked - self.right - self.wrong


@dataclass(frozen=True)
class Contender:
    """Somebody who is asked: the command, and what its output says: a version, and an answer or None for each case."""

    name: str
    command: Command
    read: Callable[[bytes, int], tuple[str, list[Any]]]


def _answered(output: bytes, count: int) -> tuple[str, list[Any]]:
    """What a contender that was asked by a script of ours answers.

    Raises:
        BenchError: when it answers fewer cases than it was asked, or more.

    """
    found = json.loads(output.splitlines()[-1])
    if len(found["answers"]) != count:
        raise BenchError(f"{len(found['answers'])} answers to {count} cases")
    return str(found["version"]), list(found["answers"])


def interpreter(command: Path) -> str:
    """The interpreter that a command of Python runs by: what its first line names.

    Raises:
        BenchError: when it names none.

    """
    first = command.read_bytes().partition(b"\n")[0].decode(errors="replace")
    path = first.removeprefix("#!").strip().strip('"')
    if not first.startswith("#!") or not Path(path).is_file():
        raise BenchError(f"{command} does not name an interpreter")
    return path


def _scripted(peer: Peer, command: Path, script: str, cases: Path) -> Contender:
    # Isolated: neither this project nor what it needs is the peer's business.
    arguments = (interpreter(command), "-I", str(HERE / script), str(cases))
    return Contender(peer.name, Command(arguments, cases.parent), _answered)


SCRIPTS: Final = {"c7n_azure": "ask_custodian.py", "prowler": "ask_prowler.py", "arcet": "ask_arcet.py"}
CHECKS: Final = {("tcp", "22"): "CKV_AZURE_10", ("tcp", "3389"): "CKV_AZURE_9", ("tcp", "80"): "CKV_AZURE_160"}
"""Checkov's checks of templates, by the port that each is about. No other port has one."""


def check_for(case: Mapping[str, Any]) -> str | None:
    """The check of Checkov that answers a case; None when none does."""
    found = re.search(r"let (\w+)/(\S+) in from", case["question"]) if case["kind"] == "nsg-port-exposed" else None
    return None if found is None else CHECKS.get((found[1].lower(), found[2]))


def _checkov(peer: Peer, command: Path, cases: Sequence[dict[str, Any]], folder: Path) -> Contender:
    """Every case that has a check as a template of its own."""
    templates = folder / "templates"
    templates.mkdir()
    checks = [check_for(case) for case in cases]
    for index, (case, check) in enumerate(zip(cases, checks, strict=True)):
        if check is not None:
            content = {
                "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                "contentVersion": "1.0.0.0",
                "resources": [{"apiVersion": "2023-09-01", "location": "westeurope", **_as_written(case["resources"])}],
            }
            (templates / f"{index}.json").write_text(json.dumps(content), "utf-8")
    wanted = ",".join(sorted({check for check in checks if check is not None}))
    arguments = ("-d", str(templates), "--framework", "arm", "--compact", "-o", "json", "--check", wanted)
    version = output_of(Command((str(command), "--version"), folder)).decode().strip()

    def read(output: bytes, _count: int) -> tuple[str, list[Any]]:
        results = json.loads(output)["results"]
        failed, passed = (
            {(Path(item["file_path"]).stem, item["check_id"]) for item in results[f"{said}_checks"]}
            for said in ("failed", "passed")
        )
        keys = [(str(index), check) for index, check in enumerate(checks)]
        return version, [True if key in failed else False if key in passed else None for key in keys]

    return Contender(peer.name, Command((str(command), *arguments), folder, frozenset({0, 1})), read)


def _as_written(resources: Sequence[dict[str, Any]]) -> dict[str, Any]:
    [group] = resources
    return group


def _contenders(name: str, cases: list[dict[str, Any]], folder: Path) -> Iterator[Contender | Peer]:
    """The product and the peers on a set; a peer alone where it has no means to ask any of the cases."""
    given: dict[str, Any] = {"cases": cases}
    if name == "rights":
        given |= _directory()
    path = folder / "cases.json"
    path.write_text(json.dumps(given), "utf-8")
    ours = Command((sys.executable, "-m", "tests.bench.ask_everward", str(path)), ROOT)
    yield Contender("everward", ours, _answered)
    for peer in PEERS:
        command = peer.find() if name in peer.sets else None
        if command is None:
            continue
        if peer.name != "checkov":
            yield _scripted(peer, command, SCRIPTS[peer.name], path)
        elif any(check_for(case) for case in cases):
            yield _checkov(peer, command, cases, folder)
        else:
            yield peer


def _directory() -> dict[str, Any]:
    """What the service tells a peer that asks for it: its own roles by name, and its operations."""
    from everward.facts.access.roles import built_in_roles, operations

    roles = {
        role.name: {
            "id": f"/providers/Microsoft.Authorization/roleDefinitions/{role.id}",
            "properties": {
                "roleName": role.name,
                "type": "BuiltInRole",
                "permissions": [
                    {
                        "actions": item.actions,
                        "notActions": item.not_actions,
                        "dataActions": item.data_actions,
                        "notDataActions": item.not_data_actions,
                    }
                    for item in role.permissions
                ],
            },
        }
        for role in built_in_roles().values()
    }
    planes = zip((False, True), operations(), strict=True)
    listed = [{"name": name, "isDataAction": data} for data, names in planes for name in sorted(names)]
    return {"roles": roles, "operations": listed}


def scored(
    name: str, who: str, version: str, answers: Sequence[Any], cases: Sequence[Any], cost: Sample | None
) -> Score:
    """Answers judged as conformance judges them; None is no answer."""
    right = wrong = 0
    for answer, case in zip(answers, cases, strict=True):
        if answer is None:
            continue
        _, judge = KINDS[case["kind"]]
        if judge({"value": answer}, {"value": case["expected"]}):
            right += 1
        else:
            wrong += 1
    return Score(name, who, version, len(cases), right, wrong, cost)


def scores(folder: Path, runs: int, sets: Sequence[str] = tuple(FILES)) -> Iterator[Score]:
    """Everybody on every set: the answers of one run, then the cost of `runs` more, in turns.

    Raises:
        BenchError: when there are no cases, or a contender fails.

    """
    for peer in PEERS:
        if peer.find() is None and set(peer.sets) & set(sets):
            sys.stderr.write(f"{peer.advice}\n")
    for name in sets:
        full = [case for file in FILES[name] for case in _read(folder / file)]
        if name == "rights":
            # One file has some of these among others.
            full = [case for case in full if case["kind"] in IDENTITIES]
        told = [{key: value for key, value in case.items() if key in ASKED} for case in full]
        with tempfile.TemporaryDirectory() as scratch:
            found = list(_contenders(name, told, Path(scratch)))
            asked = [item for item in found if isinstance(item, Contender)]
            answers = [item.read(output_of(item.command), len(told)) for item in asked]
            costs = [[run_once(item.command) for item in asked] for _ in range(runs)]
        for index, item in enumerate(asked):
            version, said = answers[index]
            # What it takes to say nothing is no measure.
            cost = median([turn[index] for turn in costs]) if any(one is not None for one in said) else None
            yield scored(name, item.name, version, said, full, cost)
        for other in found:
            if isinstance(other, Peer):
                yield scored(name, other.name, "", [None] * len(full), full, None)


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise BenchError(f"there are no cases: `{path}` is no file")
    return list(read_cases(path))


def outdone(found: Sequence[Score]) -> list[Score]:
    """The peers that answer more cases of a set right than the product does."""
    ours = {item.cases: item.right for item in found if item.name == "everward"}
    return [item for item in found if item.right > ours.get(item.cases, 0)]


def score_table(found: Sequence[Score]) -> str:
    """All scores, one a line, in columns."""
    rows = [("cases", "who", "version", "asked", "right", "wrong", "cannot say", "wall", "cpu")]
    for item in found:
        cost = ("-", "-") if item.cost is None else (f"{item.cost.wall:.3f} s", f"{item.cost.cpu:.3f} s")
        counts = (str(item.asked), str(item.right), str(item.wrong), str(item.silent))
        rows.append((item.cases, item.name, item.version or "-", *counts, *cost))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
