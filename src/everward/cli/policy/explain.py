"""`everward policy explain DEFINITION PATH...`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from everward.cli.output import Target, check_targets, deliver, output_option
from everward.cli.policy.options import as_json, hidden, load, own_resources, read, subject_options, tell_gaps, title_of
from everward.values import UsageError, clean

if TYPE_CHECKING:
    from everward.cli.policy.tree import Shown
    from everward.estate import Estate
    from everward.policy.bench import Row, Subject
    from everward.policy.decisions import Decision

_HERE = Path(__file__).parent


@click.command("explain", short_help="Show how one verdict came about.")
@click.argument("definition", metavar="DEFINITION", type=click.Path(path_type=Path))
@subject_options
@click.option("--resource", "wanted", metavar="NAME|ID", help="The resource to explain; else the first one judged.")
@click.option("--policy", "reference", metavar="REFERENCE", help="The policy of an initiative to explain.")
@click.option("--full", is_flag=True, help="Show every condition, also those that decide nothing.")
@output_option("text", "html", "json")
def explain_command(
    definition: Path,
    paths: tuple[Path, ...],
    wanted: str | None,
    reference: str | None,
    full: bool,
    targets: tuple[Target, ...],
    **options: Any,
) -> int:
    """Show the tree of one evaluation: every condition with what it said, of which value, and where both stand.

    Where Azure's documentation leaves open what a policy means, the decision that was taken is named.
    """
    outputs = check_targets(targets)
    subject = load(definition, options)
    estate = read(paths, options, subject)
    rows = subject.judge(estate, own_resources(estate))
    row = _chosen(rows, subject, wanted, reference)
    made = _explained(row, subject, estate, full)
    for target in outputs:
        render = {"json": _json, "html": _html}.get(target.form, _text)
        deliver(render(made), target)
    return 3 if tell_gaps(estate, subject.problems) else 0


@dataclass(slots=True)
class _Explained:
    row: Row
    subject: Subject
    trees: list[tuple[str, Shown]]
    decisions: tuple[Decision, ...]
    reasons: tuple[Any, ...]
    others: int = 0


def _chosen(rows: Sequence[Row], subject: Subject, wanted: str | None, reference: str | None) -> Row:
    """The evaluation that is meant.

    Raises:
        UsageError: when there is none.

    """
    from everward.policy.problem import did_you_mean

    found = [row for row in rows if reference is None or row.name.lower() == reference.lower()]
    if reference is not None and not found and rows:
        names = tuple(dict.fromkeys(row.name for row in rows if row.name))
        advice = did_you_mean(reference, names) if names else "the file holds a single definition: leave it out"
        raise UsageError(f"`{subject.title}` has no policy `{reference}`", help=advice)
    if wanted is None:
        about = [row for row in found if row.outcome.state != "notApplicable"] or found
        if not about:
            raise UsageError("there is no resource to explain", help="name a file with resources, or a workload")
        return about[0]
    key = wanted.rstrip("/").lower()
    mine = [
        row
        for row in found
        if key in (row.resource.id.lower(), row.resource.name.lower(), (row.resource.origin.address or "").lower())
    ]
    if not mine:
        names = tuple(dict.fromkeys(row.resource.name for row in found))
        raise UsageError(
            f"there is no resource `{wanted}` that the policy judges",
            help=did_you_mean(wanted, names) if names else "nothing was read",
        )
    return next((row for row in mine if row.outcome.state != "notApplicable"), mine[0])


def _explained(row: Row, subject: Subject, estate: Estate, full: bool) -> _Explained:
    from everward.cli.policy.tree import Places, tree_of
    from everward.policy.decisions import decisions_in
    from everward.policy.trace import trace

    record = trace(row.policy, row.resource, estate)
    # Only a definition of its own stands in the file that was named.
    own = subject.kind == "definition"
    places = Places(subject.file if own else "", subject.text if own else "")
    return _Explained(
        row,
        subject,
        tree_of(record, places, full=full),
        decisions_in(record, row.policy, estate),
        hidden(record.explanation.reasons),
    )


def _verdict(made: _Explained) -> Iterator[tuple[str, str]]:
    """What came out, as labels and texts."""
    outcome = made.row.outcome
    effect = f" ({outcome.effect})" if outcome.effect else ""
    yield "verdict", f"{outcome.state}{effect}"
    yield "resource", title_of(made.row.resource)
    yield "id", made.row.resource.id
    yield "policy", f"{made.row.title}{f' [{made.row.name}]' if made.row.name else ''} ({made.subject.file})"
    if outcome.error is not None:
        yield "error", outcome.error
    if outcome.hole is not None:
        yield "unknown", outcome.hole.reason
        if outcome.hole.decided_by:
            yield "waits for", ", ".join(outcome.hole.decided_by)
    if not made.trees:
        yield "note", "no condition was evaluated: the policy is not about the resource, or it is disabled"


def _text(made: _Explained) -> Iterator[bytes]:
    from everward.policy.testing.report import reason_line

    for label, words in _verdict(made):
        yield f"{label:<10}{clean(words)}\n".encode("utf-8", "backslashreplace")
    for title, root in made.trees:
        yield f"\n{clean(title)}\n".encode()
        for row, depth, closing in root.walk():
            if not closing:
                for line in _row_lines(row, "  " * depth):
                    yield f"{line}\n".encode("utf-8", "backslashreplace")
    # The search for a related resource is no condition of the tree.
    for reason in made.reasons:
        if reason.message is not None:
            yield f"\nrelated   {reason_line(reason)}\n".encode("utf-8", "backslashreplace")
    if made.decisions:
        yield b"\nwhere the documentation is in doubt\n"
        for decision in made.decisions:
            yield f"  {decision.id}: {decision.reading}\n    and not: {decision.instead}\n".encode()


def _row_lines(row: Shown, indent: str) -> Iterator[str]:
    place = f"  [{row.place}]" if row.place else ""
    yield clean(f"{row.word:<8}{indent}{row.text}{place}")
    pad = " " * 8 + indent + "    "
    if row.actual:
        yield clean(f"{pad}{row.actual}{f' ({row.origin})' if row.origin else ''}")
    if row.note:
        yield clean(f"{pad}{row.note}")


def _html(made: _Explained) -> Iterator[bytes]:
    import base64
    import hashlib

    from jinja2 import Environment, StrictUndefined

    from everward import __version__
    from everward.policy.testing.report import reason_line

    # INVARIANT: everything is escaped unless it is our own style sheet.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    style = (_HERE / "explain.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = environment.from_string((_HERE / "explain.html").read_text(encoding="utf-8"))
    for piece in page.generate(
        style=style,
        style_hash=f"sha256-{digest}",
        title=made.row.title,
        state=str(made.row.outcome.state),
        facts=list(_verdict(made)),
        trees=[(title, list(root.walk())) for title, root in made.trees],
        related=[reason_line(reason) for reason in made.reasons if reason.message is not None],
        decisions=made.decisions,
        version=__version__,
    ):
        yield piece.encode("utf-8", "backslashreplace")


def _json(made: _Explained) -> Iterator[bytes]:
    yield from as_json(
        {
            "schema": "everward/policy-explain/1",
            "policy": made.row.title,
            "reference": made.row.name or None,
            "resource": made.row.resource.id,
            "outcome": made.row.outcome,
            "reasons": made.reasons,
            "trees": [{"title": title, "tree": _branch(root)} for title, root in made.trees],
            "decisions": [decision._asdict() for decision in made.decisions],
        }
    )


def _branch(root: Shown) -> dict[str, Any]:
    """A tree as nested objects."""
    made: list[dict[str, Any]] = [{}]
    for row, _, closing in root.walk():
        if closing:
            done = made.pop()
            made[-1].setdefault("parts", []).append(done)
            continue
        facts = {
            "said": row.word,
            "condition": row.text,
            "place": row.place,
            "actual": row.actual,
            "origin": row.origin,
            "note": row.note,
        }
        made.append({key: value for key, value in facts.items() if value})
    top: dict[str, Any] = made[0]["parts"][0]
    return top
