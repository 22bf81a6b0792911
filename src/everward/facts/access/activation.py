"""Privileged Identity Management: what is only eligible, for how long a grant stands, what an activation asks for.

Values of `requestType` and `status`: RoleManagementScheduleRequestType and RoleManagementScheduleStatus of Azure's SDK
for .NET, read 2026-11-29. Rules: learn.microsoft.com/graph/identity-governance-pim-rules-overview and
Microsoft.Authorization/roleManagementPolicies, read 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from everward.estate import Estate, Resource
from everward.facts.shape import first, flag, id_in, inner, items, texts_in
from everward.facts.shape import properties as properties_of
from everward.facts.shape import text_in as text_of
from everward.policy.hierarchy import scope_of
from everward.values import Truth, Unknown, all_of

_TAKES_AWAY: Final = frozenset({"adminremove", "selfdeactivate"})
_REFUSED: Final = frozenset(
    {"admindenied", "canceled", "denied", "failed", "failedasresourceislocked", "invalid", "revoked", "timedout"}
)
NOT_READ: Final = Unknown(
    reason="no source has the activation rules of its role", decided_by=("roleManagementPolicyAssignments",)
)
_DURATION: Final = re.compile(
    r"^P(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Activation:
    """What making use of an eligibility asks for."""

    approval: Truth = NOT_READ
    """Whether somebody must approve."""
    multi_factor: Truth = NOT_READ
    """Whether a second factor is asked for, directly or by an authentication context."""
    justification: Truth = NOT_READ
    maximum: str | Unknown | None = None
    """The longest that it may last, as ISO 8601 has it; None when no source tells."""

    @property
    def weak(self) -> Truth:
        """Whether it takes neither an approval nor a second factor: then eligible is as good as standing."""
        if self.approval is True or self.multi_factor is True:
            return False
        holes = [item for item in (self.approval, self.multi_factor) if isinstance(item, Unknown)]
        return holes[0] if holes else True


@dataclass(frozen=True)
class Schedule:
    """For how long a grant stands."""

    expires: str | Unknown | None
    """When it ends, as ISO 8601 has it; None when it does not, or when that is not told."""
    bounded: bool
    """Whether it ends at all."""
    asked: Truth
    """Whether what was asked for gives anything: requests may take away, wait, have been refused."""
    ended: bool
    """Whether its end is over."""
    in_force: Truth
    """Whether it stands now."""


def schedule_of(body: Any, now: datetime) -> Schedule:
    """The schedule of an object of PIM."""
    limit = text_of(body, "scheduleInfo", "expiration", "type")
    end = first(inner(body, "endDateTime"), inner(body, "scheduleInfo", "expiration", "endDateTime"))
    start = first(inner(body, "startDateTime"), inner(body, "scheduleInfo", "startDateTime"))
    if end is None:
        length = duration(inner(body, "scheduleInfo", "expiration", "duration"))
        began = moment(start)
        if length is not None and began is not None:
            end = _added(began, length)
    bounded = end is not None or (isinstance(limit, str) and limit.lower() != "noexpiration")
    expires = end if isinstance(end, str | Unknown) else None
    asked, going = _asked(body), _goes_on(expires, now)
    return Schedule(expires, bounded, asked, going is False, all_of([asked, going, _begun(start, now)]))


def _asked(body: Any) -> Truth:
    """Whether what was asked for gives anything."""
    # Microsoft Graph says `action` where Azure's own API says `requestType`.
    asked, status = first(text_of(body, "requestType"), text_of(body, "action")), text_of(body, "status")
    if isinstance(asked, str) and asked.lower() in _TAKES_AWAY:
        return False
    word = status.lower() if isinstance(status, str) else ""
    if word in _REFUSED:
        return False
    if word.startswith("pending"):
        return Unknown(reason=f"its request waits: `{status}`")
    return all_of([item for item in (asked, status) if isinstance(item, Unknown)])


def _goes_on(end: str | Unknown | None, now: datetime) -> Truth:
    if isinstance(end, Unknown):
        return end
    at = moment(end)
    return at is None or at > now


def _begun(start: Any, now: datetime) -> Truth:
    at = moment(start)
    if at is None or at <= now:
        return True
    return Unknown(reason=f"it begins on {at.date().isoformat()}", decided_by=("time",))


def moment(value: Any) -> datetime | None:
    """A point in time, UTC where no zone is written; None for anything else."""
    if not isinstance(value, str):
        return None
    # Azure writes seven digits after the point, more than the parser of this language takes.
    text = re.sub(r"(\.\d{6})\d+", r"\1", value.strip())
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def duration(value: Any) -> timedelta | None:
    """A length of time in ISO 8601, of weeks and less; None for anything else."""
    match = _DURATION.match(value.strip()) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        return None
    try:
        return timedelta(**{unit: int(number) for unit, number in match.groupdict().items() if number})
    except OverflowError:
        return None


def _added(began: datetime, length: timedelta) -> str | None:
    try:
        return (began + length).isoformat()
    except OverflowError:
        return None


Rules = Mapping[tuple[str, str], Activation]
"""Activation rules by lower-case scope and the name of the role definition."""


def activation_rules(estate: Estate) -> Rules:
    """The activation rules that sources have. An assignment of a policy says of which role it is, and what counts."""
    found: dict[tuple[str, str], Activation] = {}
    policies = {item.key: item for item in estate.of_type("Microsoft.Authorization/roleManagementPolicies")}
    # Terraform has one block for a policy and its tie to a role.
    blocks = {item.origin.address: item for item in policies.values() if item.origin.address is not None}
    for resource in estate.of_type("Microsoft.Authorization/roleManagementPolicyAssignments"):
        body = properties_of(resource.body)
        rules = inner(body, "effectiveRules")
        policy_id = id_in(inner(body, "policyId"))
        if isinstance(policy_id, str):
            policy = policies.get(policy_id.lower())
        else:
            policy = blocks.get(resource.origin.address) if resource.origin.address is not None else None
        if rules is None and policy is not None:
            rules = _rules(policy)
        _take(found, resource.id, body, rules)
    for resource in policies.values():
        _take(found, resource.id, properties_of(resource.body), _rules(resource))
    return found


def _rules(policy: Resource) -> Any:
    body = properties_of(policy.body)
    return first(inner(body, "effectiveRules"), inner(body, "rules"))


def _take(found: dict[tuple[str, str], Activation], id_: str, body: Any, rules: Any) -> None:
    role = id_in(inner(body, "roleDefinitionId"))
    if isinstance(role, Unknown):
        role = role.text
    scope = id_in(inner(body, "scope"))
    where = scope if isinstance(scope, str) else scope_of(id_)
    if isinstance(role, str) and rules is not None:
        found[where.rstrip("/").lower(), role.rpartition("/")[2].lower()] = _activation(rules)


def rule_for(rules: Rules, scope: str, role: str) -> Activation:
    """The rules of a role at a scope: every scope has its own, none inherits those of another."""
    return rules.get((scope.rstrip("/").lower(), role), Activation())


def _activation(rules: Any) -> Activation:
    approval: Truth = NOT_READ
    factor: Truth = NOT_READ
    justified: Truth = NOT_READ
    maximum: str | Unknown | None = None
    for rule in items(rules):
        name = text_of(rule, "id")
        lowered = name.lower() if isinstance(name, str) else ""
        if lowered == "approval_enduser_assignment":
            approval = flag(inner(rule, "setting"), "isApprovalRequired", default=False)
        elif lowered == "enablement_enduser_assignment":
            words = {str(word).lower() for word in texts_in(inner(rule, "enabledRules")) if isinstance(word, str)}
            factor = True if factor is True else "multifactorauthentication" in words
            justified = "justification" in words
        elif lowered == "authenticationcontext_enduser_assignment":
            if flag(rule, "isEnabled", default=inner(rule, "claimValue") is not None) is True:
                factor = True
        elif lowered == "expiration_enduser_assignment":
            maximum = text_of(rule, "maximumDuration")
    return Activation(approval, factor, justified, maximum)
