"""What an expression gives, in a form that Terraform's answers and ours can both be brought to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """A value with its type as Terraform's JSON writes types (`["list","string"]`), or none."""

    type: Any = None
    value: Any = None
    sensitive: str = ""
    """`whole` when the value is marked, `part` when only something inside it is."""
    state: str = "known"
    """`known`, `error`, `infinite`, or `unknown` when a part of it is only known later."""


ERROR = Answer(state="error")
UNKNOWN = Answer(state="unknown")
INFINITE = Answer(state="infinite")
"""A number beyond all bounds, which no plan can hold."""


def to_json(answer: Answer) -> dict[str, Any]:
    """An answer as it is recorded."""
    if answer.state != "known":
        return {answer.state: True}
    recorded = {"type": answer.type, "value": answer.value}
    return {**recorded, "sensitive": answer.sensitive} if answer.sensitive else recorded


def from_json(recorded: dict[str, Any]) -> Answer:
    """The inverse of `to_json`."""
    if "type" not in recorded:
        return Answer(state=next(iter(recorded.keys() & {"error", "unknown", "infinite"})))
    return Answer(recorded["type"], recorded["value"], recorded.get("sensitive", ""))


def dump(value: Any) -> str:
    """JSON in which numbers keep every digit."""
    import json

    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)}: {dump(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    return json.dumps(value)
