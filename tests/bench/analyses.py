"""The analyses of networks and of rights beside fixed limits, each in processes of its own.

No peer says the same of the same: those that look for rules that never decide, or list who has a role, answer other
questions. What is measured is made by chance, the same every time.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.bench.measure import BenchError, Command, Sample, output_of
from tests.bench.report import Target

ROOT: Final = Path(__file__).resolve().parents[2]
RULES: Final = 1_000
SUBNETS: Final = 500
ASSIGNMENTS: Final = 10_000
CUSTOM: Final = 100
ROLES: Final = 900
RESOURCES: Final = 100_000
MEBIBYTES: Final = 2_048


def _answers(module: str, sizes: tuple[int, ...], runs: int) -> list[dict[str, Any]]:
    command = Command((sys.executable, "-m", f"tests.bench.{module}", *map(str, sizes)), ROOT)
    return [json.loads(output_of(command)) for _ in range(runs)]


def _limit(work: str, seconds: float, limit: float) -> Target:
    return Target(work, "cpu", Sample(seconds, 0, 0), Sample(limit, 0, 0), "limit", 1)


def reach(runs: int, rules: int = RULES, subnets: int = SUBNETS) -> Iterator[Target]:
    """Rules that never decide, and what passes between all pairs of subnets.

    Raises:
        BenchError: when less was looked at than there is, or nothing was found.

    """
    answers = _answers("reach", (rules, subnets), runs)
    first = answers[0]
    if first["rules"] < rules or first["pairs"] < subnets * (subnets - 1):
        raise BenchError(f"only {first['rules']} rules and {first['pairs']} pairs were looked at")
    if not first["remarks"] or not first["passing"]:
        raise BenchError("nothing was found about the rules or the pairs")
    shadow, matrix = (statistics.median(answer[key] for answer in answers) for key in ("shadow", "matrix"))
    yield _limit(f"rules that never decide, of {rules:,}", shadow, 2.0)
    yield _limit(f"all pairs of {subnets:,} subnets", matrix, 5.0)


def access(runs: int, assignments: int = ASSIGNMENTS, custom: int = CUSTOM) -> Iterator[Target]:
    """Who may do what: the slowest of the answers to different questions, and what comes before the first.

    Raises:
        BenchError: when there was less to answer from than there should be, or nobody was named.

    """
    answers = _answers("access", (assignments, custom), runs)
    first = answers[0]
    if first["assignments"] < assignments or first["roles"] < ROLES or first["operations"] < 20_000:
        raise BenchError(f"there was less to answer from: {first}")
    if not first["holders"]:
        raise BenchError("nobody was found to have any right")
    slowest, building = (statistics.median(answer[key] for answer in answers) for key in ("slowest", "building"))
    size = f"{assignments:,} assignments, {first['roles']:,} roles, {first['operations']:,} operations"
    yield _limit(f"who can, slowest answer: {size}", slowest, 0.5)
    yield _limit(f"rights built: {assignments:,} assignments", building, 2.0)


def large(_runs: int, resources: int = RESOURCES) -> Iterator[Target]:
    """What both analyses find about a large estate: one process, for it takes long.

    Raises:
        BenchError: when the estate is smaller, or an analysis finds nothing.

    """
    [answer] = _answers("graphs", (resources,), 1)
    if answer["resources"] < resources or not all(answer[name]["facts"] for name in ("reach", "access")):
        raise BenchError(f"the estate was not analysed: {answer}")
    both = sum(answer[name]["cpu"] for name in ("reach", "access"))
    work = f"reach and access of {answer['resources']:,} resources"
    yield _limit(work, both, 60.0)
    yield Target(work, "peak", Sample(0, 0, answer["peak"]), Sample(0, 0, MEBIBYTES), "limit", 1)
