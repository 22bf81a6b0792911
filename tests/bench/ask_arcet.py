"""Asks arcet the cases of a file: `PYTHON -I ask_arcet.py CASES`, by the interpreter that has it.

Prints JSON: the version, and an answer for each case; null where the peer has none, or says itself that its answer may
not be whole. What it would fetch (assignments, roles, operations) is in the file.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from typing import Any

ME, SCOPE = "11111111-1111-1111-1111-111111111111", "/subscriptions/s"


@dataclass
class Source:
    """What the directory and the service answer, as the peer's resolver asks for it."""

    arm: Any
    operations: Any
    roles: dict[str, Any] = field(default_factory=dict)
    assignments: list[Any] = field(default_factory=list)
    denials: list[Any] = field(default_factory=list)

    def assign(self, role: dict[str, Any], principal: str, scope: str) -> None:
        """Add an assignment of a role, which is given as the service gives it."""
        self.roles[role["id"]] = self.arm.parse_role_definition(role)
        body = {"principalId": principal, "principalType": "User", "roleDefinitionId": role["id"], "scope": scope}
        id_ = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{len(self.assignments)}"
        self.assignments.append(self.arm.parse_role_assignment({"id": id_, "properties": body}))

    def find_identity(self, identifier: str) -> Any:
        """The one who is asked for."""
        model = import_module("arcet.model")
        return model.IdentityRef(identifier, identifier, model.IdentityKind.USER)

    def group_membership(self, _id: str) -> Any:
        """Nobody is in a group."""
        return import_module("arcet.groups").Membership((), frozenset())

    def transitive_group_ids(self, _id: str) -> frozenset[str]:
        """Nobody is in a group."""
        return frozenset()

    def role_assignments_for(self, _id: str) -> list[Any]:
        """Those of the case, all of one."""
        return self.assignments

    def eligible_assignments(self, _id: str) -> list[Any]:
        """None."""
        return []

    def activated_assignment_ids(self, _id: str) -> frozenset[str]:
        """None."""
        return frozenset()

    def deny_assignments(self) -> list[Any]:
        """Those of the case."""
        return self.denials

    def role_definition(self, id: str) -> Any:
        """A role that is assigned."""
        return self.roles.get(id)

    def provider_operations(self) -> Any:
        """The operations of Azure."""
        return self.operations


def covered(given: dict[str, Any], _source: Source, _named: dict[str, Any]) -> bool:
    """Whether a pattern covers an operation."""
    return bool(import_module("arcet.actions").matches(given["pattern"], given["action"]))


def held(given: dict[str, Any], source: Source, named: dict[str, Any]) -> bool | None:
    """Whether somebody may do something by the roles that they have."""
    own = [{"role": given["role"], "scope": SCOPE}] if "role" in given else given["assignments"]
    for item in own:
        source.assign(_role(item["role"], named), ME, item["scope"])
    return _answer(source, ME, given["action"], given.get("scope", SCOPE))


def denied(given: dict[str, Any], source: Source, named: dict[str, Any]) -> bool | None:
    """The same beside a deny assignment."""
    denial = given["denyAssignment"]
    source.assign(_role({"actions": given["roleActions"]}, named), ME, denial["scope"])
    source.denials = [source.arm.parse_deny_assignment({"id": "/case/denial", "properties": denial})]
    return _answer(source, ME, given["action"], given.get("scope", denial["scope"]))


def _role(given: Any, named: dict[str, Any]) -> dict[str, Any]:
    if isinstance(given, str):
        return dict(named[given])
    return {"id": f"{SCOPE}/roles/own", "properties": {"roleName": "own", "type": "CustomRole", "permissions": [given]}}


def _answer(source: Source, who: str, action: str, scope: str) -> bool | None:
    found = import_module("arcet.resolve").resolve(who, "s", source)
    if not found.is_complete:
        return None
    above = {item.casefold() for item in source.arm.scope_chain(scope)}
    return any(
        item.action.casefold() == action.casefold() and item.scope.casefold() in above for item in found.permissions
    )


KINDS: dict[str, Callable[[dict[str, Any], Source, dict[str, Any]], bool | None]] = {
    "wildcard": covered,
    "effective": held,
    "plane": held,
    "additive": held,
    "deny": denied,
}
"""Conditions are not among them: the peer says that there is one, and not what it decides."""


def main() -> None:
    """Answer."""
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    arm = import_module("arcet.arm")
    operations = arm.parse_provider_operations([{"operations": given["operations"]}])
    answers = []
    for case in given["cases"]:
        ask = KINDS.get(case["kind"])
        answers.append(None if ask is None else ask(case["resources"], Source(arm, operations), given["roles"]))
    sys.stdout.write(json.dumps({"version": version("arcet"), "answers": answers}) + "\n")


if __name__ == "__main__":
    main()
