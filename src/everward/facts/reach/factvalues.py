"""Parts of answers as values that facts hold."""

from __future__ import annotations

from typing import Any

from everward.facts.reach.entrances import Guard, Lead, Step
from everward.facts.reach.services import format_service


def step_value(step: Step) -> dict[str, Any]:
    """A step of a way."""
    made: dict[str, Any] = {"id": step.id, "what": step.what}
    if step.origin is not None and step.origin.file is not None:
        made["file"] = step.origin.file
        made["line"] = step.origin.line
    return made


def guard_value(guard: Guard) -> dict[str, Any]:
    """What looks at requests."""
    made: dict[str, Any] = {"id": guard.id, "header": guard.header, "value": guard.value, "meaning": guard.meaning}
    if guard.otherwise:
        made["byDefault"] = guard.otherwise
    if guard.origin is not None and guard.origin.file is not None:
        made |= {"file": guard.origin.file, "line": guard.origin.line}
    return made


def lead_value(lead: Lead) -> dict[str, Any]:
    """What a door hands on to."""
    return {
        "id": lead.resource.id,
        "name": lead.resource.name,
        "services": [format_service(service) for service in lead.services],
        "how": lead.how,
        "reached": lead.reached,
    }
