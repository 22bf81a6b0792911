"""What facts about access say, in sentences without a full stop."""

from __future__ import annotations

from typing import Any, Final

from everward.facts.access.edges import Edge
from everward.facts.access.grants import Grant, Standing
from everward.facts.access.principals import Principal
from everward.values import Unknown, try_parse_id

_SHOWN: Final = 3
_POWERS: Final = (
    ("grantsRights", "can give any role to anybody"),
    ("purges", "can purge what was deleted from vaults"),
    ("escalates", "can gain further rights"),
    ("removesGuards", "can take guards away"),
)
_STEPS: Final = ("escalates", "removesGuards")
_STANDING: Final = {
    Standing.PERMANENT: "holds",
    Standing.BOUNDED: "holds for a time",
    Standing.ACTIVATED: "has activated",
    Standing.ELIGIBLE: "can activate",
}
_KINDS: Final = {
    "microsoft.resources/subscriptions": "subscription",
    "microsoft.resources/subscriptions/resourcegroups": "resource group",
    "microsoft.management/managementgroups": "management group",
    "microsoft.keyvault/vaults": "vault",
}


def who(principal: Principal) -> str:
    """A principal with its kind."""
    return f"`{principal.name}` ({principal.kind})"


def place(scope: str) -> str:
    """A scope by its kind and name, or by its names where the kind has no short word."""
    parsed = try_parse_id(scope)
    if parsed is None:
        return f"`{scope}`" if scope.strip("/") else "the tenant"
    kind = _KINDS.get(parsed.type.lower())
    return f"{kind} `{parsed.name}`" if kind is not None else f"`{'/'.join(parsed.names)}`"


def holding(grant: Grant, powers: dict[str, Any]) -> str:
    """Who holds what where, and what that lets them do."""
    what = "an access policy" if grant.kind == "access policy" else f"`{grant.role.name}`"
    # Whoever deploys can nearly always gain more; of the code of a workload that is worth a word.
    told = [item for item in _POWERS if powers.get("runsCode") is True or item[0] not in _STEPS]
    can = [said for name, said in told if powers.get(name) is True]
    tail = f", and {', '.join(can[:-1])}{' and ' if can[1:] else ''}{can[-1]}" if can else ""
    return f"{who(grant.principal)} {_STANDING[grant.standing]} {what} on {place(grant.scope)}{tail}"


def proofs(steps: list[dict[str, Any]]) -> list[str]:
    """The steps that somebody can take, one line each; how many more there are."""
    made = []
    for step in steps[:_SHOWN]:
        gains = ", ".join(f"`{name}`" for name in step["gains"])
        tail = f", and so acts as {gains}" if gains else ""
        word = "takes guards away" if step["edge"] == Edge.UNGUARD else "gains"
        made.append(f"{word} by {step['operation']} on {place(step['target'])}{tail}")
    if len(steps) > _SHOWN:
        made.append(f"and {len(steps) - _SHOWN} further operations")
    return made


def reading(principal: Principal, vault: str, secret: str | None, shared: int | Unknown, secrets: int | Unknown) -> str:
    """Who reads how much of a vault."""
    if secret is not None:
        return f"{who(principal)} reads the secret `{secret}` of {place(vault)}"
    held = (
        "all secrets"
        if isinstance(secrets, Unknown)
        else "its only secret"
        if secrets == 1
        else f"all {secrets} secrets"
    )
    others = "" if isinstance(shared, Unknown) or shared < 2 else f", which {shared} identities of workloads share"
    return f"{who(principal)} reads {held} of {place(vault)}{others}"


def writing(grant: Grant, level: str | Unknown, writes: Any) -> str:
    """Who writes how much of an account of Cosmos DB."""
    verb = "writes" if writes is True else "reads" if writes is False else "perhaps writes"
    where = {"account": "in the whole of", "database": "in one database of", "container": "in one container of"}
    held = where.get(level, "in") if isinstance(level, str) else "in an unknown part of"
    parsed = try_parse_id(grant.scope.partition("/sqlDatabases/")[0])
    account = f"`{parsed.name}`" if parsed is not None else f"`{grant.scope}`"
    return f"{who(grant.principal)} {verb} documents {held} the account {account}, by `{grant.role.name}`"
