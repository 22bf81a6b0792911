import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.values import build_id, is_symbolic, parse_id, placeholder, try_parse_id

GROUP = "/subscriptions/0000/resourceGroups/rg-One"
name = st.text(alphabet="abcdefXYZ0123-_.{}", min_size=1, max_size=8)


def test_a_child_knows_its_type_names_and_parent() -> None:
    parsed = parse_id(f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1/secrets/s1/")
    assert parsed.type == "Microsoft.KeyVault/vaults/secrets"
    assert parsed.names == ("kv1", "s1")
    assert parsed.name == "s1"
    assert parsed.parent == f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"
    assert parsed.scope == GROUP
    assert (parsed.subscription, parsed.resource_group) == ("0000", "rg-One")


def test_an_extension_stands_in_the_resource_it_extends() -> None:
    vault = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv1"
    parsed = parse_id(f"{vault}/providers/Microsoft.Insights/diagnosticSettings/all")
    assert parsed.type == "Microsoft.Insights/diagnosticSettings"
    assert parsed.parent == parsed.scope == vault
    assert parsed.resource_group == "rg-One"


@pytest.mark.parametrize(
    ("text", "kind", "parent"),
    [
        ("/subscriptions/0000", "Microsoft.Resources/subscriptions", ""),
        (GROUP, "Microsoft.Resources/subscriptions/resourceGroups", "/subscriptions/0000"),
        (
            "/providers/Microsoft.Management/managementGroups/mg1",
            "Microsoft.Management/managementGroups",
            "",
        ),
    ],
)
def test_containers_are_resources(text: str, kind: str, parent: str) -> None:
    parsed = parse_id(text)
    assert parsed.type == kind
    assert parsed.parent == parent


def test_a_management_group_stands_in_no_subscription() -> None:
    parsed = parse_id("/providers/Microsoft.Management/managementGroups/mg1")
    assert parsed.subscription is None
    assert parsed.resource_group is None


@pytest.mark.parametrize(
    "text",
    ["", "/", "vault", "/subscriptions", "/subscriptions//resourceGroups/x", f"{GROUP}/providers/Microsoft.KeyVault",
     f"{GROUP}/providers/Microsoft.KeyVault/vaults", f"{GROUP}/providers/A/b/c/d", f"{GROUP}/providers/A//c",
     "/a/b/c/d"],
)  # fmt: skip
def test_what_is_no_id_is_refused(text: str) -> None:
    assert try_parse_id(text) is None
    with pytest.raises(ValueError, match="is not a resource id"):
        parse_id(text)


def test_ids_compare_without_case() -> None:
    assert parse_id(GROUP.upper()).key == parse_id(GROUP).key


@given(st.lists(st.tuples(name, name), min_size=1, max_size=3))
def test_an_id_that_is_built_parses_to_its_parts(pairs: list[tuple[str, str]]) -> None:
    kind = "/".join(["Microsoft.Test", *(kind for kind, _ in pairs)])
    names = tuple(part for _, part in pairs)
    parsed = parse_id(build_id(GROUP, kind, names))
    assert parsed.names == names
    assert parsed.type == kind
    assert parsed.scope == GROUP


def test_building_needs_a_name_for_each_type() -> None:
    with pytest.raises(ValueError, match="needs 2 names, not 1"):
        build_id(GROUP, "Microsoft.KeyVault/vaults/secrets", ("kv1",))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("Microsoft.Resources/resourceGroups", "/subscriptions/0/resourceGroups/g"),
        ("Microsoft.Resources/subscriptions/resourceGroups", "/subscriptions/0/resourceGroups/g"),
        ("microsoft.resources/subscriptions", "/subscriptions/g"),
    ],
)
def test_containers_have_ids_of_their_own_form(kind: str, expected: str) -> None:
    assert build_id("/subscriptions/0", kind, ("g",)) == expected


@given(st.text(min_size=1, max_size=20))
def test_a_placeholder_never_splits_an_id(text: str) -> None:
    part = placeholder(text)
    assert is_symbolic(part)
    parsed = parse_id(f"{GROUP}/providers/Microsoft.KeyVault/vaults/{part}")
    assert parsed.symbolic
    assert parsed.names == (part,)
