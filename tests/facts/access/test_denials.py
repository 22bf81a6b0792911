"""Deny assignments: whom they keep from what, and what of it is not known."""

from typing import Any

import pytest
from tests.facts.access.made import AUTH, HOLE, ME, RG, SUB, YOU, assigned, facts, graph, group, res, rights

from everward.estate import Resource
from everward.facts.access.principals import EVERYONE
from everward.facts.access.rights import Verdict
from everward.values import Unknown

READ = "Microsoft.Storage/storageAccounts/read"
BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
ALL = [{"id": EVERYONE, "type": "SystemDefined"}]
ACCOUNT = f"{RG}/providers/Microsoft.Storage/storageAccounts/st"

_NUMBER = iter(range(1_000))


def denied(principals: Any, scope: str = RG, **more: Any) -> Resource:
    body = {"permissions": [{"actions": ["*"], "dataActions": ["*"]}], "principals": principals, "scope": scope}
    return res(f"{AUTH}/denyAssignments", f"d{next(_NUMBER)}", {**body, **more}, scope)


def verdict(*resources: Resource, operation: str = READ, scope: str = RG, who: str = ME) -> Verdict:
    made = rights(assigned("Owner"), assigned("Storage Blob Data Owner"), *resources)
    return made.may(made.grants.principals.of(who), operation, scope).verdict


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        ([], Verdict.DENIED),
        ([{"id": ME, "type": "User"}], Verdict.ALLOWED),
        ([{"id": ME.upper()}], Verdict.ALLOWED),
        ([{"id": YOU}], Verdict.DENIED),
        ([HOLE], Verdict.MAYBE),
        (HOLE, Verdict.MAYBE),
        ([Unknown(reason="some", many=True)], Verdict.MAYBE),
    ],
)
def test_principals_that_are_left_out(excluded: Any, expected: Verdict) -> None:
    assert verdict(denied(ALL, excludePrincipals=excluded)) is expected


def test_groups_that_are_left_out() -> None:
    out = denied(ALL, excludePrincipals=[{"id": "g", "type": "Group"}])
    assert verdict(out, group("g", ME)) is Verdict.ALLOWED
    assert verdict(out, group("g", YOU)) is Verdict.DENIED
    assert verdict(out, graph("groups", "g", displayName="g")) is Verdict.MAYBE
    assert verdict(out) is Verdict.MAYBE


def test_groups_that_are_kept_from_it() -> None:
    kept = denied([{"id": "g", "type": "Group"}])
    assert verdict(kept, group("g", ME)) is Verdict.DENIED
    assert verdict(kept, group("g", YOU)) is Verdict.ALLOWED
    assert verdict(kept) is Verdict.MAYBE


def test_identities_are_known_by_their_object_id() -> None:
    identity = res("Microsoft.ManagedIdentity/userAssignedIdentities", "id", {"principalId": ME})
    assert verdict(identity, denied([{"id": ME}])) is Verdict.DENIED
    assert verdict(identity, denied(ALL, excludePrincipals=[{"id": ME}])) is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("own_only", "scope", "expected"),
    [
        (True, RG, Verdict.DENIED),
        (True, ACCOUNT, Verdict.ALLOWED),
        (False, ACCOUNT, Verdict.DENIED),
        (HOLE, ACCOUNT, Verdict.MAYBE),
        (HOLE, RG.upper(), Verdict.DENIED),
        (False, f"{SUB}/resourceGroups/other", Verdict.NOT_GRANTED),
    ],
)
def test_scopes_below(own_only: Any, scope: str, expected: Verdict) -> None:
    assert verdict(denied(ALL, doNotApplyToChildScopes=own_only), scope=scope) is expected


@pytest.mark.parametrize(
    ("permission", "operation", "expected"),
    [
        ({"actions": ["*"], "notActions": ["*/read"]}, READ, Verdict.ALLOWED),
        ({"actions": ["*"]}, BLOB, Verdict.ALLOWED),
        ({"dataActions": ["*"]}, BLOB, Verdict.DENIED),
        ({"actions": ["*"], "notActions": [HOLE]}, READ, Verdict.MAYBE),
        ({"actions": ["*"], "condition": "@Nope[x]"}, READ, Verdict.MAYBE),
        ({"actions": ["*"], "condition": HOLE}, READ, Verdict.MAYBE),
        ({"actions": ["*"], "condition": "1 NumericEquals 2"}, READ, Verdict.ALLOWED),
        (HOLE, READ, Verdict.MAYBE),
    ],
)
def test_what_it_is_about(permission: Any, operation: str, expected: Verdict) -> None:
    assert verdict(denied(ALL, permissions=[permission]), operation=operation) is expected


def test_conditions_of_the_whole() -> None:
    assert verdict(denied(ALL, condition=HOLE)) is Verdict.MAYBE
    assert verdict(denied(ALL, condition="1 NumericEquals 2")) is Verdict.ALLOWED


def test_the_surest_of_several_wins() -> None:
    open_, sure = denied(ALL, excludePrincipals=[HOLE]), denied(ALL)
    assert verdict(open_, sure) is Verdict.DENIED


def test_keys_ask_nobody() -> None:
    account = res("Microsoft.Storage/storageAccounts", "st", {})
    made = rights(account, denied(ALL))
    assert [one.kind for one, _ in made.who_may(BLOB, account.id)] == ["key"]


def test_services_that_keep_rights_themselves_ask_nobody() -> None:
    policy = {"objectId": ME, "permissions": {"secrets": ["get"]}}
    vault = res("Microsoft.KeyVault/vaults", "kv", {"accessPolicies": [policy]})
    secret = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
    for denial in (denied(ALL), denied(ALL, excludePrincipals=[HOLE])):
        made = rights(vault, denial, assigned("Owner"))
        me = made.grants.principals.of(ME)
        assert made.may(me, secret, vault.id, data=True).verdict is Verdict.ALLOWED
        assert made.may(me, READ, vault.id, data=False).verdict is not Verdict.ALLOWED
        [held] = [
            made.gives(one, secret, vault.id, data=True) for one in made.grants.all if one.kind == "access policy"
        ]
        assert held is True


def test_facts_about_deny_assignments() -> None:
    made = denied(ALL, excludePrincipals=[{"id": ME}], isSystemProtected=True, denyAssignmentName="stack")
    [fact] = facts(made, kind="denials")
    assert (fact["denial"], fact["everybody"], fact["excludes"], fact["systemProtected"]) == ("stack", True, 1, True)
    assert fact["summary"] == "deny assignment `stack` keeps everybody from what it names, 1 excluded"
    [fact] = facts(denied([{"id": ME}, ME]), kind="denials")
    assert (fact["principals"], fact["excluded"], fact["actions"]) == ([ME, ME], [], ["*"])
