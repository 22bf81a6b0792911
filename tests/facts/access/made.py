"""Estates to ask about rights."""

from collections.abc import Iterable
from typing import Any

from everward.estate import Estate, Reading, Resource
from everward.facts.access.facts import AccessAnalysis
from everward.facts.access.rights import Rights
from everward.facts.access.roles import built_in_roles
from everward.values import Origin, Unknown

SUB = "/subscriptions/11111111-1111-1111-1111-111111111111"
RG = f"{SUB}/resourceGroups/rg"
AUTH = "Microsoft.Authorization"
ME, YOU = "aaaaaaaa-0000-0000-0000-000000000001", "aaaaaaaa-0000-0000-0000-000000000002"
HOLE = Unknown(reason="variable without value", decided_by=("var.x",))
HERE = Origin(source="inventory", file="export.json", line=1)


def role_id(name: str) -> str:
    return next((item.id for item in built_in_roles().values() if item.name == name), name)


def res(type_: str, name: str, properties: Any, scope: str = RG, *, body: Any = None, **more: Any) -> Resource:
    """A resource; `body` is what it has beside its properties."""
    namespace, *types = type_.split("/")
    parts = "".join(f"/{kind}/{part}" for kind, part in zip(types, name.split("/"), strict=True))
    given = {"properties": properties, **(body or {})}
    origin = more.pop("origin", HERE)
    return Resource(f"{scope}/providers/{namespace}{parts}", type_, name.rpartition("/")[2], given, origin, **more)


_NUMBER = iter(range(100_000))


def assigned(role: str, principal: Any = ME, scope: str = RG, **more: Any) -> Resource:
    definition = f"{SUB}/providers/{AUTH}/roleDefinitions/{role_id(role)}"
    body = {"principalId": principal, "roleDefinitionId": definition, **more}
    return res(f"{AUTH}/roleAssignments", f"a{next(_NUMBER)}", body, scope)


def graph(kind: str, name: str, **more: Any) -> Resource:
    """An object of the directory."""
    return Resource(
        f"/providers/Microsoft.Graph/{kind}/{name}", f"Microsoft.Graph/{kind}", name, {"properties": more}, HERE
    )


def group(name: str, *members: Any, **more: Any) -> Resource:
    return graph("groups", name, displayName=name, members=[{"id": member} for member in members], **more)


def rights(*resources: Resource, elsewhere: Iterable[Resource] = ()) -> Rights:
    reading = Reading("inventory", "test", list(resources))
    reading.elsewhere = list(elsewhere)
    return Rights(Estate([reading]))


def facts(*resources: Resource, elsewhere: Iterable[Resource] = (), kind: str) -> list[dict[str, Any]]:
    """The properties of the facts of a kind."""
    found = rights(*resources, elsewhere=elsewhere)
    derived = AccessAnalysis().derive(found.estate)
    made = [item.body["properties"] for item in derived.facts if item.type == f"Everward.Access/{kind}"]
    return [item for item in made if isinstance(item, dict)]
