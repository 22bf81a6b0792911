"""What must hold of every input: it is judged in time, or refused by an error that people can read."""

from __future__ import annotations

import json
import random
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.fuzz.making import SEEDS, Maker, seed_expressions, seeds

from everward.estate import Estate, Reading, Resource
from everward.expressions import parse_expression
from everward.policy import compile_definition, load_definition
from everward.values import Origin, ProblemError, Unknown

LIMIT: Final = 2.0
"""Seconds that one input may take."""
FOUND: Final = SEEDS / "found"
"""Inputs that failed once, kept so that they never do again."""


class HangError(BaseException):
    """An input took too long; no handler of the product's can swallow it by catching exceptions."""


@dataclass(frozen=True)
class Failure:
    """An input for which it does not hold, and what happened instead."""

    content: bytes
    what: str


@contextmanager
def in_time(seconds: float) -> Iterator[None]:
    """Raise `HangError` in the block once it has taken too long."""

    def late(_number: int, _frame: Any) -> None:
        raise HangError(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def check(content: bytes, estate: Estate) -> Failure | None:
    """Judge every resource of an estate by a definition, or by an expression, if it can be read."""
    try:
        with in_time(LIMIT):
            _use(content, estate)
    except (Exception, HangError):
        # Whatever it is, it is what is looked for.
        return Failure(content, traceback.format_exc(limit=-4))
    return None


def _use(content: bytes, estate: Estate) -> None:
    for strict in (True, False):
        try:
            if content[:1] == b"[":
                parse_expression(content.decode(errors="replace"))
            policy = compile_definition(load_definition(content, file="x.json", strict=strict))
        except ProblemError:
            continue
        assert policy.types is None or isinstance(policy.types, frozenset)
        for resource in estate:
            fast = policy.evaluate(resource, estate)
            slow = policy.explain(resource, estate).outcome
            assert (fast.state, fast.effect) == (slow.state, slow.effect), (fast, slow)


def sample_estate() -> Estate:
    """Resources with the properties that seeds look at; some are not known."""
    hole = Unknown(reason="a variable has no value", decided_by=("var.x",))
    group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/app-rg/providers"
    rules = [{"value": "10.0.0.0/8", "action": "Allow"}, {"value": hole}, {}, None, hole]
    storage = {"properties": {"supportsHttpsTrafficOnly": False, "networkAcls": {"ipRules": rules}}}
    subnets = [{"properties": {"serviceEndpoints": [{"service": "Microsoft.Storage"}]}}, {"properties": hole}]
    network = {"properties": {"addressSpace": {"addressPrefixes": ["10.1.0.0/16", hole]}, "subnets": subnets}}
    log = {"properties": {"logs": [{"category": "AuditLogs", "enabled": True}, hole], "workspaceId": hole}}
    root = {"location": "West Europe", "tags": {"env": "prod", "a.b": "12-ab", "open": hole}, "kind": "StorageV2"}
    vault = "Microsoft.KeyVault/vaults"
    made: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("Microsoft.Storage/storageAccounts", f"{group}/Microsoft.Storage/storageAccounts/a1", storage | root),
        ("Microsoft.Network/virtualNetworks", f"{group}/Microsoft.Network/virtualNetworks/n", network | root),
        (vault, f"{group}/{vault}/v", {"properties": {"list": [1, [2]]}, **root}),
        (
            "Microsoft.Insights/diagnosticSettings",
            f"{group}/{vault}/v/providers/microsoft.insights/diagnosticSettings/d",
            log,
        ),
        (
            "Microsoft.Compute/virtualMachines",
            f"{group}/Microsoft.Compute/virtualMachines/" + "{var.n}",
            {"tags": hole},
        ),
    )
    resources = [
        Resource(id=made_id, type=of, name=made_id.rpartition("/")[2], body=body, origin=Origin(source="inventory"))
        for of, made_id, body in made
    ]
    return Estate([Reading("inventory", "here", resources)])


def known_inputs() -> list[bytes]:
    """The seeds themselves, and what failed once."""
    expressions = [{"if": {"value": text, "exists": True}, "then": {"effect": "audit"}} for text in seed_expressions()]
    return [*(json.dumps(seed).encode() for seed in (*seeds(), *expressions)), *(item.read_bytes() for item in found())]


def found() -> list[Path]:
    """The files with inputs that failed once."""
    return sorted(FOUND.glob("*.json"))


def run(seconds: float, seed: int) -> tuple[int, list[Failure]]:
    """Check made inputs until the time is over; how many, and those that failed."""
    maker, estate = Maker(random.Random(seed)), sample_estate()
    end = time.monotonic() + seconds
    cases = 0
    failures: list[Failure] = []
    while time.monotonic() < end:
        cases += 1
        failure = check(maker.case(), estate)
        if failure is not None:
            failures.append(failure)
    return cases, failures
