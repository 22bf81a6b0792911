"""Answers about rights: for people, for machines, as a drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from everward.assessment import listed
from everward.facts.access.connections import SCHEMES, Connection
from everward.facts.access.denials import Denial
from everward.facts.access.escalation import key_readers
from everward.facts.access.grants import Grant
from everward.facts.access.principals import Principal
from everward.facts.access.radius import Radius
from everward.facts.access.rights import Answer, Proof, Rights, Verdict
from everward.reports.drawing import Box, draw
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.words import Places, count, place_text
from everward.values import Unknown, clean

SCHEMA: Final = "everward/access/1"
Found = Sequence[tuple[Principal, Answer]]

_KINDS: Final = {
    Verdict.ALLOWED: "open",
    Verdict.ELIGIBLE: "unknown",
    Verdict.MAYBE: "unknown",
    Verdict.DENIED: "closed",
    Verdict.NOT_GRANTED: "closed",
}


def _lines(lines: Iterator[str]) -> Iterator[bytes]:
    for line in lines:
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


def who_can_text(
    operation: str, scope: str, found: Found, rights: Rights, look: Look, *, explain: bool
) -> Iterator[bytes]:
    """Who may do something at a scope, and by which path."""
    yield from _lines(_who_can(operation, scope, found, rights, look, explain=explain))


def _who_can(operation: str, scope: str, found: Found, rights: Rights, look: Look, *, explain: bool) -> Iterator[str]:
    layout = Layout(look)
    places = Places(proof.grant.origin.file for _, answer in found for proof in answer.proofs if proof.grant.origin)
    yield from layout.plain(f"{operation} on {scope}", kind="head")
    for principal, answer in found:
        yield from layout.plain(f"{principal.name} ({principal.kind})", f"{answer.verdict!s:12}", " " * 12)
        shown = answer.proofs if explain else answer.proofs[:1]
        for proof in shown:
            yield from layout.plain(_proof(proof, places), " " * 12, " " * 12)
        if principal.kind == "key" and principal.resource is not None:
            names = [one.name for one in key_readers(rights, principal.resource)]
            yield from layout.plain(f"listed by {listed(names, 4) or 'nobody that a source shows'}", " " * 12, " " * 12)
        if principal.kind == "group":
            yield from layout.plain(_members(rights, principal), " " * 12, " " * 12)
        for way in _ways(rights, principal, answer):
            yield from layout.plain(f"as {way}", " " * 12, " " * 12)
        if answer.denial is not None:
            yield from layout.plain(_denial(answer.denial), " " * 12, " " * 12)
        if answer.hole is not None:
            yield from layout.plain(_hole(answer.hole), " " * 12, " " * 12)
    allowed = sum(answer.verdict is Verdict.ALLOWED for _, answer in found)
    denied = sum(answer.verdict is Verdict.DENIED for _, answer in found)
    refused = f", {denied} denied" if denied else ""
    rest = len(found) - allowed - denied
    yield f"{count(allowed, 'principal')} may, {rest} perhaps or after activating a role{refused}"
    if places.base:
        yield f"places are below {clean(places.base)}"


def is_open_group(rights: Rights, principal: Principal) -> bool:
    """Whether somebody is a group of which not all members are known."""
    return principal.kind == "group" and rights.grants.principals.directory.membership(principal) is not True


def _members(rights: Rights, group: Principal) -> str:
    directory = rights.grants.principals.directory
    names = sorted(one.name for one in directory.members(group))
    known = directory.membership(group)
    shown = f"members: {listed(names, 6)}" if names else "no members"
    if isinstance(known, Unknown):
        return f"{shown if names else 'members'}{', others' if names else ''} not known: {known.reason}"
    return shown


def _ways(rights: Rights, principal: Principal, answer: Answer) -> list[str]:
    """The pipelines that act as somebody where a right is asked for, in words, each once."""
    resource = answer.proofs[0].grant.resource if answer.proofs else None
    return list(dict.fromkeys(_way(one) for one in rights.connections.of(principal, resource)))


def _denial(denial: Denial) -> str:
    out = [one.name for one in denial.excluded.known]
    made = ", made and kept by Azure" if denial.protected is True else ""
    own = ", at its own scope only" if denial.own_only is True else ""
    return (
        f"deny assignment `{denial.name}` at {denial.scope}{own}{made}{f'; excluded: {listed(out, 4)}' if out else ''}"
    )


def _way(one: Connection) -> str:
    perhaps = "perhaps " if one.certain is not True else ""
    scheme = f", signed in by {SCHEMES.get(one.scheme, one.scheme)}" if one.scheme is not None else ""
    return f"{perhaps}{one.way}{scheme}"


def _through(one: Connection) -> dict[str, Any]:
    return {
        "pipeline": one.given.get("pipeline"),
        "connection": one.name,
        "scheme": one.scheme,
        "environment": one.given.get("environment"),
        "joinedBy": one.joined,
        "certain": one.certain is True,
        "place": place_text(one.record.origin),
    }


def _proof(proof: Proof, places: Places) -> str:
    grant = proof.grant
    place = f" ({places.text(grant.origin)})" if grant.origin is not None else ""
    condition = "; under a condition" if grant.condition or proof.permission.condition else ""
    pattern = f" by `{proof.pattern}`" if proof.pattern else ""
    named = grant.kind if grant.role.name == grant.kind else f"{grant.kind} `{grant.role.name}`"
    return f"{named}{pattern} at {grant.scope}{condition}{place}"


def _hole(hole: Unknown) -> str:
    needs = ", ".join(hole.decided_by[:3])
    return f"{hole.reason} (needs {needs})" if needs else hole.reason


def who_can_json(operation: str, scope: str, found: Found, rights: Rights) -> Iterator[bytes]:
    """The same as one JSON document."""
    answers = [
        {
            "principal": principal.key,
            "name": principal.name,
            "kind": principal.kind,
            "verdict": str(answer.verdict),
            **_group(rights, principal),
            "paths": [_path(proof) for proof in answer.proofs],
            "pipelines": [
                _through(one)
                for one in rights.connections.of(principal, answer.proofs[0].grant.resource if answer.proofs else None)
            ],
            "deniedBy": None if answer.denial is None else answer.denial.resource.id,
            "systemProtected": None if answer.denial is None else answer.denial.protected is True,
            "unknown": None if answer.hole is None else _hole(answer.hole),
        }
        for principal, answer in found
    ]
    complete = not rights.grants.unread and not any(is_open_group(rights, one) for one, _ in found)
    document = {"schema": SCHEMA, "operation": operation, "scope": scope, "complete": complete, "answers": answers}
    yield encode(document) + b"\n"


def _group(rights: Rights, principal: Principal) -> dict[str, Any]:
    """Of a group, who is in it, and whether these are all."""
    if principal.kind != "group":
        return {}
    directory = rights.grants.principals.directory
    known = directory.membership(principal)
    return {
        "members": [{"principal": one.key, "name": one.name, "kind": one.kind} for one in directory.members(principal)],
        "membersKnown": known is True,
        "membersUnknown": _hole(known) if isinstance(known, Unknown) else None,
    }


def _path(proof: Proof) -> dict[str, Any]:
    return {**_grant(proof.grant), "pattern": proof.pattern, "ambiguous": proof.ambiguous}


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "kind": grant.kind,
        "role": grant.role.name,
        "roleId": grant.role.id,
        "scope": grant.scope,
        "standing": str(grant.standing),
        "condition": grant.condition,
        "place": None if grant.origin is None else place_text(grant.origin),
    }


def who_can_svg(operation: str, scope: str, found: Found, rights: Rights) -> Iterator[bytes]:
    """The same as a drawing."""
    rows = []
    for principal, answer in found:
        resource = answer.proofs[0].grant.resource if answer.proofs else None
        pipelines = list({one.pipeline: one for one in rights.connections.of(principal, resource)}.values())
        row = [Box(one.pipeline, one.name) for one in pipelines[:1]]
        row.append(Box(principal.name, principal.kind))
        row += [Box(proof.grant.role.name, proof.grant.kind) for proof in answer.proofs[:1]]
        row.append(Box(scope.rpartition("/")[2] or scope, str(answer.verdict), _KINDS[answer.verdict]))
        rows.append(row)
    yield draw(f"who can {operation}", rows)


def what_can_text(principal: Principal, grants: Sequence[Grant], radius: Radius, look: Look) -> Iterator[bytes]:
    """What somebody holds, and what follows from it."""
    yield from _lines(_what_can(principal, grants, radius, look))


def _what_can(principal: Principal, grants: Sequence[Grant], radius: Radius, look: Look) -> Iterator[str]:
    layout = Layout(look)
    places = Places(grant.origin.file for grant in grants if grant.origin)
    yield from layout.plain(f"{principal.name} ({principal.kind})", kind="head")
    for grant in grants:
        place = f" ({places.text(grant.origin)})" if grant.origin is not None else ""
        through = f" through {grant.principal.name}" if grant.principal is not principal else ""
        idle = "; counts for nothing there" if grant.active is False else ""
        perhaps = "; perhaps" if isinstance(grant.active, Unknown) else ""
        text = f"`{grant.role.name}` at {grant.scope}{through}{idle}{perhaps}{place}"
        yield from layout.plain(text, f"  {grant.standing!s:11}", " " * 13)
    if not grants:
        yield "  holds nothing that a source shows"
    for other, step in zip(radius.becomes, radius.steps, strict=False):
        where = f" on {step.target}" if step.target else ""
        yield from layout.plain(f"{other.name} by {step.operation}{where}", "  becomes    ", " " * 13)
    if radius.unlimited:
        yield from layout.plain("it can give rights to anybody", "  unlimited  ", " " * 13)
    yield f"{count(len(radius.targets), 'scope')} within reach"
    if places.base:
        yield f"places are below {clean(places.base)}"


def what_can_json(principal: Principal, grants: Sequence[Grant], radius: Radius) -> Iterator[bytes]:
    """The same as one JSON document."""
    yield (
        encode(
            {
                "schema": SCHEMA,
                "principal": principal.key,
                "name": principal.name,
                "kind": principal.kind,
                "grants": [_grant(grant) for grant in grants],
                "becomes": [
                    {"principal": other.key, "name": other.name, "by": step.operation, "target": step.target}
                    for other, step in zip(radius.becomes, radius.steps, strict=False)
                ],
                "targets": list(radius.targets),
                "unlimited": radius.unlimited,
            }
        )
        + b"\n"
    )


def what_can_svg(principal: Principal, grants: Sequence[Grant]) -> Iterator[bytes]:
    """The same as a drawing."""
    rows = [
        [
            Box(principal.name, principal.kind),
            Box(grant.role.name, str(grant.standing)),
            Box(grant.scope.rpartition("/")[2] or grant.scope, grant.kind, "open" if grant.privileged else "plain"),
        ]
        for grant in grants
    ]
    yield draw(f"what {principal.name} can", rows)
