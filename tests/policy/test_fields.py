from typing import Any

import pytest
from tests.policy.make import hole

from everward.policy import shipped_aliases
from everward.policy.fields import (
    Ref,
    Root,
    any_number,
    below,
    collect,
    collect_places,
    look,
    resolve_field,
    squeeze,
    tag_name,
)
from everward.values import MISSING, Unknown

X = hole("var.x", present=True, reference="/a", text="a")
MANY = hole("var.m", many=True, present=True)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("Type", Ref(Root.TYPE)),
        ("NAME", Ref(Root.NAME)),
        ("fullname", Ref(Root.FULL_NAME)),
        ("id", Ref(Root.ID)),
        ("Kind", Ref(Root.BODY, ("kind",))),
        ("location", Ref(Root.BODY, ("location",))),
        ("tags", Ref(Root.BODY, ("tags",))),
        ("tags.Env", Ref(Root.BODY, ("tags", "Env"))),
        ("tags[a.b]", Ref(Root.BODY, ("tags", "a.b"))),
        ("identity.type", Ref(Root.BODY, ("identity", "type"))),
        (
            "identity.userAssignedIdentities[*].clientId",
            Ref(Root.BODY, ("identity", "userAssignedIdentities", "[*]", "clientId")),
        ),
        ("identity.", None),
        ("tags.", None),
        ("Microsoft.KeyVault/vaults/sku.name", Ref(Root.BODY, ("properties", "sku", "name"))),
        ("Microsoft.KeyVault/vaults/none", None),
    ],
)
def test_names_of_fields(text: str, ref: Ref | None) -> None:
    assert resolve_field(text, "microsoft.keyvault/vaults", shipped_aliases()) == ref


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("tags.a", "a"),
        ("tags[a]", "a"),
        ("tags['a']", "a"),
        ("tags['''a''']", "'a'"),
        ("tags['it''s']", "it's"),
        ("tags[a]b]", "a]b"),
        ("tags[']", "'"),
        ("tags[]", None),
        ("tags['']", None),
        ("tags[a", None),
    ],
)
def test_names_of_tags(text: str, name: str | None) -> None:
    assert tag_name(text) == name


BODY: dict[str, Any] = {
    "Properties": {
        "a": {"B": 1},
        "list": [{"x": 1, "in": [1, 2]}, {"in": []}, {}],
        "empty": [],
        "none": None,
        "hole": X,
        "open": [{"x": 1}, X, MANY],
        "text": "abc",
    }
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("properties", "A", "b"), 1),
        (("properties", "list", 0, "x"), 1),
        (("properties", "list", 9), MISSING),
        (("properties", "text", "x"), MISSING),
        (("properties", "list", "x"), MISSING),
        (("nothing", "x"), MISSING),
        ((), BODY),
    ],
)
def test_a_path_is_walked_without_case(path: tuple[Any, ...], value: Any) -> None:
    assert look(BODY, path) == value


def test_below_a_hole_nothing_is_known_of_the_part() -> None:
    part = look(BODY, ("properties", "hole", "x"))
    assert isinstance(part, Unknown)
    assert (part.present, part.reference, part.text, part.many) == (False, None, None, False)
    assert part.decided_by == ("var.x",)
    assert look(BODY, ("properties", "hole")) is X
    plain = hole()
    assert below(plain) is plain


def test_a_dictionary_of_another_class_is_read_too() -> None:
    class Other(dict[str, Any]):
        pass

    assert look(Other(a=Other(b=1)), ("A", "B")) == 1


@pytest.mark.parametrize(
    ("path", "absent", "values"),
    [
        (("properties", "list", "[*]", "x"), True, [1, MISSING, MISSING]),
        (("properties", "list", "[*]", "in", "[*]"), True, [1, 2, MISSING]),
        (("properties", "list", "[*]", "in", "[*]"), False, [1, 2]),
        (("properties", "empty", "[*]"), True, []),
        (("properties", "none", "[*]"), True, [MISSING]),
        (("properties", "none", "[*]"), False, []),
        (("properties", "text", "[*]", "x"), True, [MISSING]),
        (("properties", "hole", "[*]"), True, [any_number(X)]),
        (("properties", "open", "[*]"), True, [{"x": 1}, X, MANY]),
        (("properties", "open", "[*]", "x"), True, [1, below(X), any_number(MANY)]),
        (("properties", "open", "[*]", "x", "[*]"), True, [MISSING, any_number(X), any_number(MANY)]),
        (("properties", "text"), True, ["abc"]),
    ],
)
def test_elements_are_collected(path: tuple[Any, ...], absent: bool, values: list[Any]) -> None:
    assert collect(BODY, path, absent=absent) == values
    assert [value for _, value in collect_places(BODY, path, absent=absent)] == values


def test_elements_have_places() -> None:
    path = ("properties", "list", "[*]", "in", "[*]")
    assert [place for place, _ in collect_places(BODY, path)] == [
        ("properties", "list", 0, "in", 0),
        ("properties", "list", 0, "in", 1),
        ("properties", "list", 2, "in"),
    ]


def test_regions_compare_without_spaces() -> None:
    assert squeeze("East US 2") == "eastus2"
    assert squeeze(["East US", 5]) == ["eastus", 5]
    assert squeeze(None) is None
