"""Answers about reachability: for people, for machines, as a drawing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from everward.estate import Resource
from everward.facts.reach.questions import Reply, Verdict, Way
from everward.facts.reach.services import format_service
from everward.reports.drawing import Box, draw
from everward.reports.encode import encode
from everward.reports.interface import Look
from everward.reports.layout import Layout
from everward.reports.words import Places, count, place_text
from everward.values import Truth, Unknown, clean

SCHEMA: Final = "everward/reach/1"
_WORDS: Final = {True: "open", False: "closed"}


def word(truth: Truth) -> str:
    """`open`, `closed` or `unknown`."""
    return "unknown" if isinstance(truth, Unknown) else _WORDS[truth]


def why(truth: Truth) -> str:
    """What would decide it, for people."""
    if not isinstance(truth, Unknown):
        return ""
    needs = ", ".join(truth.decided_by[:3])
    return f"{truth.reason} (needs {needs})" if needs else truth.reason


def replies_text(replies: Sequence[Reply], look: Look, *, explain: bool) -> Iterator[bytes]:
    """Each reply with its ways; those that are closed only where somebody asks for an explanation."""
    layout = Layout(look)
    steps = [step for reply in replies for way in reply.ways for step in (*way.steps, *way.decided_by)]
    places = Places(step.origin.file for step in steps if step.origin is not None)
    for reply in replies:
        for line in _reply_lines(reply, layout, places, explain=explain):
            yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"
    if places.base:
        yield f"places are below {clean(places.base)}\n".encode()


def _reply_lines(reply: Reply, layout: Layout, places: Places, *, explain: bool) -> Iterator[str]:
    verdict = reply.verdict
    head = f"{reply.source} -> {reply.target}, {format_service(reply.service)}"
    kind = "bad" if verdict is Verdict.OPEN else "head"
    yield from layout.plain(head, f"{verdict.upper():8}", " " * 8, kind)
    if not reply.ways:
        yield from layout.plain("nothing leads there: it has no address of its own", "  why     ", " " * 10)
    for way in reply.ways:
        if way.holds is False and not explain:
            continue
        yield from _way_lines(way, layout, places)
    hidden = sum(way.holds is False for way in reply.ways)
    if hidden and not explain:
        yield f"  {hidden} closed: --explain shows what closes them"


def _way_lines(way: Way, layout: Layout, places: Places) -> Iterator[str]:
    yield from layout.plain(f"{way.name}: {_said(way)}", "  way     ", " " * 10)
    for label, steps in (("path", way.steps), ("by", way.decided_by)):
        for step in steps:
            place = f" ({places.text(step.origin)})" if step.origin is not None and step.origin.file else ""
            yield from layout.plain(f"{step.what}{place}", f"  {label:8}", " " * 10)
            label = ""
    if way.witness is not None:
        said = "the second evaluator agrees" if way.confirmed else "the second evaluator does not agree"
        yield from layout.plain(f"{way.witness}; {said}", "  witness ", " " * 10)
    for note in (*way.notes, *([why(way.holds)] if isinstance(way.holds, Unknown) else [])):
        yield from layout.plain(note, "  note    ", " " * 10)


def _said(way: Way) -> str:
    return f"{word(way.holds)}, after signing in" if way.guarded and way.holds is not False else word(way.holds)


def replies_json(replies: Sequence[Reply]) -> Iterator[bytes]:
    """The replies as one JSON document."""
    yield encode({"schema": SCHEMA, "answers": [_reply(reply) for reply in replies]}) + b"\n"


def _reply(reply: Reply) -> dict[str, Any]:
    return {
        "source": reply.source,
        "target": reply.target,
        "service": format_service(reply.service),
        "verdict": str(reply.verdict),
        "ways": [_way(way) for way in reply.ways],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "way": way.name,
        "verdict": word(way.holds),
        "guarded": way.guarded,
        "unknown": why(way.holds) or None,
        "path": [_step(step) for step in way.steps],
        "decidedBy": [_step(step) for step in way.decided_by],
        "witness": None if way.witness is None else str(way.witness),
        "confirmed": way.confirmed,
        "notes": list(way.notes),
    }


def _step(step: Any) -> dict[str, Any]:
    place = None if step.origin is None else place_text(step.origin)
    return {"id": step.id, "what": step.what, "place": place}


def replies_svg(replies: Sequence[Reply]) -> Iterator[bytes]:
    """The ways as a drawing."""
    rows: list[list[Box]] = []
    for reply in replies:
        for way in reply.ways:
            kind = word(way.holds)
            first = Box(_last(reply.source), way.name)
            rows.append([first, *(Box(_last(step.id), step.what, kind) for step in way.steps)])
    title = "; ".join(f"{_last(reply.source)} to {_last(reply.target)}: {reply.verdict}" for reply in replies)
    yield draw(title, rows)


def _last(id_: str) -> str:
    return id_.rstrip("/").rpartition("/")[2] or id_


def exposures_text(facts: Sequence[Resource], look: Look) -> Iterator[bytes]:
    """Ways in from the Internet, one paragraph each."""
    layout = Layout(look)
    places = Places(fact.origin.file for fact in facts)
    for fact in facts:
        body: Any = fact.properties
        state = "open" if fact.condition is True else "unknown"
        head = f"{body['targetName']} ({body['targetType'].rpartition('/')[2]}"
        head += f", {body['part']})" if body["part"] else ")"
        kind = "bad" if body["management"] else "head"
        lines = [*layout.plain(head, f"{state.upper():8}", " " * 8, kind)]
        lines += layout.plain(f"{body['source']}: {', '.join(body['services'])}", "  from    ", " " * 10)
        label = "path"
        for step in body["path"] if len(body["path"]) > 1 else ():
            lines += layout.plain(step["what"], f"  {label:8}", " " * 10)
            label = ""
        label = "by"
        for step in body["decidedBy"]:
            lines += layout.plain(step["what"], f"  {label:8}", " " * 10)
            label = ""
        lines += _handed_on(body, layout)
        if body["witness"]:
            said = "the second evaluator agrees" if body["confirmed"] else "the second evaluator does not agree"
            lines += layout.plain(f"{body['witness']}; {said}", "  witness ", " " * 10)
        lines += layout.plain(places.text(fact.origin), "  at      ", " " * 10)
        for note in (*body["notes"], *([why(fact.condition)] if isinstance(fact.condition, Unknown) else [])):
            lines += layout.plain(note, "  note    ", " " * 10)
        for line in lines:
            yield line.rstrip().encode("utf-8", "backslashreplace") + b"\n"
    if any(" -> 240." in str(fact.get("properties.witness")) for fact in facts):
        yield b"addresses from 240.0.0.0/4 stand for those that are not known yet\n"
    yield f"{count(len(facts), 'way')} in from the Internet\n".encode()
    if places.base:
        yield f"places are below {clean(places.base)}\n".encode()


def _handed_on(body: Any, layout: Layout) -> Iterator[str]:
    """What a door hands on to, a few of many."""
    listed: dict[str, list[str]] = {}
    for lead in body.get("leadsTo", ()):
        listed.setdefault(lead["name"], []).extend(lead["services"])
    label = "then"
    for name, services in list(listed.items())[:_SHOWN]:
        yield from layout.plain(f"{name}: {', '.join(dict.fromkeys(services))}", f"  {label:8}", " " * 10)
        label = ""
    if len(listed) > _SHOWN:
        yield from layout.plain(f"and {len(listed) - _SHOWN} more", "          ", " " * 10)


_SHOWN: Final = 6
