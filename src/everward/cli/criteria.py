"""`everward criteria list` and `everward criteria show ID`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import click

from everward.cli.group import Entry, LazyGroup
from everward.cli.output import Target, check_targets, deliver, output_option, width

if TYPE_CHECKING:
    from everward.criteria import Criterion


class CriteriaGroup(LazyGroup):
    """`everward criteria COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "list": ("everward.cli.criteria:list_", "List the criteria, worst first in each chapter."),
        "show": ("everward.cli.criteria:show", "Show one criterion: what must hold, why, and how to repair."),
    }


@click.command(cls=CriteriaGroup)
def criteria() -> None:
    """Show the criteria that workloads are judged by."""


@click.command("list")
@click.option("--edition", type=click.Choice(["2022", "2026"]), help="Only criteria of this edition of the guidance.")
@output_option("text", "json")
def list_(edition: str | None, targets: tuple[Target, ...]) -> int:
    """List the criteria, worst first in each chapter."""
    outputs = check_targets(targets)
    from everward.assessment import severity_rank
    from everward.criteria import Catalogue

    found = list(Catalogue.load(edition=edition))
    found.sort(key=lambda item: (item.chapter, severity_rank(item.severity), item.id))
    for target in outputs:
        deliver(_list_json(found) if target.form == "json" else _list_text(found), target)
    return 0


@click.command()
@click.argument("criterion_id", metavar="ID")
@output_option("text", "json")
def show(criterion_id: str, targets: tuple[Target, ...]) -> int:
    """Show one criterion: what must hold, why, how it is judged, and how to repair."""
    outputs = check_targets(targets)
    from everward.criteria import Catalogue

    (chosen,) = Catalogue.load(only=[criterion_id])
    for target in outputs:
        deliver(_show_json(chosen) if target.form == "json" else _show_text(chosen), target)
    return 0


def describe(criterion: Criterion) -> dict[str, Any]:
    """All that is said about a criterion, as JSON shows it."""
    return {
        "id": criterion.id,
        "title": criterion.title,
        "kind": str(criterion.kind),
        "chapter": criterion.chapter,
        "severity": criterion.severity,
        "confidence": criterion.confidence,
        "stride": list(criterion.stride),
        "impact": dict(criterion.impact),
        "availability": criterion.availability,
        "why": criterion.why,
        "tradeoff": criterion.tradeoff,
        "defaults": criterion.defaults,
        "break": criterion.cheapest,
        "fix": dict(criterion.fix),
        "rows": list(criterion.rows),
        "editions": list(criterion.editions),
        "references": list(criterion.references),
        "definition": criterion.definition,
        "manual": criterion.manual,
        "inherited": criterion.inherited,
    }


def _list_json(found: list[Criterion]) -> Iterator[bytes]:
    from everward.reports.encode import encode
    from everward.reports.json import document_list

    yield b'{\n"schema":"everward/criteria/1"'
    yield from document_list("criteria", (encode(describe(item)) for item in found))
    yield b"\n}\n"


def _show_json(criterion: Criterion) -> Iterator[bytes]:
    import msgspec

    from everward.reports.encode import encode

    yield msgspec.json.format(encode(describe(criterion)), indent=2) + b"\n"


def _list_text(found: list[Criterion]) -> Iterator[bytes]:
    chapter = None
    for item in found:
        if item.chapter != chapter:
            yield f"{'' if chapter is None else chr(10)}{item.chapter}\n".encode()
            chapter = item.chapter
        kind = "" if item.kind == "policy" else f" ({item.kind})"
        lead = f"  {item.severity:<8} "
        yield from _wrapped(f"{item.id}{kind}", lead, " " * len(lead))
        yield from _wrapped(item.title, " " * len(lead), " " * len(lead))
    yield f"\n{len(found)} criteria; `everward criteria show ID` says more\n".encode()


def _show_text(criterion: Criterion) -> Iterator[bytes]:
    yield f"{criterion.title}\n{criterion.id}\n\n".encode()
    rows = (
        ("kind", str(criterion.kind)),
        ("severity", f"{criterion.severity}, confidence {criterion.confidence}"),
        ("threat", ", ".join(criterion.stride)),
        ("impact", ", ".join(f"{name} {level}" for name, level in criterion.impact.items())),
        ("guidance", f"{criterion.chapter}: {', '.join(criterion.rows)}"),
        ("editions", ", ".join(criterion.editions)),
    )
    for label, text in rows:
        if text:
            yield from _wrapped(text, f"{label:<9} ", " " * 10)
    sections: tuple[tuple[str, str | None], ...] = (
        ("Why", criterion.why),
        ("How the workload goes down", criterion.availability),
        ("Where nothing is set", criterion.defaults),
        ("When a finding can be wrong", criterion.confidence_note),
        *_beyond_policy(criterion),
        ("What the repair costs", criterion.tradeoff),
        ("The cheapest repair", criterion.cheapest),
    )
    for heading, words in sections:
        if words:
            yield f"\n{heading}\n".encode()
            yield from _wrapped(" ".join(words.split()), "  ", "  ")
    for language, code in criterion.fix.items():
        yield f"\nRepair ({language})\n".encode()
        yield textwrap.indent(code.rstrip(), "  ").encode() + b"\n"
    if criterion.references:
        yield b"\nReferences\n"
        yield "".join(f"  {reference}\n" for reference in criterion.references).encode()


def _beyond_policy(criterion: Criterion) -> list[tuple[str, str]]:
    """What stands in place of a policy: the question that people answer, or what the platform holds."""
    if criterion.manual is not None:
        evidence = "; ".join(criterion.manual.evidence)
        days = f"An answer holds for {criterion.manual.valid_for_days} days."
        return [("The question", criterion.manual.question), ("What the answer must show", f"{evidence}. {days}")]
    if criterion.inherited is not None:
        held = criterion.inherited
        return [("What the platform holds", f"{held.statement} ({held.provider}; {held.scope}; {held.source})")]
    return []


def _wrapped(text: str, first: str, then: str) -> Iterator[bytes]:
    for line in textwrap.wrap(text, width(), initial_indent=first, subsequent_indent=then, break_on_hyphens=False):
        yield line.encode() + b"\n"
