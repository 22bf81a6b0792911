"""Grants, groups, pipelines and steps in words and as parts of documents: what answers about rights share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from everward.assessment import listed
from everward.facts.access.connections import SCHEMES, Connection
from everward.facts.access.denials import Denial
from everward.facts.access.escalation import Escalation
from everward.facts.access.grants import Grant, Standing
from everward.facts.access.principals import Principal
from everward.facts.access.rights import Answer, Proof, Rights
from everward.facts.access.words import place
from everward.reports.words import Places, place_text
from everward.values import Truth, Unknown, try_parse_id

SCHEMA: Final = "everward/access/1"
_NAMES: Final = 6
"""Members of a group, or resources, that are named."""


def hole_text(hole: Unknown) -> str:
    """Why something is not known, and what would tell."""
    needs = ", ".join(hole.decided_by[:3])
    return f"{hole.reason} (needs {needs})" if needs else hole.reason


def titles(principals: Sequence[Principal]) -> dict[str, str]:
    """What to call principals, by key: those of one name and kind with where they stand, as each stamp has its own."""
    alike = Counter((one.name, one.kind) for one in principals)
    found = {}
    for one in principals:
        parsed = try_parse_id(one.resource.id) if one.resource is not None else None
        group = parsed.resource_group if parsed is not None else None
        several = alike[one.name, one.kind] > 1 and group is not None
        found[one.key] = f"{one.name} in {group}" if several else one.name
    return found


def where(scope: str, *, whole: bool) -> str:
    """A scope, by its id where everything is asked for, else by its kind and name."""
    return scope if whole else place(scope)


def proof_text(proof: Proof, operation: str, places: Places, *, whole: bool = False) -> str:
    """One path: what grants it, where that holds, for how long, and where it is written."""
    grant = proof.grant
    named = grant.kind if grant.role.name == grant.kind else f"{grant.kind} `{grant.role.name}`"
    # A pattern says something only where it is another than what was asked for.
    told = proof.pattern and (whole or proof.pattern.lower() != operation.strip().lower())
    pattern = f" by `{proof.pattern}`" if told else ""
    conditions = [text for text in (grant.condition, proof.permission.condition) if text]
    under = "; under a condition" if conditions else ""
    if whole and conditions:
        under = f"; if {' and '.join(conditions)}"
    doubt = "; another reading of the role would say no" if proof.ambiguous else ""
    written = f" ({places.text(grant.origin)})" if grant.origin is not None else ""
    return f"{named}{pattern} on {where(grant.scope, whole=whole)}{lasting(grant)}{under}{doubt}{written}"


def lasting(grant: Grant) -> str:
    """For how long a grant stands, and what stands before it; nothing for one that lasts."""
    said = []
    if grant.group is not None:
        said.append(f"as a member of `{grant.group.name}`, which it can become")
    if grant.expires is not None:
        when = grant.expires.reason if isinstance(grant.expires, Unknown) else grant.expires
        said.append(f"ended {when}" if grant.expired else f"until {when}")
    if grant.standing is Standing.ELIGIBLE:
        said.append("nobody can activate it" if grant.dead else _activation(grant))
    return f"; {'; '.join(said)}" if said else ""


def _activation(grant: Grant) -> str:
    rules = grant.activation
    if rules is None:
        return "what activating it asks for is not known"
    asked = [
        word
        for truth, word in (
            (rules.approval, "approval"),
            (rules.multi_factor, "a second factor"),
            (rules.justification, "a justification"),
        )
        if truth is True
    ]
    longest = f", for at most {rules.maximum}" if isinstance(rules.maximum, str) else ""
    if asked:
        return f"activating it asks for {listed(asked, 3)}{longest}"
    if any(isinstance(truth, Unknown) for truth in (rules.approval, rules.multi_factor)):
        return f"what activating it asks for is not known{longest}"
    return f"activating it asks for nothing{longest}"


def members_text(rights: Rights, group: Principal) -> str:
    """Who is in a group, and whether these are all."""
    directory = rights.grants.principals.directory
    names = sorted(one.name for one in directory.members(group))
    known = directory.membership(group)
    if isinstance(known, Unknown):
        shown = f"members: {listed(names, _NAMES)}; others not known" if names else "members not known"
        return f"{shown}: {known.reason}"
    return f"members: {listed(names, _NAMES)}" if names else "no members"


def is_open_group(rights: Rights, principal: Principal) -> bool:
    """Whether somebody is a group of which not all members are known."""
    return principal.kind == "group" and rights.grants.principals.directory.membership(principal) is not True


def pipelines_of(rights: Rights, principal: Principal, answer: Answer) -> list[Connection]:
    """The pipelines that act as somebody where a right is held."""
    resource = answer.proofs[0].grant.resource if answer.proofs else None
    return rights.connections.of(principal, resource)


def way_text(one: Connection) -> str:
    """A pipeline and how it signs in."""
    perhaps = "perhaps " if one.certain is not True else ""
    scheme = f", signed in by {SCHEMES.get(one.scheme, one.scheme)}" if one.scheme is not None else ""
    return f"{perhaps}{one.way}{scheme}"


def denial_text(denial: Denial, *, whole: bool) -> str:
    """A deny assignment."""
    out = [one.name for one in denial.excluded.known]
    made = ", made and kept by Azure" if denial.protected is True else ""
    own = ", at its own scope only" if denial.own_only is True else ""
    left = f"; excluded: {listed(out, _NAMES)}" if out else ""
    return f"deny assignment `{denial.name}` on {where(denial.scope, whole=whole)}{own}{made}{left}"


def step_text(step: Escalation, *, whole: bool) -> str:
    """A step: the operation and what it is done to."""
    return f"{step.operation} on {where(step.target, whole=whole)}" if step.target else step.operation


# Parts of documents


def truth_part(truth: Truth | None) -> bool | str | None:
    """A truth as a document has it: a text that says why it is not known."""
    return hole_text(truth) if isinstance(truth, Unknown) else truth


def grant_part(grant: Grant) -> dict[str, Any]:
    """A grant."""
    rules = grant.activation
    return {
        "kind": grant.kind,
        "role": grant.role.name,
        "roleId": grant.role.id,
        "scope": grant.scope,
        "standing": str(grant.standing),
        "counts": truth_part(grant.active),
        "condition": grant.condition,
        "expires": hole_text(grant.expires) if isinstance(grant.expires, Unknown) else grant.expires,
        "expired": grant.expired,
        "throughGroup": grant.group.name if grant.group is not None else None,
        "activation": None
        if rules is None
        else {
            "approval": truth_part(rules.approval),
            "multiFactor": truth_part(rules.multi_factor),
            "justification": truth_part(rules.justification),
            "longest": hole_text(rules.maximum) if isinstance(rules.maximum, Unknown) else rules.maximum,
            "possible": not grant.dead,
        },
        "place": None if grant.origin is None else place_text(grant.origin),
    }


def pipeline_part(one: Connection) -> dict[str, Any]:
    """A pipeline and its connection."""
    return {
        "pipeline": one.given.get("pipeline"),
        "connection": one.name,
        "scheme": one.scheme,
        "environment": one.given.get("environment"),
        "guards": one.given.get("guards"),
        "approval": truth_part(one.approval),
        "joinedBy": one.joined,
        "certain": one.certain is True,
        "place": place_text(one.record.origin),
    }


def group_part(rights: Rights, principal: Principal) -> dict[str, Any]:
    """Of a group, who is in it, and whether these are all; nothing of others."""
    if principal.kind != "group":
        return {}
    directory = rights.grants.principals.directory
    known = directory.membership(principal)
    members = directory.members(principal)
    return {
        "members": [{"principal": one.key, "name": one.name, "kind": one.kind} for one in members],
        "membersKnown": known is True,
        "membersUnknown": hole_text(known) if isinstance(known, Unknown) else None,
    }
