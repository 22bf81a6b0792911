"""Effective rights against a plain evaluator: lists, regular expressions, and none of the product's indexes.

Roles of several permission objects with what they leave out on both planes, groups in groups, scopes whose names begin
alike, management groups, conditions, deny assignments for groups and for everyone, and roles that must be activated.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from everward.estate import Estate, Reading, Resource
from everward.facts.access.principals import EVERYONE
from everward.facts.access.rights import Rights, Verdict
from everward.values import Origin

AUTH = "Microsoft.Authorization"
CORP, OTHER = (f"/providers/Microsoft.Management/managementGroups/{name}" for name in ("corp", "other"))
ONE, TWO = "/subscriptions/11111111-0000-0000-0000-000000000001", "/subscriptions/11111111-0000-0000-0000-000000000002"
SCOPES = (
    *("/", CORP, OTHER, ONE, TWO, f"{ONE}/resourceGroups/rg", f"{ONE}/resourceGroups/rg2"),
    f"{ONE}/resourceGroups/RG/providers/Microsoft.Storage/storageAccounts/st",
)
ASKED = tuple(scope for scope in SCOPES if scope.startswith("/subscriptions"))
ABOVE = {ONE: CORP, TWO: OTHER}
ME, YOU, INNER, OUTER = "me", "you", "inner", "outer"
MEMBERS = {INNER: (ME,), OUTER: (INNER, YOU)}
OPERATIONS = ("A.B/x/read", "A.B/x/write", "A.B/x/y/read", "A.B/xx/delete")
PATTERNS = ("*", "A.B/*", "a.b/X/*", "*/read", "A.B/x/write", "A.B/x*", "*/y/*", "C.D/*")


class Given(NamedTuple):
    """An assignment."""

    role: int
    principal: str
    scope: str
    condition: tuple[str, bool] | None
    """A pattern that the operation must match, or must not."""
    eligible: bool


class Denied(NamedTuple):
    """A deny assignment."""

    permissions: list[dict[str, list[str]]]
    principals: list[str]
    excluded: list[str]
    scope: str
    children: bool


patterns = st.lists(st.sampled_from(PATTERNS), max_size=2)
permissions = st.lists(
    st.fixed_dictionaries(
        {"actions": patterns, "notActions": patterns, "dataActions": patterns, "notDataActions": patterns}
    ),
    min_size=1,
    max_size=2,
)
people = st.sampled_from((ME, YOU, INNER, OUTER))
conditions = st.none() | st.tuples(st.sampled_from(PATTERNS[1:]), st.booleans())
assignments = st.lists(
    st.builds(Given, st.integers(0, 2), people, st.sampled_from(SCOPES), conditions, st.booleans()),
    min_size=1,
    max_size=6,
)
denials = st.lists(
    st.builds(
        Denied,
        permissions,
        st.lists(st.sampled_from((ME, INNER, OUTER, EVERYONE)), max_size=2),
        st.lists(st.sampled_from((ME, YOU, INNER)), max_size=1),
        st.sampled_from((CORP, ONE, TWO, SCOPES[5], SCOPES[5], SCOPES[6], SCOPES[7])),
        st.booleans(),
    ),
    max_size=2,
)


def res(type_: str, name: str, properties: dict[str, Any], scope: str) -> Resource:
    id_ = f"{scope.rstrip('/')}/providers/{type_}/{name}"
    return Resource(id_, type_, name, {"properties": properties}, Origin(source="inventory"))


def rights(roles: Sequence[Any], held: Iterable[Given], kept_from: Iterable[Denied]) -> Rights:
    found = [
        res(f"{AUTH}/roleDefinitions", f"r{i}", {"roleName": f"r{i}", "permissions": r}, ONE)
        for i, r in enumerate(roles)
    ]
    for name, members in MEMBERS.items():
        body: dict[str, Any] = {"properties": {"id": name, "members": [{"id": member} for member in members]}}
        found.append(Resource(f"/groups/{name}", "Microsoft.Graph/groups", name, body, Origin(source="inventory")))
    for below, group in ABOVE.items():
        member = "Microsoft.Management/managementGroups/subscriptions"
        found.append(Resource(f"{group}{below}", member, below[15:], {}, Origin(source="inventory")))
    for index, item in enumerate(held):
        definition = f"{ONE}/providers/{AUTH}/roleDefinitions/r{item.role % len(roles)}"
        properties: dict[str, Any] = {
            "principalId": item.principal,
            "roleDefinitionId": definition,
            "scope": item.scope,
        }
        if item.condition is not None:
            text = f"ActionMatches{{'{item.condition[0]}'}}"
            properties["condition"] = text if item.condition[1] else f"!({text})"
        kind = "roleEligibilityScheduleInstances" if item.eligible else "roleAssignments"
        found.append(res(f"{AUTH}/{kind}", f"a{index}", properties, item.scope))
    for index, denial in enumerate(kept_from):
        properties = {
            "permissions": denial.permissions,
            "principals": [{"id": one} for one in denial.principals],
            "excludePrincipals": [{"id": one} for one in denial.excluded],
            "scope": denial.scope,
            "doNotApplyToChildScopes": not denial.children,
        }
        found.append(res(f"{AUTH}/denyAssignments", f"d{index}", properties, denial.scope))
    return Rights(Estate([Reading("inventory", "test", found)]))


def matches(pattern: str, operation: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), operation, re.IGNORECASE) is not None


def grants(listed: Iterable[dict[str, list[str]]], operation: str, data: bool) -> bool:
    yes, no = ("dataActions", "notDataActions") if data else ("actions", "notActions")
    return any(
        any(matches(text, operation) for text in item[yes]) and not any(matches(text, operation) for text in item[no])
        for item in listed
    )


def within(scope: str, asked: str) -> bool:
    """Whether what is asked for stands in a scope: segment by segment."""
    if scope in (CORP, OTHER):
        return ABOVE["/".join(asked.split("/")[:3])] == scope
    one, two = ([part for part in text.lower().split("/") if part] for text in (scope, asked))
    return two[: len(one)] == one


def own(who: str) -> set[str]:
    """Somebody, and every group that they are in."""
    found, before = {who}, set[str]()
    while found != before:
        before = set(found)
        found |= {group for group, members in MEMBERS.items() if found & set(members)}
    return found


def plain(
    roles: Sequence[Any],
    held: Iterable[Given],
    kept_from: Iterable[Denied],
    who: str,
    operation: str,
    data: bool,
    at: str,
) -> Verdict:
    mine = own(who)
    for denial in kept_from:
        about = (mine & set(denial.principals) or EVERYONE in denial.principals) and not mine & set(denial.excluded)
        here = within(denial.scope, at) if denial.children else denial.scope.lower() == at.lower()
        if about and here and grants(denial.permissions, operation, data):
            return Verdict.DENIED
    found = set()
    for item in held:
        holds = item.condition is None or matches(item.condition[0], operation) is item.condition[1]
        here = item.principal in mine and within(item.scope, at) and holds
        if here and grants(roles[item.role % len(roles)], operation, data):
            found.add(Verdict.ELIGIBLE if item.eligible else Verdict.ALLOWED)
    return Verdict.ALLOWED if Verdict.ALLOWED in found else Verdict.ELIGIBLE if found else Verdict.NOT_GRANTED


@given(st.lists(permissions, min_size=1, max_size=3), assignments, denials)
@settings(max_examples=150, deadline=None)
def test_rights_are_what_the_plain_evaluator_says(roles: list[Any], held: list[Given], kept_from: list[Denied]) -> None:
    made = rights(roles, held, kept_from)
    for at in ASKED:
        for operation in OPERATIONS:
            for data in (False, True):
                said = {who: plain(roles, held, kept_from, who, operation, data, at) for who in (ME, YOU, INNER, OUTER)}
                for who, verdict in said.items():
                    principal = made.grants.principals.of(who)
                    assert made.may(principal, operation, at, data=data).verdict is verdict, (who, operation, data, at)
                listed = {who.key: answer.verdict for who, answer in made.who_may(operation, at, data=data)}
                named = {item.principal for item in held}
                allowed = {who: said[who] for who in named if said[who] in (Verdict.ALLOWED, Verdict.ELIGIBLE)}
                own_right = {who: one for who, one in listed.items() if one is not Verdict.DENIED}
                assert own_right.items() <= allowed.items()
                direct = [
                    item for item in held if within(item.scope, at) and said[item.principal] is not Verdict.DENIED
                ]
                for item in direct:
                    holds = item.condition is None or matches(item.condition[0], operation) is item.condition[1]
                    if holds and grants(roles[item.role % len(roles)], operation, data):
                        assert item.principal in listed
