"""Who is in which group, who owns what, and what of it is not known."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.facts.access.made import HOLE, ME, YOU, assigned, graph, group, res, rights

from everward.estate import Resource
from everward.facts.access.rights import Verdict
from everward.values import Origin, Unknown

WRITE = "Microsoft.Storage/storageAccounts/write"
RG = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg"


def verdict(who: str, *resources: Resource) -> Verdict:
    made = rights(*resources)
    return made.may(made.grants.principals.of(who), WRITE, RG).verdict


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=14))
def test_membership_is_the_transitive_closure(pairs: list[tuple[int, int]]) -> None:
    members: dict[int, list[str]] = {number: [] for number in range(6)}
    for outer, inner in pairs:
        members[outer].append(f"g{inner}")
    objects = [group(f"g{number}", *names) for number, names in members.items()]
    found = rights(*objects).grants.principals.all
    reach = {(outer, inner) for outer, inner in pairs}
    for middle in range(6):
        reach |= {(a, c) for a, b in reach for d, c in reach if b == middle == d}
    for inner in range(6):
        assert found[f"g{inner}"].groups == {f"g{outer}" for outer, one in reach if one == inner}


def known(*resources: Resource, name: str = "g") -> Any:
    principals = rights(*resources).grants.principals
    return principals.directory.membership(principals.all[name])


def terraform(body: dict[str, Any], origins: dict[str, Origin]) -> Resource:
    return Resource(
        "/providers/Microsoft.Graph/groups/g", "Microsoft.Graph/groups", "g", {"properties": {"id": "g", **body}},
        Origin(source="terraform"), origins=origins,
    )  # fmt: skip


def test_members_that_are_known() -> None:
    assert known(group("g", ME)) is True
    assert known(terraform({"members": [{"id": ME}]}, {"properties.members": Origin(source="terraform")})) is True


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (graph("groups", "g", displayName="g"), "no source lists"),
        (group("g", HOLE, groupTypes=["DynamicMembership"]), "a rule of the directory"),
        (graph("groups", "g", members=[Unknown(reason="several")]), "some of its members"),
        (group("g", ME, **{"members@odata.nextLink": "https://x"}), "first members only"),
        (terraform({"members": [{"id": ME}]}, {}), "others may have added"),
    ],
)
def test_members_that_are_not(given: Resource, reason: str) -> None:
    found = known(given)
    assert isinstance(found, Unknown)
    assert reason in found.reason


def test_what_is_not_known_of_a_group_inside_counts() -> None:
    assert isinstance(known(group("g", "h"), graph("groups", "h", displayName="h")), Unknown)
    assert isinstance(known(assigned("Owner", "g", principalType="Group")), Unknown)
    late = rights(assigned("Owner", "g"), assigned("Reader", "g", principalType="Group")).grants.principals
    assert isinstance(late.directory.membership(late.all["g"]), Unknown)


def test_members_by_address_and_by_what_they_will_be() -> None:
    identity = res("Microsoft.ManagedIdentity/userAssignedIdentities", "id", {"principalId": YOU})
    address = f"https://graph.microsoft.com/v1.0/directoryObjects/{ME}"
    held = group("g", address, YOU)
    assert verdict(ME, held, assigned("Owner", "g")) is Verdict.ALLOWED
    made = rights(identity, held, assigned("Owner", "g"))
    assert made.grants.principals.all[identity.key].groups == {"g"}
    hole = Unknown(reason="read", decided_by=("data.azuread_user.me.object_id",), reference="/x/users/{me}")
    found = rights(group("g", hole)).grants.principals.of(hole)
    assert (found.groups, found.known) == ({"g"}, True)


def test_objects_that_are_read_later_have_a_kind() -> None:
    name = "/providers/Microsoft.Graph/groups/{data.azuread_group.ops}"
    hole = Unknown(reason="read", decided_by=("data.azuread_group.ops.object_id",), reference=name)
    found = rights(assigned("Owner", hole)).grants.principals.of(hole)
    assert (found.kind, found.name) == ("group", "data.azuread_group.ops")
    assert isinstance(found.members, Unknown)


def scheduled(kind: str, **more: Any) -> Resource:
    return graph(f"privilegedAccessGroup{kind}ScheduleRequests", "s", groupId="g", principalId=ME, **more)


def test_memberships_for_a_time() -> None:
    owner = assigned("Owner", "g")
    assert verdict(ME, group("g"), owner, scheduled("Assignment", accessId="member")) is Verdict.ALLOWED
    assert verdict(ME, group("g"), owner, scheduled("Eligibility", accessId="member")) is Verdict.ELIGIBLE
    assert verdict(ME, group("g"), owner, scheduled("Eligibility", accessId="owner")) is Verdict.NOT_GRANTED


@pytest.mark.parametrize(
    ("schedule", "eligible", "member"),
    [
        ({"endDateTime": "2099-01-01T00:00:00Z"}, Verdict.ELIGIBLE, Verdict.ALLOWED),
        ({"endDateTime": "2020-01-01T00:00:00Z"}, Verdict.NOT_GRANTED, Verdict.NOT_GRANTED),
        ({"action": "adminRemove", "status": "Revoked"}, Verdict.NOT_GRANTED, Verdict.NOT_GRANTED),
        ({"action": "adminAssign", "status": "PendingApproval"}, Verdict.MAYBE, Verdict.NOT_GRANTED),
    ],
)
def test_memberships_that_are_over_or_only_asked_for(
    schedule: dict[str, Any], eligible: Verdict, member: Verdict
) -> None:
    owner = assigned("Owner", "g")
    assert verdict(ME, group("g"), owner, scheduled("Eligibility", accessId="member", **schedule)) is eligible
    asked = scheduled("Assignment", accessId="member", **schedule)
    assert verdict(ME, group("g"), owner, asked) is member
    found = rights(group("g"), owner, asked).grants.principals
    known = found.directory.membership(found.of("g"))
    assert (known is True) is (schedule.get("status") != "PendingApproval")


def test_a_group_in_itself_holds_what_it_holds_once() -> None:
    made = rights(group("g", "h"), group("h", "g"), assigned("Owner", "g"))
    answer = made.may(made.grants.principals.of("g"), "Microsoft.Storage/storageAccounts/read", RG)
    assert len(answer.proofs) == 1


def test_the_object_of_an_identity_is_the_identity() -> None:
    identity = res("Microsoft.ManagedIdentity/userAssignedIdentities", "id", {"principalId": YOU, "clientId": "C1"})
    object_ = graph("servicePrincipals", YOU, id=YOU, appId="c1", displayName="id")
    principals = rights(identity, object_).grants.principals
    assert principals.of(YOU).kind == "managed identity"
    assert principals.directory.by_client("C1") is principals.of(YOU)


def test_owners_and_registrations() -> None:
    registration = graph("applications", "reg", id="reg", appId="c", owners=[{"id": ME}])
    service = graph("servicePrincipals", "sp", id="sp", appId="C", displayName="app")
    principals = rights(registration, service).grants.principals
    directory = principals.directory
    assert [one.key for one in directory.owners["reg"]] == [ME]
    assert directory.service_of(registration.id) is principals.all["sp"]
    assert directory.by_client(None) is None
