"""`everward policy diff OLD NEW PATH...`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from everward.cli.output import Target, check_targets, deliver, output_option
from everward.cli.policy.options import as_json, hidden, load, own_resources, read, subject_options, tell_gaps, title_of
from everward.values import clean

if TYPE_CHECKING:
    from everward.estate import Estate
    from everward.policy.bench import Changed, Row


@click.command("diff", short_help="Compare two versions of a policy over a workload.")
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@subject_options
@output_option("text", "json")
def diff_command(old: Path, new: Path, paths: tuple[Path, ...], targets: tuple[Target, ...], **options: Any) -> int:
    """Show which verdicts change from one version of a policy to another, and why.

    OLD and NEW are files of two definitions, initiatives or assignments; parameters go to both. PATH is a file with
    resources or a workload. Ends with 1 when a verdict changes.
    """
    outputs = check_targets(targets)
    from everward.policy.bench import compare_subjects

    before, after = load(old, options), load(new, options)
    estate = read(paths, options, before, after)
    changed, same = compare_subjects(before, after, estate, own_resources(estate))
    for target in outputs:
        deliver(_json(changed, same) if target.form == "json" else _text(changed, same, estate), target)
    if tell_gaps(estate, [*before.problems, *after.problems]):
        return 3
    return int(bool(changed))


def _text(changed: Sequence[Changed], same: int, estate: Estate) -> Iterator[bytes]:
    for item in changed:
        for line in _lines(item, estate):
            yield f"{line}\n".encode("utf-8", "backslashreplace")
    steps = Counter(f"{item.before} -> {item.after}" for item in changed)
    said = ", ".join(f"{number} {step}" for step, number in sorted(steps.items()))
    yield f"{said or 'no verdict changes'}; {same} stay the same\n".encode()


def _lines(item: Changed, estate: Estate) -> Iterator[str]:
    from everward.policy.testing.report import reason_line

    yield f"{item.before} -> {item.after}  {title_of(item.resource)}"
    if item.name:
        row = item.new or item.old
        yield f"  policy   {clean(row.title if row is not None else '')} [{clean(item.name)}]"
    one, two = _effect(item.old), _effect(item.new)
    if one != two:
        yield f"  effect   {one or 'none'} -> {two or 'none'}"
    for label, row in (("before", item.old), ("after", item.new)):
        if row is None:
            yield f"  {label:<8} there is no such policy, or the resource is out of its scope"
            continue
        if row.outcome.error is not None:
            yield f"  {label:<8} {clean(row.outcome.error)}"
        for reason in hidden(row.explain(estate).reasons):
            yield f"  {label:<8} {reason_line(reason)}"


def _effect(row: Row | None) -> str:
    return row.outcome.effect if row is not None else ""


def _json(changed: Sequence[Changed], same: int) -> Iterator[bytes]:
    document = {
        "schema": "everward/policy-diff/1",
        "changed": [
            {
                "resource": item.resource.id,
                "reference": item.name or None,
                "before": item.old.outcome if item.old is not None else None,
                "after": item.new.outcome if item.new is not None else None,
            }
            for item in changed
        ],
        "same": same,
    }
    yield from as_json(document)
