"""What somebody may do, whom they can become, and how far that reaches: for people, for machines, as a drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from everward.assessment import listed
from everward.facts.access.edges import Edge
from everward.facts.access.escalation import Escalation
from everward.facts.access.grants import Grant
from everward.facts.access.principals import Principal
from everward.facts.access.radius import Radius, Reach
from everward.facts.access.words import place
from everward.reports.access_words import (
    SCHEMA,
    grant_part,
    lasting,
    pipeline_part,
    step_text,
    way_text,
    where,
)
from everward.reports.drawing import Box, draw
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.words import Places, count
from everward.values import Unknown, clean

_INDENT: Final = " " * 13
_STEPS: Final = 8
"""Steps of one kind that are shown where not everything is asked for."""
_DRAWN: Final = 40


def what_can_text(principal: Principal, reach: Reach, look: Look, *, explain: bool) -> Iterator[bytes]:
    """What somebody holds, and what follows from it. `explain` shows ids whole, and every step that they can take."""
    for line in _what_can(principal, reach, look, explain=explain):
        yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"


def _what_can(principal: Principal, reach: Reach, look: Look, *, explain: bool) -> Iterator[str]:
    layout = Layout(look)
    rights = reach.rights
    grants = list(rights.held_by(principal))
    places = Places([grant.origin.file for grant in grants if grant.origin is not None])
    yield from layout.plain(f"{principal.name} ({principal.kind})", kind="head")
    for one in rights.connections.of(principal):
        yield from layout.plain(way_text(one), "  used by    ", _INDENT)
    for grant in grants:
        said = "expired" if grant.expired else str(grant.standing)
        yield from layout.plain(_grant(grant, principal, places, explain=explain), f"  {said:11}", _INDENT)
    if not grants:
        yield "  holds nothing that a source shows"
    radius = reach.of(principal)
    for other, step in zip(radius.becomes, radius.steps, strict=True):
        yield from layout.plain(f"{other.name} by {step_text(step, whole=explain)}", "  becomes    ", _INDENT)
    if explain:
        yield from _steps(reach.steps_of(principal), layout)
    if radius.unlimited:
        yield from layout.plain("it can give rights to anybody", "  unlimited  ", _INDENT)
    yield from _far(radius, len(reach.resources), layout)
    if places.base:
        yield f"places are below {clean(places.base)}"


def _grant(grant: Grant, principal: Principal, places: Places, *, explain: bool) -> str:
    written = f" ({places.text(grant.origin)})" if grant.origin is not None else ""
    through = f" through {grant.principal.name}" if grant.principal is not principal else ""
    idle = "; counts for nothing there" if grant.active is False and not grant.expired else ""
    perhaps = "; perhaps" if isinstance(grant.active, Unknown) else ""
    under = "; under a condition" if grant.condition else ""
    if explain and grant.condition:
        under = f"; if {grant.condition}"
    scope = where(grant.scope, whole=explain)
    return f"`{grant.role.name}` on {scope}{through}{lasting(grant)}{under}{idle}{perhaps}{written}"


def _steps(steps: Sequence[Escalation], layout: Layout) -> Iterator[str]:
    """Every step that somebody can take, by its kind."""
    by_edge: dict[str, list[Escalation]] = {}
    for step in steps:
        by_edge.setdefault(str(step.edge), []).append(step)
    for edge, taken in by_edge.items():
        for step in taken:
            perhaps = "perhaps " if step.certain is not True else ""
            later = "" if step.standing else ", after activating a role"
            text = f"{perhaps}{edge}: {step_text(step, whole=True)}{later}"
            yield from layout.plain(text, "  step       ", _INDENT)


def _far(radius: Radius, total: int, layout: Layout) -> Iterator[str]:
    writes, deletes = radius.writes.bit_count(), radius.deletes.bit_count()
    changed = f"{writes:,} can be changed, {deletes:,} deleted, of {count(total, 'resource')}"
    yield from layout.plain(changed, "  reaches    ", _INDENT)
    for found, what in ((radius.secrets, "secrets are read of"), (radius.stores, "data is written into")):
        if found:
            names = [place(item.id) for item in found]
            yield from layout.plain(f"{what} {listed(names, _STEPS)}", _INDENT, _INDENT)
    yield f"{count(len(radius.targets), 'scope')} within reach"


def what_can_json(principals: Sequence[Principal], reach: Reach) -> Iterator[bytes]:
    """The same as one JSON document; several principals of one name stand in a list of it."""
    found = [_document(principal, reach) for principal in principals]
    document = found[0] if len(found) == 1 else {"schema": SCHEMA, "principals": found}
    yield encode(document) + b"\n"


def _document(principal: Principal, reach: Reach) -> dict[str, Any]:
    radius = reach.of(principal)
    later = reach.of(principal, activated=True)
    return {
        "schema": SCHEMA,
        "principal": principal.key,
        "name": principal.name,
        "kind": principal.kind,
        "pipelines": [pipeline_part(one) for one in reach.rights.connections.of(principal)],
        "grants": [grant_part(grant) for grant in reach.rights.held_by(principal)],
        "becomes": [
            {"principal": other.key, "name": other.name, "edge": str(step.edge), "by": step.operation,
             "target": step.target}
            for other, step in zip(radius.becomes, radius.steps, strict=True)
        ],
        "steps": [_step(step) for step in reach.steps_of(principal)],
        "targets": list(radius.targets),
        "unlimited": radius.unlimited,
        "resources": len(reach.resources),
        "writes": radius.writes.bit_count(),
        "deletes": radius.deletes.bit_count(),
        "secretVaults": [item.id for item in radius.secrets],
        "dataStores": [item.id for item in radius.stores],
        "afterActivation": {"writes": later.writes.bit_count(), "deletes": later.deletes.bit_count()},
    }  # fmt: skip


def _step(step: Escalation) -> dict[str, Any]:
    return {
        "edge": str(step.edge),
        "operation": step.operation,
        "target": step.target,
        "gains": [one.name for one in step.gains],
        "certain": step.certain is True,
        "standing": step.standing,
    }


def what_can_svg(principals: Sequence[Principal], reach: Reach) -> Iterator[bytes]:
    """The same as a drawing: what each holds itself, then what those hold whom it can become."""
    rows = [row for principal in principals for row in _rows(principal, reach)]
    tail = f", the first {_DRAWN} of {len(rows)} ways" if len(rows) > _DRAWN else ""
    yield draw(f"what {principals[0].name} can{tail}", rows[:_DRAWN])


def _rows(principal: Principal, reach: Reach) -> list[list[Box]]:
    radius = reach.of(principal)
    own = Box(principal.name, principal.kind)
    rows = [[own, *_holds(grant)] for grant in reach.rights.held_by(principal)]
    for other, step in zip(radius.becomes, radius.steps, strict=True):
        start = [own, _box(step), Box(other.name, other.kind)]
        held = list(reach.rights.held_by(other))
        rows += [[*start, *_holds(grant)] for grant in held] if held else [start]
    return rows or [[own, Box("nothing", "that a source shows")]]


def _box(step: Escalation) -> Box:
    if step.edge is Edge.PIPELINE:
        word, _, name = step.operation.partition(" `")
        return Box(name.removesuffix("`"), word)
    return Box(str(step.edge), step.operation)


def _holds(grant: Grant) -> list[Box]:
    said = "expired" if grant.expired else str(grant.standing)
    kind = "closed" if grant.active is False else "open" if grant.privileged else "plain"
    return [Box(grant.role.name, said, kind), Box(grant.scope.rpartition("/")[2] or grant.scope, grant.kind, kind)]
