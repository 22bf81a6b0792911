"""Who may do something: for people, for machines, as a drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from everward.assessment import listed
from everward.facts.access.escalation import key_readers
from everward.facts.access.principals import Principal
from everward.facts.access.rights import Answer, Rights, Verdict
from everward.reports.access_words import (
    SCHEMA,
    denial_text,
    grant_part,
    group_part,
    hole_text,
    is_open_group,
    members_text,
    pipeline_part,
    pipelines_of,
    proof_text,
    titles,
    way_text,
)
from everward.reports.drawing import Box, draw
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.words import Places, count
from everward.values import clean

Found = Sequence[tuple[Principal, Answer]]
INDENT: Final = " " * 12
_DRAWN: Final = 60
"""Rows that are drawn: more of them nobody can read."""

_KINDS: Final = {
    Verdict.ALLOWED: "open",
    Verdict.ELIGIBLE: "unknown",
    Verdict.MAYBE: "unknown",
    Verdict.DENIED: "closed",
    Verdict.NOT_GRANTED: "closed",
}


def who_can_text(
    operation: str, scope: str, found: Found, rights: Rights, look: Look, *, explain: bool
) -> Iterator[bytes]:
    """Who may do something at a scope, and by which path. `explain` shows every path, with ids and conditions whole."""
    for line in _who_can(operation, scope, found, rights, look, explain=explain):
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


def _who_can(operation: str, scope: str, found: Found, rights: Rights, look: Look, *, explain: bool) -> Iterator[str]:
    layout = Layout(look)
    origins = (proof.grant.origin for _, answer in found for proof in answer.proofs)
    places = Places([origin.file for origin in origins if origin is not None])
    yield from layout.plain(f"{operation} on {scope}", kind="head")
    names = titles([principal for principal, _ in found])
    for principal, answer in found:
        yield from layout.plain(f"{names[principal.key]} ({principal.kind})", f"{answer.verdict!s:12}", INDENT)
        for text in _lines(operation, principal, answer, rights, places, explain=explain):
            yield from layout.plain(text, INDENT, INDENT)
    allowed = sum(answer.verdict is Verdict.ALLOWED for _, answer in found)
    denied = sum(answer.verdict is Verdict.DENIED for _, answer in found)
    refused = f", {denied} denied" if denied else ""
    rest = len(found) - allowed - denied
    yield f"{count(allowed, 'principal')} may, {rest} perhaps or after activating a role{refused}"
    if places.base:
        yield f"places are below {clean(places.base)}"


def _lines(
    operation: str, principal: Principal, answer: Answer, rights: Rights, places: Places, *, explain: bool
) -> Iterator[str]:
    """What is said of one answer."""
    for proof in answer.proofs if explain else answer.proofs[:1]:
        yield proof_text(proof, operation, places, whole=explain)
    if not explain and len(answer.proofs) > 1:
        yield f"and by {count(len(answer.proofs) - 1, 'other path')}"
    if principal.kind == "key" and principal.resource is not None:
        names = [one.name for one in key_readers(rights, principal.resource)]
        yield f"listed by {listed(names, 4) or 'nobody that a source shows'}"
    if principal.kind == "group":
        yield members_text(rights, principal)
    yield from dict.fromkeys(f"as {way_text(one)}" for one in pipelines_of(rights, principal, answer))
    if answer.denial is not None:
        yield denial_text(answer.denial, whole=explain)
    if answer.hole is not None:
        yield hole_text(answer.hole)


def who_can_json(operation: str, scope: str, found: Found, rights: Rights) -> Iterator[bytes]:
    """The same as one JSON document."""
    answers = [
        {
            "principal": principal.key,
            "name": principal.name,
            "kind": principal.kind,
            "verdict": str(answer.verdict),
            **group_part(rights, principal),
            "paths": [
                {**grant_part(proof.grant), "pattern": proof.pattern, "ambiguous": proof.ambiguous}
                for proof in answer.proofs
            ],
            "pipelines": [pipeline_part(one) for one in pipelines_of(rights, principal, answer)],
            "deniedBy": None if answer.denial is None else answer.denial.resource.id,
            "systemProtected": None if answer.denial is None else answer.denial.protected is True,
            "unknown": None if answer.hole is None else hole_text(answer.hole),
        }
        for principal, answer in found
    ]
    complete = not rights.grants.unread and not any(is_open_group(rights, one) for one, _ in found)
    document = {"schema": SCHEMA, "operation": operation, "scope": scope, "complete": complete, "answers": answers}
    yield encode(document) + b"\n"


def who_can_svg(operation: str, scope: str, found: Found, rights: Rights) -> Iterator[bytes]:
    """The same as a drawing: pipeline, principal, what grants it, what it is about."""
    rows = []
    names = titles([principal for principal, _ in found])
    for principal, answer in found[:_DRAWN]:
        pipelines = list({one.pipeline: one for one in pipelines_of(rights, principal, answer)}.values())
        more = f" and {len(pipelines) - 1} more" if len(pipelines) > 1 else ""
        row = [Box(one.pipeline, f"{one.name}{more}") for one in pipelines[:1]]
        open_group = is_open_group(rights, principal)
        note = f"{principal.kind}, members not known" if open_group else principal.kind
        row.append(Box(names[principal.key], note, "unknown" if open_group else "plain"))
        row += [
            Box(proof.grant.role.name, _note(operation, proof.pattern, str(proof.grant.standing)))
            for proof in answer.proofs[:1]
        ]
        if answer.denial is not None:
            row.append(Box(answer.denial.name, "deny assignment", "closed"))
        row.append(Box(scope.rpartition("/")[2] or scope, str(answer.verdict), _KINDS[answer.verdict]))
        rows.append(row)
    left = len(found) - _DRAWN
    tail = f", the first {_DRAWN} of {len(found)}" if left > 0 else ""
    yield draw(f"who can {operation}{tail}", rows)


def _note(operation: str, pattern: str, standing: str) -> str:
    """How a grant stands, and the pattern that gives it where that is another than what was asked for."""
    return standing if not pattern or pattern.lower() == operation.strip().lower() else f"{standing}, {pattern}"
