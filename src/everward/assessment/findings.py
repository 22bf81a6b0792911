"""From verdicts to findings: one for each cause, worst first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias, overload

from everward.assessment.evidence import RECORDED, Evidence
from everward.assessment.model import Fact, Finding, Reason, Verdict
from everward.assessment.phrases import reason_text
from everward.assessment.severity import confidence_rank, severity_rank, weight_rank
from everward.estate import Estate, Resource
from everward.policy import State
from everward.values import Origin, try_parse_id

if TYPE_CHECKING:
    from everward.criteria import Criterion

CauseKey: TypeAlias = "tuple[str, ...]"

_LAST_NAME = re.compile(r"([a-z0-9_]+)(?:\[[^\]]*\])*$")
"""The last name of a path: `defaultAction` of `properties.networkAcls.defaultAction`."""
_EAGER: Final = 100
"""Resources of one finding up to which their places are worked out at once."""
_INSTANCE = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|[^\]]*)\]")
"""The key of one instance in a Terraform address: `[0]`, `["swedencentral"]`, `[*]`."""


@dataclass(slots=True)
class Cause:
    """What becomes one finding: its first verdict, and the resources of all of them."""

    verdict: Verdict
    resources: list[Resource] = field(default_factory=list)
    given: dict[str, None] = field(default_factory=dict)
    """Names of the inputs that decide whether any of the resources exists."""
    facts: list[Resource] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    """Lower-case ids of the resources."""

    def add(self, verdict: Verdict, resource: Resource, estate: Estate) -> None:
        """Add a verdict of the same cause. Of a fact, people have to know what it is about."""
        self.given.update(dict.fromkeys(verdict.given))
        if verdict.subject is None:
            self.resources.append(resource)
            self.keys.add(resource.key)
            return
        if len(self.facts) < _EAGER:
            self.facts.append(resource)
        known = estate.find(verdict.subject) or _scope(verdict.subject, resource)
        if known.key not in self.keys:
            self.resources.append(known)
            self.keys.add(known.key)


def find(verdicts: list[Verdict], criteria: Mapping[str, Criterion], evidence: Evidence) -> list[Finding]:
    """The findings that non-compliant verdicts come down to, worst first.

    Verdicts whose reasons had to be worked out for that are put back into `verdicts` with them.
    """
    groups: dict[CauseKey, Cause] = {}
    causes: dict[tuple[str, str], CauseKey] = {}
    # What somebody wrote comes first: a fact that follows from it is the same cause.
    for index in sorted(range(len(verdicts)), key=lambda at: verdicts[at].subject is not None):
        verdict = verdicts[index]
        if verdict.state != State.NON_COMPLIANT or verdict.resource is None:
            continue
        found = evidence.subject(verdict)
        if found is None:
            # INVARIANT: verdicts are given on resources of this estate; to pass over one would lose a fault.
            raise LookupError(f"the resource of a verdict is not in the estate: {verdict.resource}")
        resource, view = found
        recorded = resource.source == RECORDED
        key = _recorded_as(verdict, resource) if recorded else None
        if key is None or key not in groups:
            verdict = verdicts[index] = evidence.complete(verdict, exact=True)
        if key is None:
            key = _cause_key(verdict, resource, criteria[verdict.criterion])
        if verdict.subject is not None:
            key = next((causes[at] for at in _behind(verdict, resource, verdict.subject) if at in causes), key)
        else:
            causes[verdict.criterion, resource.key] = key
        groups.setdefault(key, Cause(verdict)).add(verdict, resource, view)
    findings = [_finding(criteria[cause.verdict.criterion], cause) for cause in groups.values()]
    findings.sort(key=rank)
    return findings


def _recorded_as(verdict: Verdict, resource: Resource) -> CauseKey:
    return (verdict.criterion, RECORDED, resource.file or "", resource.type_key)


def _cause_key(verdict: Verdict, resource: Resource, criterion: Criterion) -> CauseKey:
    if criterion.one_finding_for == "subscription":
        # What lacks belongs to the subscription: every resource that misses it is the same cause.
        return (verdict.criterion, resource.subscription or "")
    return cause_of(verdict, resource, criterion.fix.get("arm", ""))


def _behind(verdict: Verdict, fact: Resource, subject: str) -> Iterator[tuple[str, str]]:
    """What may have its own verdict by the same criterion: the objects that decide a fact, then what it is about."""
    properties = fact.properties
    steps = properties.get("decidedBy") if isinstance(properties, dict) else None
    for step in steps if isinstance(steps, list) else ():
        named = step.get("id") if isinstance(step, dict) else None
        if isinstance(named, str):
            yield verdict.criterion, named.lower()
            parsed = try_parse_id(named)
            if parsed is not None:
                # A rule that stands inside its group is judged with it.
                yield verdict.criterion, parsed.parent.lower()
    yield verdict.criterion, subject.lower()


def _scope(scope: str, fact: Resource) -> Resource:
    """What a fact is about where the estate does not have it: a management group, a resource that is only named."""
    parsed = try_parse_id(scope)
    kind, name = (parsed.type, parsed.name) if parsed is not None else ("", scope)
    return Resource(scope, kind, name, {}, Origin(source=fact.source, file=fact.file, line=fact.origin.line))


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


def cause_of(verdict: Verdict, resource: Resource, repair: str) -> CauseKey:
    """What two verdicts share when one repair settles both.

    A place in a source that people write (file and line) is the cause itself. A plan or a state has no lines, but
    its addresses name the block once the instance keys are left out. What has neither stands for itself. (In an
    inventory, which nobody wrote, the resources of one type that fail one criterion are one cause.)
    """
    origin = place_of(decisive(verdict.reasons, repair), resource)
    if origin.line is not None:
        return (verdict.criterion, origin.file or "", str(origin.line))
    return (verdict.criterion, origin.source, origin.file or "", block_address(origin.address or resource.key))


def decisive(reasons: Sequence[Reason], repair: str) -> Reason | None:
    """The condition that the finding is about: the first on a property that the repair touches, else the first.

    Definitions also ask what a resource is (its kind, its tier): such conditions decide, yet nobody would mend them.
    A search for a related resource that found nothing comes first and is the cause.
    """
    if not reasons or (reasons[0].operator == "exists" and reasons[0].message):
        return reasons[0] if reasons else None
    touched = repair.lower()
    for reason in reasons:
        name = _LAST_NAME.search(reason.path.lower())
        if name is not None and f'"{name[1]}"' in touched:
            return reason
    return reasons[0]


def place_of(reason: Reason | None, resource: Resource) -> Origin:
    """The place that decides: that of the decisive condition when it has one, else that of the resource."""
    return reason.origin if reason is not None and reason.origin is not None else resource.origin


def block_address(address: str) -> str:
    """A Terraform address without instance keys: what its block is called whatever `count` or `for_each` gives."""
    return _INSTANCE.sub("", address)


class LazyLocations(Sequence[Origin]):
    """Where very many resources stand, each worked out when it is asked for: a report for people names a few."""

    __slots__ = ("_resources",)

    def __init__(self, resources: Sequence[Resource]) -> None:
        self._resources = resources

    @overload
    def __getitem__(self, index: int) -> Origin: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Origin]: ...
    def __getitem__(self, index: int | slice) -> Origin | Sequence[Origin]:
        if isinstance(index, slice):
            return LazyLocations(self._resources[index])
        return self._resources[index].origin

    def __len__(self) -> int:
        return len(self._resources)


def _locations(resources: list[Resource]) -> Sequence[Origin]:
    if len(resources) > _EAGER:
        return LazyLocations(resources)
    return tuple(resource.origin for resource in resources)


def _finding(criterion: Criterion, found: Cause) -> Finding:
    verdict, first = found.verdict, found.resources[0]
    resource = found.facts[0] if verdict.subject is not None else first
    reason = decisive(verdict.reasons, criterion.fix.get("arm", ""))
    facts = tuple(_told(item, verdict.reasons) for item in found.facts)
    origin = place_of(reason, resource)
    return Finding(
        id=fingerprint(criterion.id, reason, resource, origin),
        criterion=criterion.id,
        title=criterion.title,
        severity=criterion.severity,
        confidence=criterion.confidence,
        cause=_cause_text(verdict, reason, facts, criterion),
        origin=origin,
        resources=tuple(member.id for member in found.resources),
        locations=_locations(found.resources),
        reasons=verdict.reasons,
        chapter=criterion.chapter,
        rows=criterion.rows,
        stride=criterion.stride,
        impact=dict(criterion.impact),
        availability=criterion.availability,
        why=criterion.why,
        cheapest=criterion.cheapest,
        fix={**criterion.fix, "tradeoff": criterion.tradeoff},
        given=tuple(found.given),
        facts=facts,
    )


def _cause_text(verdict: Verdict, reason: Reason | None, facts: Sequence[Fact], criterion: Criterion) -> str:
    """What stands there, and what must; of a fact, what was found."""
    if verdict.subject is not None:
        return facts[0].what
    return reason_text(reason) if reason is not None else criterion.title


def _told(fact: Resource, reasons: Sequence[Reason]) -> Fact:
    from everward.facts.telling import tell

    telling = tell(fact, [reason.path for reason in reasons])
    return Fact(id=fact.id, type=fact.type, what=telling.what, how=telling.how, origin=fact.origin)


def fingerprint(criterion: str, reason: Reason | None, resource: Resource, origin: Origin) -> str:
    """An id that survives moved lines, new neighbours and another order of instances.

    It is made of the criterion, the file, the name of the block inside its file (without instance keys) and the
    path that decides; for what has no block, of the type.
    """
    if resource.origin.source in ("terraform", "plan", "state") and resource.origin.address:
        block = ".".join(block_address(resource.origin.address).split(".")[-2:])
    elif resource.source == RECORDED:
        block = resource.type_key
    else:
        block = resource.origin.address or resource.key
    path = reason.path.lower() if reason is not None else ""
    parts = (criterion, origin.file or "", block, path)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
