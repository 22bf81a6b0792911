"""Measures the product beside a peer, or beside the bare parsing of the same bytes, in one run.

`python -m tests.bench` prints a table and exits with 1 when a target is missed, with 2 when something is missing. Every
figure is a ratio of two medians taken in turns on the same machine; only the policy engine and the analyses of networks
and rights, which have no peer, have limits in seconds and mebibytes.

It reads from the environment: CHECKOV, the peer's command (without it, the peer is installed into `.bench/checkov`);
EVERWARD_MCO, a checkout of the reference workload; EVERWARD_CASES, the folder with recorded resources.

`--only peers` asks everybody the same published cases and prints who answers how many right: CUSTODIAN, PROWLER,
CHECKOV and ARCET name the commands of the peers, which are otherwise looked for below `.bench` and in the path.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench.analyses import access, large, reach
from tests.bench.measure import BenchError, Command, Sample, output_of, race
from tests.bench.peers import outdone, score_table, scores
from tests.bench.policy import unpack
from tests.bench.report import Target, table
from tests.bench.stamps import stamps

ROOT = Path(__file__).resolve().parents[2]
RESOURCES = 5000
PARSING = "import msgspec, sys; kept = msgspec.json.decode(open(sys.argv[1], 'rb').read()); print(len(kept))"
ASSESSED = frozenset({0, 1, 3})
"""Clean, findings, and incomplete: without variables the workload cannot be read completely by anybody."""


def everward(*arguments: str, folder: Path, succeeds: frozenset[int] = ASSESSED) -> Command:
    """The product as a user starts it: the script beside this interpreter, else the package."""
    script = Path(sys.executable).with_name("everward")
    head = (str(script),) if script.exists() else (sys.executable, "-m", "everward")
    return Command((*head, *arguments), folder, succeeds)


def peer() -> Path:
    """The peer's command, installed now if it has to be.

    Raises:
        BenchError: when it cannot be installed.

    """
    named = os.environ.get("CHECKOV")
    if named:
        return Path(named)
    home = ROOT / ".bench" / "checkov"
    command = home / "bin" / "checkov"
    if not command.exists():
        sys.stderr.write("installing the peer into .bench/checkov\n")
        pip = [
            str(home / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "-r",
            str(Path(__file__).with_name("checkov.txt")),
        ]
        for step in ([sys.executable, "-m", "venv", str(home)], pip):
            if subprocess.run(step, check=False).returncode:
                raise BenchError("the peer cannot be installed: name an installed one by CHECKOV")
    return command


def folder_from(variable: str) -> Path:
    """A folder that the environment names.

    Raises:
        BenchError: when it does not, or there is none.

    """
    value = os.environ.get(variable)
    if not value or not Path(value).is_dir():
        raise BenchError(f"{variable} does not name a folder")
    return Path(value).resolve()


def help_texts(runs: int) -> Iterator[Target]:
    """Both commands saying what they can do."""
    ours = everward("--help", folder=ROOT, succeeds=frozenset({0}))
    theirs = Command((str(peer()), "--help"), ROOT)
    mine, other = race(ours, theirs, runs)
    yield Target("--help", "cpu", mine, other, "checkov", 15)


def workload(runs: int) -> Iterator[Target]:
    """The reference workload: one root bare and with its inputs, and all of `src/infra`.

    The peer is spared everything but Terraform.
    """
    infra = folder_from("EVERWARD_MCO") / "src" / "infra"
    root = infra / "workload" / "releaseunit"
    recorded = folder_from("EVERWARD_CASES") / "conformance" / "terraform" / "releaseunit.tfvars"
    inputs = [part for file in (root / "variables-prod.tfvars", recorded) for part in ("--var-file", str(file))]
    for name, path, given, least in (
        ("releaseunit", root, [], 40),
        ("releaseunit with inputs", root, inputs, 120),
        ("src/infra", infra, [], 80),
    ):
        ours = everward("assess", str(path), *given, folder=infra)
        reading = ("--framework", "terraform", "--quiet", "--compact", "--skip-download")
        theirs = Command((str(peer()), "-d", str(path), *given, *reading), infra, frozenset({0, 1}))
        resources = json.loads(output_of(Command((*ours.arguments, "-o", "json"), infra, ours.succeeds)))["resources"]
        summary = json.loads(output_of(Command((*theirs.arguments, "-o", "json"), infra, theirs.succeeds)))["summary"]
        if len(resources) < least or summary["failed"] < 10:
            raise BenchError(f"{name} was not read: {len(resources)} resources, {summary['failed']} failed checks")
        mine, other = race(ours, theirs, runs)
        yield Target(f"assess {name}", "wall", mine, other, "checkov", 4)
        yield Target(f"assess {name}", "peak", mine, other, "checkov", 1)


def bulk(runs: int) -> Iterator[Target]:
    """A large inventory under all criteria, beside the parsing of the same bytes."""
    recorded = folder_from("EVERWARD_CASES") / "corpus" / "arm-get-bodies.json.gz"
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "inventory.json"
        making = (sys.executable, "-m", "tests.bench.inventory", str(recorded), str(RESOURCES), str(target))
        output_of(Command(making, ROOT))
        ours = everward("assess", str(target), folder=Path(folder))
        theirs = Command((sys.executable, "-c", PARSING, str(target)), Path(folder))
        read = json.loads(output_of(everward("assess", str(target), "-o", "json", folder=Path(folder))))
        if len(read["resources"]) < RESOURCES:
            raise BenchError(f"only {len(read['resources'])} of {RESOURCES} resources were read")
        size = target.stat().st_size / 1_000_000
        mine, other = race(ours, theirs, runs)
    yield Target(f"{RESOURCES:,} resources, {size:.0f} MB", "cpu", mine, other, "parsing", 5, less=False)


def policy(runs: int) -> Iterator[Target]:
    """The policy engine by itself, on the shipped definitions, beside fixed limits: no peer judges resources by them.

    `py-azpe` was looked at: it lists, stores and assigns definitions, and evaluates none.
    """
    corpus = folder_from("EVERWARD_CASES") / "corpus"
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as kept:
        definitions, cache = Path(folder), Path(kept)
        count = unpack(corpus / "builtin-definitions.jsonl.xz", definitions)
        measure = (sys.executable, "-m", "tests.bench.policy", folder)
        answers = []
        for bodies in ([], [], *[[str(corpus / "arm-get-bodies.json.gz")]] * runs):
            command = ("env", f"EVERWARD_CACHE={cache}", *measure, *bodies)
            answers.append(json.loads(output_of(Command(command, ROOT))))
    if answers[-1]["definitions"] < count or answers[-1]["matched"] < count / 4:
        raise BenchError(f"only {answers[-1]} of {count} definitions were read")
    warm = statistics.median(answer["loading"] for answer in answers[1:])
    verdict = statistics.median(answer["million"] for answer in answers[2:])
    for work, seconds, limit in (
        ("a million verdicts", verdict, 3.0),
        (f"{count:,} definitions, cold", answers[0]["loading"], 3.0),
        (f"{count:,} definitions, cached", warm, 0.3),
    ):
        yield Target(work, "cpu", Sample(seconds, 0, 0), Sample(limit, 0, 0), "limit", 1)


def templates(runs: int) -> Iterator[Target]:
    """Azure Verified Modules with all their parameter files, beside the parsing of the same files."""
    packed = folder_from("EVERWARD_CASES") / "corpus" / "avm-modules.tar.xz"
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")
        command = Command((sys.executable, "-m", "tests.bench.templates", folder), ROOT)
        answers = [json.loads(output_of(command)) for _ in range(runs)]
    if answers[0]["sets"] < 413 or answers[0]["known"] < 0.88:
        raise BenchError(f"the modules were not read: {answers[0]}")
    warm, parsing = (statistics.median(answer[key] for answer in answers) for key in ("warm", "parsing"))
    work = f"{answers[0]['sets']} parameter sets, warm"
    yield Target(work, "cpu", Sample(warm, 0, 0), Sample(parsing, 0, 0), "json.loads", 4, less=False)


def grown(runs: int) -> Iterator[Target]:
    """The whole repository of the reference workload, and its release unit with twenty stamps."""
    yield from stamps(everward, peer(), folder_from("EVERWARD_MCO"), folder_from("EVERWARD_CASES"), runs)


def asked(runs: int) -> bool:
    """Ask everybody the published cases and print the scores; whether a peer answers more of them right."""
    found = list(scores(folder_from("EVERWARD_CASES") / "conformance", runs))
    sys.stdout.write(score_table(found) + "\n\n")
    ahead = outdone(found)
    for item in ahead:
        sys.stdout.write(f"MISSED: {item.name} answers more of `{item.cases}` right\n")
    return bool(ahead)


PEERS = "peers"
BENCHES: dict[str, Callable[[int], Iterator[Target]]] = {
    "help": help_texts,
    "workload": workload,
    "stamps": grown,
    "bulk": bulk,
    "policy": policy,
    "avm": templates,
    "reach": reach,
    "access": access,
    "large": large,
}


def main() -> int:
    """Run the benches that were asked for, all by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="whole processes a figure, beside one to warm up")
    parser.add_argument("--only", choices=sorted([*BENCHES, PEERS]), action="append", help="just this; repeatable")
    given = parser.parse_args()
    # Installers compile what they install, the peer among it; a checkout by its first run, if it may write.
    compileall.compile_dir(ROOT / "src" / "everward", quiet=2)
    targets: list[Target] = []
    missing = False
    behind = False
    for name in given.only or (*BENCHES, PEERS):
        try:
            if name == PEERS:
                behind = asked(given.runs)
            else:
                targets += BENCHES[name](given.runs)
        except BenchError as error:
            missing = True
            sys.stderr.write(f"{name}: not measured: {error}\n")
    if targets:
        sys.stdout.write(table(targets) + "\n")
    if behind or not all(target.met for target in targets):
        return 1
    return 2 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
