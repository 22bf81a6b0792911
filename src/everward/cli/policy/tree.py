"""The record of an evaluation as rows for people: what each condition said, of what, and where both stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from everward.cli.policy.options import hidden
from everward.policy.nodes import AllOf, Leaf, Not
from everward.policy.positions import format_json_path, lines_in, plain
from everward.policy.testing.coverage import leaf_text
from everward.policy.testing.report import shown
from everward.values import Unknown

if TYPE_CHECKING:
    from everward.policy.positions import JsonPath
    from everward.policy.trace import Step, Trace

MANY: Final = 12
"""Parts of one group, or elements of one count, that are shown unless everything is asked for."""


@dataclass(slots=True)
class Shown:
    """One row of the tree."""

    word: str
    """`true`, `false`, `unknown`, `error`, or `-` when it was not reached."""
    text: str
    """What was compared, or the kind of group."""
    place: str = ""
    """Where it stands in the definition."""
    actual: str = ""
    """What stood in the resource."""
    origin: str = ""
    """Where that stands."""
    note: str = ""
    """What it waits for, why it failed, what was left out."""
    below: list[Shown] = field(default_factory=list)

    def walk(self) -> Iterator[tuple[Shown, int, bool]]:
        """Rows from this one on with their depth; each comes again, marked, when what is below it is done."""
        stack: list[tuple[Shown, int, bool]] = [(self, 0, False)]
        while stack:
            row, depth, closing = stack.pop()
            yield row, depth, closing
            if not closing:
                stack.append((row, depth, True))
                stack.extend((part, depth + 1, False) for part in reversed(row.below))


class Places:
    """Where the conditions of a definition stand in its file."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._lines: dict[JsonPath, int] | None = None

    def of(self, path: JsonPath) -> str:
        """`file:line` of a path; empty when the definition does not stand in the file."""
        if not self._text or not path:
            return ""
        if self._lines is None:
            self._lines = lines_in(plain(self._text))
        # What does not stand in the text itself has the line of what is around it.
        place = path
        while place not in self._lines:
            place = place[:-1]
        return f"{self._file}:{self._lines[place]}"


def tree_of(trace: Trace, places: Places, *, full: bool = False) -> list[tuple[str, Shown]]:
    """The trees of an evaluation: `if`, and the existence condition for each related resource."""
    out: list[tuple[str, Shown]] = []
    if trace.condition is not None:
        out.append(("if", _row(trace.condition, places, full)))
    related = ((f"existence condition on {step.resource}", _row(step, places, full)) for step in trace.related)
    return [*out, *related]


def _row(top: Step, places: Places, full: bool) -> Shown:
    root = _alone(top, places)
    stack = [(top, root)]
    while stack:
        step, row = stack.pop()
        kept = step.below if full else _telling(step)
        row.below = [_alone(part, places) for part in kept]
        stack.extend(zip(kept, row.below, strict=True))
        if len(kept) < len(step.below):
            row.below.append(Shown("-", f"and {len(step.below) - len(kept)} more, none of which decides (--full)"))
    return root


def _telling(step: Step) -> list[Step]:
    """The parts of a group that decide, and a few of the others, in their order."""
    if len(step.below) <= MANY:
        return step.below
    deciding = [part for part in step.below if part.reached and part.truth not in (False, None)]
    if isinstance(step.condition, AllOf):
        deciding = [part for part in step.below if part.reached and part.truth is not True]
    chosen = {id(part) for part in deciding[:MANY]}
    for part in step.below:
        if len(chosen) >= MANY:
            break
        chosen.add(id(part))
    return [part for part in step.below if id(part) in chosen]


def _alone(step: Step, places: Places) -> Shown:
    condition = step.condition
    row = Shown(_word(step), _text(step))
    if isinstance(condition, Leaf):
        row.place = places.of(condition.path) or format_json_path(condition.path)
        if step.reason is not None:
            (reason,) = hidden([step.reason])
            row.actual = f"{reason.path} is {shown(reason.actual)}"
            origin = reason.origin
            row.origin = str(origin) if origin is not None and origin.file is not None else ""
            if reason.expected is not None and not condition.expected.literal:
                row.note = f"compared with {shown(reason.expected)}"
    if step.error is not None:
        row.note = step.error
    elif isinstance(step.truth, Unknown):
        row.note = f"waits for {', '.join(step.truth.decided_by) or step.truth.reason}"
    return row


def _word(step: Step) -> str:
    if not step.reached:
        return "-"
    if step.error is not None:
        return "error"
    if isinstance(step.truth, Unknown):
        return "unknown"
    return "true" if step.truth else "false"


def _text(step: Step) -> str:
    condition = step.condition
    if isinstance(condition, Leaf):
        return leaf_text(condition)
    if isinstance(condition, Not):
        return "not"
    return f"{'allOf' if isinstance(condition, AllOf) else 'anyOf'} of {len(step.below)}"
