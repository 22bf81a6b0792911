"""What stands in which scope."""

import pytest
from tests.policy.make import estate, hole, resource

from everward.policy.hierarchy import Hierarchy, scope_key, scope_of
from everward.values import Unknown

MG = "/providers/Microsoft.Management/managementGroups"
ROOT, PLATFORM, CORP = f"{MG}/root", f"{MG}/platform", f"{MG}/corp"
VAULT = "/subscriptions/S1/resourceGroups/app-rg/providers/Microsoft.KeyVault/vaults/kv"
KNOWN = Hierarchy({"/subscriptions/s1": PLATFORM, "platform": "root", CORP: ROOT})


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        ("", True),
        ("/", True),
        ("/subscriptions/s1", True),
        ("/subscriptions/s1/", True),
        ("/subscriptions/s2", False),
        ("/subscriptions/s1/resourceGroups/APP-RG", True),
        ("/subscriptions/s1/resourceGroups/app", False),
        (VAULT, True),
        (f"{VAULT}/secrets/x", False),
        (PLATFORM, True),
        ("Platform", True),
        (ROOT, True),
        (CORP, False),
    ],
)
def test_a_resource_stands_in_a_scope_or_not(scope: str, inside: bool) -> None:
    assert KNOWN.contains(scope, VAULT) is inside


def test_what_resource_graph_tells_of_a_subscription() -> None:
    above = [{"name": "platform", "displayName": "P"}, {"name": "root"}]
    subscription = resource(
        "Microsoft.Resources/subscriptions", "S1", {"managementGroupAncestorsChain": above}, id="/subscriptions/S1"
    )
    known = Hierarchy.of(estate(subscription))
    assert [known.contains(group, VAULT) for group in (PLATFORM, ROOT)] == [True, True]
    assert isinstance(known.contains(CORP, VAULT), Unknown)
    cut = {"managementGroupAncestorsChain": [{"displayName": "P"}, {"name": "root"}]}
    odd = resource("Microsoft.Resources/subscriptions", "S1", cut, id="/subscriptions/S1")
    assert isinstance(Hierarchy.of(estate(odd)).contains(ROOT, VAULT), Unknown)


def test_a_group_holds_groups_and_itself() -> None:
    assert KNOWN.contains(ROOT, CORP) is True
    assert KNOWN.contains(CORP, CORP) is True
    assert KNOWN.contains(CORP, ROOT) is False


def test_a_group_that_nobody_told_of_is_open_and_says_what_would_decide() -> None:
    for hierarchy in (Hierarchy(), KNOWN):
        truth = hierarchy.contains(f"{MG}/elsewhere", VAULT)
        assert isinstance(truth, Unknown)
        assert truth.decided_by == ("the parent of /subscriptions/s1",)


def test_what_stands_outside_subscriptions_stands_in_no_group() -> None:
    assert KNOWN.contains(ROOT, "/providers/Microsoft.Billing/accounts/a") is False


def test_a_circle_of_groups_ends() -> None:
    circle = Hierarchy({"a": "b", "b": "a", "/subscriptions/s1": "a", "c": "d"})
    assert circle.contains("c", VAULT) is False


@pytest.mark.parametrize(
    ("scope", "target", "expected"),
    [
        ("/subscriptions/{var.s}", VAULT, None),
        ("/subscriptions/s1/resourceGroups/{var.rg}", VAULT, None),
        ("{var.scope}", VAULT, None),
        ("/subscriptions/{var.s}/resourceGroups/other", VAULT, False),
        ("/subscriptions/{a}/resourceGroups/{b}/providers/x/y/z/w/v/u/t", VAULT, False),
        ("/subscriptions/s1/resourceGroups/app-rg", "/subscriptions/s1/resourceGroups/{var.rg}/providers/a/b/c", None),
        ("/subscriptions/{var.s}", "/subscriptions/{var.s}/resourceGroups/x", True),
    ],
)
def test_ids_with_open_parts(scope: str, target: str, expected: bool | None) -> None:
    truth = Hierarchy().contains(scope, target)
    if expected is None:
        assert isinstance(truth, Unknown)
    else:
        assert truth is expected


def test_an_estate_tells_of_its_groups() -> None:
    def group(name: str, parent: object) -> object:
        return resource(
            "Microsoft.Management/managementGroups",
            name,
            {"details": {"parent": {"id": parent}}} if parent is not None else None,
            id=f"{MG}/{name}",
        )

    member = resource(
        "Microsoft.Management/managementGroups/subscriptions", "platform/s1", id=f"{PLATFORM}/subscriptions/s1"
    )
    here = estate(
        group("platform", ROOT),  # type: ignore[arg-type]
        group("corp", hole(reference=ROOT)),  # type: ignore[arg-type]
        group("sand", None),  # type: ignore[arg-type]
        group("lost", hole()),  # type: ignore[arg-type]
        member,
    )
    found = Hierarchy.of(here)
    assert found.contains(ROOT, VAULT) is True
    assert found.contains(CORP, VAULT) is False
    assert found.contains(ROOT, CORP) is True
    # What is given wins.
    assert Hierarchy.of(here, {"/subscriptions/s1": CORP}).contains(CORP, VAULT) is True


def test_scopes_of_ids() -> None:
    assert scope_of(f"{PLATFORM}/providers/Microsoft.Authorization/policyAssignments/a") == PLATFORM
    assert scope_of("/providers/Microsoft.Authorization/policyAssignments/a") == ""
    assert scope_of("nonsense") == ""
    assert scope_key("Corp") == CORP.lower()


@pytest.mark.parametrize(
    ("scope", "id_", "answer"),
    [
        ("/subscriptions/s/resourceGroups/{p}-north-rg", "/subscriptions/s/resourceGroups/{p}-west-rg", False),
        ("/subscriptions/s/resourceGroups/a{p}", "/subscriptions/s/resourceGroups/b{q}", False),
        ("/subscriptions/s/resourceGroups/a{p}", "/subscriptions/s/resourceGroups/ab-rg", None),
        ("/subscriptions/s/resourceGroups/{p}-rg", "/subscriptions/s/resourceGroups/x-rg", None),
        ("/subscriptions/s/resourceGroups/{p}-rg", "/subscriptions/s/resourceGroups/x-group", False),
    ],
)
def test_what_is_written_around_open_parts_tells_ids_apart(scope: str, id_: str, answer: bool | None) -> None:
    found = Hierarchy().contains(scope, id_)
    assert (None if isinstance(found, Unknown) else found) is answer
