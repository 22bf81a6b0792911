"""What is open after an evaluation: the variables without value, and how much hangs on each."""

from __future__ import annotations

from collections import Counter

from everward.estate.reading import Unresolved
from everward.sources.terraform.evaluation import Session
from everward.sources.terraform.evaluation.variables import NO_VALUE
from everward.values import Unknown, unknowns_in


def open_variables(session: Session, hint: str | None = None) -> list[Unresolved]:
    """The root's variables without value, those on which most values hang first.

    `hint` is one more way to give some of them a value.
    """
    values: Counter[str] = Counter()
    resources: Counter[str] = Counter()
    for instance in session.instances:
        names = [
            name
            for value in instance.attributes.values()
            for hole in unknowns_in(value)
            for name in hole.decided_by
            if name.startswith("var.")
        ]
        if instance.cardinality is not None:
            names += [name for name in instance.cardinality.decided_by if name.startswith("var.")]
        values.update(names)
        resources.update(set(names))
    found = [
        _open(session, name, values[f"var.{name}"], resources[f"var.{name}"], hint)
        for name, declared in session.root.variables.items()
        if _is_open(session, name) or (name not in session.given and declared.default is None)
    ]
    return [item for _, item in sorted(found, key=lambda pair: -pair[0])]


def _is_open(session: Session, name: str) -> bool:
    given = session.given.get(name)
    return given is not None and isinstance(given.value, Unknown)


def _open(session: Session, name: str, values: int, resources: int, hint: str | None) -> tuple[int, Unresolved]:
    declared = session.root.variables[name]
    given = session.given.get(name)
    reason = given.value.reason if given is not None and isinstance(given.value, Unknown) else NO_VALUE
    also = f", or {hint}" if hint is not None and given is None else ""
    decided = f"{values} value{'s' if values != 1 else ''} of {resources} resource{'s' if resources != 1 else ''}"
    detail = f"; decides {decided}" if values else "; no resource needs it"
    return values, Unresolved(
        f"var.{name}",
        f"{reason}{detail}",
        declared.origin,
        decided_by=(f"var.{name}",),
        help=f"`--var {name}=…`, or a file of values with `--var-file`{also}",
    )
