"""Events of the activity log: from `az monitor activity-log list`, and as a diagnostic setting stores them.

What the caller's token claimed is left out, but for who it was: it is personal, and proves nothing here.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from everward.sources.inventory.kinds.interface import Adapted, Kind, Row, only_known, signature, text_of

EVENT: Final = "Microsoft.Insights/eventTypes/values"

_CATEGORIES: Final = frozenset({
    "administrative", "servicehealth", "resourcehealth", "alert", "autoscale", "security", "recommendation",
    "policy", "write", "delete", "action",
})  # fmt: skip
"""Categories of the activity log; the last three are what older exports call administrative events."""
_WHO: Final = {
    "http://schemas.microsoft.com/identity/claims/objectidentifier": "objectId",
    "oid": "objectId",
    "appid": "appId",
    "idtyp": "idType",
}


def _listed(row: Row) -> Adapted:
    """An event as the REST API gives it: names as objects with `value`."""
    about = text_of(row, "resourceId") or text_of(row, "resourceUri")
    name = text_of(row, "eventDataId")
    if not name:
        return "the event has no `eventDataId`"
    return [
        _event(name, text_of(row, "subscriptionId") or _subscription(about), _common(row, about, row.get("claims")))
    ]


def _stored(row: Row) -> Adapted:
    """An event as a line of a blob: `time`, `category`, `identity`."""
    category = text_of(row, "category")
    if category.lower() not in _CATEGORIES:
        return f"`{category or 'no category'}` is not of the activity log: logs of resources are not read"
    about = text_of(row, "resourceId")
    identity = _object(row.get("identity"))
    given = text_of(_object(row.get("properties")), "eventDataId")
    parts = [text_of(row, key) for key in ("time", "correlationId", "operationName", "resultType", "resultSignature")]
    name = given or hashlib.sha256("\n".join([about, *parts]).encode()).hexdigest()[:32]
    common = _common({**row, "authorization": identity.get("authorization")}, about, identity.get("claims"))
    common |= only_known(
        eventTimestamp=text_of(row, "time"),
        status=_word(row.get("resultType")),
        subStatus=_word(row.get("resultSignature")),
        callerIpAddress=text_of(row, "callerIpAddress"),
    )
    return [_event(name, _subscription(about), common)]


def _event(name: str, subscription: str, properties: Row) -> Row:
    scope = f"/subscriptions/{subscription.lower()}" if subscription else ""
    kind = "providers/Microsoft.Insights/eventTypes/management/values"
    # A name that came with a slash would make another id of it.
    return {"id": f"{scope}/{kind}/{name.replace('/', '|')}", "type": EVENT, "name": name, "properties": properties}


def _common(row: Row, about: str, claims: Any) -> Row:
    return only_known(
        resourceId=about,
        eventTimestamp=text_of(row, "eventTimestamp"),
        category=_word(row.get("category")),
        operationName=_word(row.get("operationName")),
        status=_word(row.get("status")),
        subStatus=_word(row.get("subStatus")),
        level=text_of(row, "level"),
        caller=text_of(row, "caller"),
        correlationId=text_of(row, "correlationId"),
        authorization=row.get("authorization"),
        identity=_who(claims) or None,
    )


def _object(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def _who(claims: Any) -> Row:
    if not isinstance(claims, dict):
        return {}
    return {_WHO[name]: value for name, value in claims.items() if name in _WHO and isinstance(value, str)}


def _word(value: Any) -> str:
    """A name: text, or an object with `value` and a translation."""
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, str) else ""


def _subscription(about: str) -> str:
    parts = about.split("/")
    return parts[2] if len(parts) > 2 and parts[1].lower() == "subscriptions" else ""


def _is_of_log(row: Row) -> bool:
    return text_of(row, "category").lower() in _CATEGORIES or "eventDataId" in row


KINDS: Final = (
    Kind(
        "event of the activity log",
        (signature("eventTimestamp", "operationName", "correlationId"),),
        _listed,
        evidence=True,
        certain=_is_of_log,
    ),
    Kind(
        "event of the activity log",
        (signature("time", "resourceId", "operationName", "category"),),
        _stored,
        evidence=True,
        certain=_is_of_log,
    ),
)
