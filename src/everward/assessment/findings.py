"""From verdicts to findings: one for each cause, worst first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from everward.assessment.model import Finding, Reason, Verdict
from everward.assessment.severity import confidence_rank, severity_rank, weight_rank
from everward.estate import Estate, Resource
from everward.policy import State
from everward.values import Origin

if TYPE_CHECKING:
    from everward.criteria import Criterion

CauseKey: TypeAlias = "tuple[str, ...]"

_INSTANCE = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|[^\]]*)\]")
"""The key of one instance in a Terraform address: `[0]`, `["swedencentral"]`, `[*]`."""


def find(verdicts: Iterable[Verdict], estate: Estate, criteria: Mapping[str, Criterion]) -> list[Finding]:
    """The findings that non-compliant verdicts come down to, worst first."""
    groups: dict[CauseKey, list[tuple[Verdict, Resource]]] = {}
    for verdict in verdicts:
        resource = estate.find(verdict.resource) if verdict.resource is not None else None
        if verdict.state == State.NON_COMPLIANT and resource is not None:
            groups.setdefault(cause_of(verdict, resource), []).append((verdict, resource))
    findings = [_finding(criteria[members[0][0].criterion], members) for members in groups.values()]
    findings.sort(key=rank)
    return findings


def rank(finding: Finding) -> tuple[int, int, int, int, str, str]:
    """What findings are ordered by: severity, effect on availability, how many resources, confidence."""
    return (
        severity_rank(finding.severity),
        weight_rank(finding.impact.get("availability")),
        -len(finding.resources),
        confidence_rank(finding.confidence),
        finding.criterion,
        finding.id,
    )


def cause_of(verdict: Verdict, resource: Resource) -> CauseKey:
    """What two verdicts share when one repair settles both.

    A place in a source that people write (file and line) is the cause itself. A plan or a state has no lines, but
    its addresses name the block once the instance keys are left out. An inventory has neither: there, the same
    conditions on resources of one type are one cause.
    """
    origin = place_of(verdict.reasons, resource)
    if origin.line is not None and origin.source != "inventory":
        return (verdict.criterion, origin.file or "", str(origin.line))
    if origin.source in ("plan", "state"):
        return (verdict.criterion, origin.source, block_address(origin.address or resource.id))
    paths = dict.fromkeys(reason.path.lower() for reason in verdict.reasons)
    return (verdict.criterion, origin.source, origin.file or "", resource.type_key, *paths)


def place_of(reasons: Iterable[Reason], resource: Resource) -> Origin:
    """The place that decides: that of the first condition which has one, else that of the resource."""
    return next((reason.origin for reason in reasons if reason.origin is not None), resource.origin)


def block_address(address: str) -> str:
    """A Terraform address without instance keys: what its block is called whatever `count` or `for_each` gives."""
    return _INSTANCE.sub("", address)


def _finding(criterion: Criterion, members: list[tuple[Verdict, Resource]]) -> Finding:
    verdict, resource = members[0]
    origin = place_of(verdict.reasons, resource)
    given: dict[str, None] = {}
    for member, _ in members:
        given.update(dict.fromkeys(member.given))
    return Finding(
        id=fingerprint(verdict, resource, origin),
        criterion=criterion.id,
        title=criterion.title,
        severity=criterion.severity,
        confidence=criterion.confidence,
        cause=explain_cause(verdict.reasons) or criterion.title,
        origin=origin,
        resources=tuple(member.id for _, member in members),
        locations=tuple(member.origin for _, member in members),
        reasons=verdict.reasons,
        chapter=criterion.chapter,
        rows=tuple(criterion.rows),
        stride=tuple(criterion.stride),
        impact=dict(criterion.impact),
        availability=criterion.availability,
        why=criterion.why,
        fix={**criterion.fix, **({"tradeoff": criterion.tradeoff} if criterion.tradeoff else {})},
        given=tuple(given),
    )


def fingerprint(verdict: Verdict, resource: Resource, origin: Origin) -> str:
    """An id that survives moved lines, new neighbours and another order of instances.

    It is made of the criterion, the file, the name of the block inside its file (without instance keys) and the
    path that decides; for what has no block, of the type.
    """
    if resource.origin.source in ("terraform", "plan", "state") and resource.origin.address:
        block = ".".join(block_address(resource.origin.address).split(".")[-2:])
    elif resource.origin.source == "inventory":
        block = resource.type_key
    else:
        block = resource.origin.address or resource.key
    path = verdict.reasons[0].path.lower() if verdict.reasons else ""
    parts = (verdict.criterion, origin.file or "", block, path)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def explain_cause(reasons: Iterable[Reason]) -> str:
    """The deciding condition in words, such as ``properties.enablePurgeProtection is not set``; empty without one."""
    reason = next(iter(reasons), None)
    if reason is None:
        return ""
    return reason.message or f"{reason.path} {reason.operator} {reason.expected}"
