"""The rules on the attributes of one instance."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.sources.terraform.mapping.make import hole, instance, provider

from everward.sources.terraform.mapping import to_resources
from everward.sources.terraform.mapping.body import Body
from everward.sources.terraform.mapping.build import compile_type
from everward.sources.terraform.mapping.facts import AttributeFact
from everward.values import MISSING, Origin, Unknown, Value


def fact(kind: str = "string", default: Value = None, *, computed: bool = False) -> AttributeFact:
    return AttributeFact(kind, required=False, optional=True, computed=computed, default=default, max_items=None)


def fill(
    rules: dict[str, Any],
    facts: dict[str, AttributeFact] | None = None,
    /,
    const: dict[str, Any] | None = None,
    origins: dict[str, Origin] | None = None,
    own: str = "",
    **attributes: Any,
) -> Body:
    """A body filled by rules; what nobody configured is computed as `computed NAME`."""
    mapping = compile_type({"arm": "A.B/c", "map": rules, "const": const}, {})
    made = instance("azurerm_c", "a", **attributes)
    made.origins = origins or {}
    body = Body(made, facts or {}, lambda _one, name: hole(by=f"computed {name}"), lambda found: found, own=own)
    body.fill(mapping.map, mapping.const, frozenset())
    return body


def content(rules: dict[str, Any], facts: dict[str, AttributeFact] | None = None, /, **attributes: Any) -> Any:
    return fill(rules, facts, **attributes).content


def test_values_go_where_the_rules_say() -> None:
    assert content({"a": "p.x", "b": ["p.y", "z"]}, a=1, b="t") == {"p": {"x": 1, "y": "t"}, "z": "t"}


def test_types_are_those_of_the_schema() -> None:
    assert content({"zones": "zones"}, {"zones": fact("list(string)")}, zones=[1, 2]) == {"zones": ["1", "2"]}


def test_what_wins() -> None:
    rules = {"old": {"to": "x", "nil": "nil"}, "new": {"to": "x", "nil": "other"}}
    const = {"x": "const"}
    assert fill(rules, {"old": fact(default="default")}, const).content == {"x": "default"}
    assert fill(rules, None, const).content == {"x": "nil"}
    assert fill(rules, {"old": fact(default="default")}, const, new="set").content == {"x": "set"}
    assert fill(rules, {"new": fact(default="default")}, const, old="set").content == {"x": "set"}
    assert fill({"old": "x"}, None, const).content == {"x": "const"}


def test_names_of_one_attribute() -> None:
    rules = {"old|new": {"to": "x", "nil": False}}
    assert content(rules, old=True) == {"x": True}
    assert content(rules, new=True) == {"x": True}
    assert content(rules) == {"x": False}
    assert content(rules, {"new": fact("bool", default=True)}) == {"x": True}


def test_default_that_is_not_sent() -> None:
    assert content({"days": {"to": "x", "omit": [90]}}, {"days": fact("int", default=90)}) == {}


def test_hole_stands_where_the_value_would() -> None:
    unknown = hole(by="var.x", present=True)
    assert content({"a": {"to": "p.x", "bool": ["Enabled", "Disabled"]}}, a=unknown) == {"p": {"x": unknown}}


def test_block_as_one_object() -> None:
    rules = {"b": {"to": "p.b", "one": {"x": "x", "y": {"to": "in.y", "nil": 0}}, "const": {"on": True}}}
    assert content(rules, b=[{"x": 1}]) == {"p": {"b": {"x": 1, "in": {"y": 0}, "on": True}}}
    assert content(rules, b={"x": 1}) == content(rules, b=[{"x": 1}])
    assert content(rules, b=[{}]) == {"p": {"b": {"in": {"y": 0}, "on": True}}}
    assert content(rules) == {}
    assert content(rules, b=[]) == {}


def test_of_blocks_where_one_is_allowed_the_first_is_read_and_the_others_are_told() -> None:
    rules = {"b": {"to": "p", "one": {"x": "x"}}}
    body = fill(rules, b=[{"x": 1}, None, {"x": 2}])
    assert (body.content, body.strange) == (
        {"p": {"x": 1}},
        [("b", "more than one block where one is allowed: the first is read")],
    )
    assert fill(rules, b=[{"x": 1}, None]).strange == []


def test_block_that_is_absent() -> None:
    rules = {"b": {"to": "p.b", "one": {"x": "x"}, "absent": {"p.b.state": "off", "p.list": []}}}
    absent = {"p": {"b": {"state": "off"}, "list": []}}
    assert content(rules) == absent
    assert content(rules, b=[]) == absent
    assert content(rules, b=[{"x": 1}]) == {"p": {"b": {"x": 1}}}


def test_constants_are_not_shared() -> None:
    rules = {"b": {"to": "b", "one": {}, "absent": {"b": {"list": []}}}}
    first, second = fill(rules), fill(rules)
    first_list = first.content["b"]
    assert isinstance(first_list, dict)
    first_list["list"] = ["changed"]
    assert second.content == {"b": {"list": []}}


def test_constant_that_only_azure_knows() -> None:
    made = fill({}, None, {"x": {"$hole": "read from Azure"}}).content["x"]
    assert isinstance(made, Unknown)
    assert made.reason == "read from Azure"
    assert made.decided_by == ("azurerm_c.a",)


def test_hole_instead_of_a_block_covers_the_object() -> None:
    rules = {"b": {"to": "p.b", "one": {"x": "x"}, "absent": {"p.b.x": 0}, "const": {"y": 1}}}
    covered = content(rules, b=hole())["p"]["b"]
    assert isinstance(covered, Unknown)
    inside = content(rules, b=[hole(many=True)])["p"]["b"]
    assert isinstance(inside, Unknown)
    assert not inside.many


def test_hole_instead_of_a_block_in_the_object_itself() -> None:
    rules = {
        "b": {
            "to": "",
            "one": {"x": "p.x", "c": {"to": "", "one": {"y": "p.y"}}},
            "const": {"p.z": 1},
            "absent": {"p.w": 1},
        }
    }
    covered = content(rules, b=hole(present=True))["p"]
    assert set(covered) == {"x", "y", "z", "w"}
    assert all(isinstance(one, Unknown) and not one.present for one in covered.values())


def test_blocks_as_an_array() -> None:
    rules = {"b": {"to": "list", "many": {"x": "p.x"}, "const": {"n": "No{#}"}}}
    assert content(rules, b=[{"x": 1}, {"x": 2}]) == {
        "list": [{"p": {"x": 1}, "n": "No1"}, {"p": {"x": 2}, "n": "No2"}]
    }
    unknown = hole(many=True)
    assert content(rules, b=[{"x": 1}, unknown]) == {"list": [{"p": {"x": 1}, "n": "No1"}, unknown]}
    assert isinstance(content(rules, b=hole())["list"], Unknown)


def test_blocks_that_join_an_array() -> None:
    rules = {"a": {"to": "list", "many": {"x": "x"}}, "b": {"to": "list", "flat": True, "many": {"y": "y"}}}
    assert content(rules, a=[{"x": 1}], b=[{"y": 2}]) == {"list": [{"x": 1}, {"y": 2}]}
    assert content(rules, b=[{"y": 2}]) == {"list": [{"y": 2}]}


def test_values_that_join_an_array() -> None:
    rules = {"a": {"to": "l", "flat": True, "each": {"f": "$"}}, "b": {"to": "l", "flat": True, "each": {"g": "$"}}}
    assert content(rules, a=[1], b=[2]) == {"l": [{"f": 1}, {"g": 2}]}


def test_only_some_blocks() -> None:
    rules = {
        "b": {"to": "yes", "only": {"on": [True]}, "many": {"on": None, "x": "x"}},
        "=no": {"attr": "b", "to": "no", "only": {"on": [False]}, "many": {"on": None, "x": "x"}},
    }
    assert content(rules, b=[{"on": True, "x": 1}, {"on": False, "x": 2}]) == {"yes": [{"x": 1}], "no": [{"x": 2}]}
    either = content(rules, b=[{"on": hole(), "x": 1}])
    assert either == {"yes": [{"x": 1}], "no": [{"x": 1}]}


def test_arrays_of_arrays() -> None:
    rules = {"b": {"to": "l", "nest": "i", "many": {"x": "x"}}}
    assert content(rules, b=[{"i": [{"x": 1}, {"x": 2}]}, {}]) == {"l": [[{"x": 1}, {"x": 2}], []]}


def test_blocks_as_an_object_by_key() -> None:
    rules = {"b": {"to": "map", "key": "{k}_{n}", "many": {"k": None, "n": None, "x": "x"}, "const": {"on": True}}}
    assert content(rules, b=[{"k": "a", "n": 1, "x": 2}]) == {"map": {"a_1": {"x": 2, "on": True}}}
    assert content(rules, b=[{"k": hole("{var.k}"), "n": 1}]) == {"map": {"{var.k}_1": {"on": True}}}
    assert isinstance(content(rules, b=[{"k": "a", "n": 1}, hole(many=True)])["map"], Unknown)


def test_conditions() -> None:
    rules = {"x": {"to": "x", "when": {"level": ["Bounded"]}}, "level": None}
    facts = {"x": fact("int", default=5)}
    assert content(rules, facts, x=10, level="Bounded") == {"x": 10}
    assert content(rules, facts, x=10, level="Session") == {"x": 5}
    assert isinstance(content(rules, facts, x=10, level=hole())["x"], Unknown)


@pytest.mark.parametrize(
    ("wanted", "given", "sent"),
    [
        ("set", "a", True),
        ("set", None, False),
        ("set", [], False),
        ("set", False, True),
        ("unset", None, True),
        ("unset", "a", False),
        ("set", hole(present=True), True),
        ("unset", hole(present=True), False),
        ("set", hole(), None),
    ],
)
def test_condition_on_presence(wanted: str, given: Any, sent: bool | None) -> None:
    made = content({"=x": {"to": "x", "fmt": "yes", "when": {"y": wanted}}, "y": None}, y=given)
    if sent is None:
        assert isinstance(made["x"], Unknown)
    else:
        assert made == ({"x": "yes"} if sent else {})


def test_text_of_several_attributes() -> None:
    rules = {"=sku": {"to": "sku", "fmt": "{tier}_{kind}"}, "tier": None, "kind": None}
    assert content(rules, {"kind": fact(default="LRS")}, tier="Standard") == {"sku": "Standard_LRS"}
    assert content(rules, tier="Standard") == {}
    partly = content(rules, tier=hole("{var.t}"), kind="LRS")["sku"]
    assert partly.text == "{var.t}_LRS"


def test_text_of_an_attribute_that_is_matched() -> None:
    rules = {"=name": {"to": "n", "fmt": "{id_}", "match": "/keys/([^/]+)"}, "id_": None}
    assert content(rules, id_="https://v/keys/k") == {"n": "k"}


def test_defaults_join_a_list_as_well() -> None:
    rules = {
        "a": {"to": "l", "flat": True, "whole": {"n": "a", "v": "$"}},
        "b": {"to": "l", "flat": True, "whole": {"n": "b", "v": "$"}},
    }
    facts = {"b": fact("bool", default=False)}
    assert content(rules, facts, a=True) == {"l": [{"n": "a", "v": True}, {"n": "b", "v": False}]}


def test_the_own_id() -> None:
    rules = {"=probe": {"to": "probe.id", "fmt": "{@id}/probes/{p}"}, "p": None}
    assert fill(rules, own="/a/b", p="x").content == {"probe": {"id": "/a/b/probes/x"}}
    symbolic = fill(rules, own="/a/{b}", p="x").content["probe"]
    assert isinstance(symbolic, dict)
    assert isinstance(symbolic["id"], Unknown)
    assert symbolic["id"].reference == "/a/{b}/probes/x"


def test_the_own_subscription() -> None:
    rules = {"=plan": {"to": "plan", "fmt": "{@subscription}/providers/A.B/c/{p}"}, "p": None}
    assert fill(rules, own="/subscriptions/s/resourceGroups/g/x", p="d").content == {
        "plan": "/subscriptions/s/providers/A.B/c/d"
    }
    assert fill(rules, own="/providers/x", p="d").content == {}
    symbolic = fill(rules, own="/subscriptions/{var.s}/resourceGroups/g", p="d").content["plan"]
    assert isinstance(symbolic, Unknown)
    assert symbolic.text == "/subscriptions/{var.s}/providers/A.B/c/d"


def test_flags_make_a_list() -> None:
    rules = {"=r": {"to": "rights", "flags": {"listen": "Listen", "send": "Send"}}, "listen": None, "send": None}
    assert content(rules, {"send": fact("bool", default=False)}, listen=True) == {"rights": ["Listen"]}


def test_flags_make_letters() -> None:
    rules = {"=r": {"to": "rights", "flags": {"read": "r", "write": "w"}, "join": ""}, "read": None, "write": None}
    assert content(rules, read=True, write=True) == {"rights": "rw"}
    made = content(rules, read=True, write=hole())["rights"]
    assert isinstance(made, Unknown)


def test_only_element_stands_elsewhere() -> None:
    rules = {"p": {"to": "prefixes", "single": "prefix"}}
    assert content(rules, p=["a"]) == {"prefix": "a"}
    assert content(rules, p=["a", "b"]) == {"prefixes": ["a", "b"]}
    for unknown in (hole(present=True), ["a", hole(present=True)], [hole(many=True)]):
        made = content(rules, p=unknown)
        assert set(made) == {"prefixes", "prefix"}
        assert all(isinstance(one, Unknown) and not one.present and not one.many for one in made.values())


def test_entries_of_an_object() -> None:
    group = "/subscriptions/s/resourceGroups/g"
    rules = {"tags": "tags", "app": {"to": "tags", "entry": ["link:$", "Resource"]}}
    facts = {"tags": fact("map(string)")}
    given = {"a": "b"}
    assert content(rules, facts, tags=given, app=group) == {"tags": {"a": "b", f"link:{group}": "Resource"}}
    assert given == {"a": "b"}
    reference = f"{group}/providers/A.B/c/{{x}}"
    assert content(rules, facts, app=hole(reference=reference)) == {"tags": {f"link:{reference}": "Resource"}}
    assert isinstance(content(rules, facts, app=hole())["tags"], Unknown)
    assert content(rules, facts, app="no id") == {}


def test_computed_attributes_stand_as_holes() -> None:
    rules = {
        "b": {"to": "p", "one": {"id_": {"to": "id", "computed": True}}},
        "k": {"to": "k", "computed": True, "one": {}},
    }
    made = content(rules, b=[{}])
    assert made["p"]["id"].decided_by == ("computed b[0].id_",)
    assert made["k"].decided_by == ("computed k",)
    assert content(rules, b=[{"id_": "known"}])["p"] == {"id": "known"}


def test_what_no_rule_knows_is_said() -> None:
    body = fill({"a": "x", "b": {"to": "y", "one": {"z": "z"}}}, a=1, other=2, b=[{"z": 1, "inner": 3, "none": []}])
    assert body.strange == [
        ("b[0].inner", "no rule says what it is in ARM"),
        ("other", "no rule says what it is in ARM"),
    ]


def test_what_is_not_as_it_should_be_is_said() -> None:
    body = fill(
        {"j": {"to": "j", "json": True}, "b": {"to": "b", "one": {}}, "c": {"to": "c", "one": {}}}, j="{", b=3, c=[4]
    )
    assert [name for name, _ in body.strange] == ["j", "b", "c"]
    unreadable = body.content["j"]
    assert isinstance(unreadable, Unknown)
    assert unreadable.decided_by == ("azurerm_c.a.j",)
    assert fill({"b": {"to": "b", "many": {}}}, b=[3, None]).content == {"b": []}


def test_places_follow_the_values() -> None:
    def line(number: int) -> Origin:
        return Origin(source="terraform", file="main.tf", line=number)

    origins = {
        "a": line(2),
        "acls[0]": line(3),
        "acls[0].default_action": line(4),
        "rule[1]": line(8),
        "rule[1].port": line(9),
        "list": line(11),
    }
    rules = {
        "a": "properties.anA",
        "d": {"to": "properties.d", "nil": 1},
        "acls": {"to": "properties.networkAcls", "one": {"default_action": "defaultAction", "bypass": "bypass"}},
        "rule": {"to": "properties.rules", "many": {"port": "properties.port"}},
        "list": {"to": "properties.list", "each": {"id": "$"}},
    }
    body = fill(
        rules,
        None,
        None,
        origins,
        a=1,
        acls=[{"default_action": "Deny", "bypass": "None"}],
        rule=[{"port": 1}, {"port": 2}],
        list=["x"],
    )
    assert body.origins == {
        "properties.ana": line(2),
        "properties.networkacls": line(3),
        "properties.networkacls.defaultaction": line(4),
        "properties.rules[1]": line(8),
        "properties.rules[1].properties.port": line(9),
        "properties.list": line(11),
    }


def test_ids_that_are_known_by_now() -> None:
    mapping = compile_type({"arm": "A.B/c", "map": {"id_": "x", "ids": {"to": "y", "each": {"id": "$"}}}}, {})
    pending = hole(reference="/a")
    other = hole()
    made = instance("azurerm_c", "a", id_=pending, ids=[pending, other])
    body = Body(made, {}, lambda _one, _name: None, lambda found: f"{found.reference}/known")
    body.fill(mapping.map, mapping.const, frozenset())
    assert body.content == {"x": "/a/known", "y": [{"id": "/a/known"}, {"id": other}]}


def test_nothing_goes_through_a_hole() -> None:
    rules = {"a": {"to": "p", "one": {"x": "x"}}, "b": "p.y", "c": {"to": "p.z", "one": {"w": "w"}}}
    unknown = hole()
    made = content(rules, a=unknown, b=1, c=[{"w": 1}])
    assert made == {"p": msgspec.structs.replace(unknown, present=False)}


def test_a_setting_that_the_provider_does_not_send_keeps_its_line() -> None:
    written = instance("azurerm_key_vault", purge_protection_enabled=False, sku_name="standard", tenant_id="t")
    line = Origin(source="terraform", file="main.tf", line=7)
    written.origins["purge_protection_enabled"] = line
    resources, _, _ = to_resources([written], provider(), source="terraform")
    vault = resources[0]
    assert vault.get("properties.enablePurgeProtection") is MISSING
    assert vault.origin_of("properties.enablePurgeProtection") == line


def test_a_rule_that_is_not_given_says_nothing_at_all() -> None:
    rules = {"price": {"to": "x", "nil": "nil", "given": {"kind": ["Spot"]}}, "kind": "kind"}
    facts = {"price": fact("float", -1)}
    assert content(rules, facts, kind="Regular") == {"kind": "Regular"}
    assert content(rules, facts, kind="Spot") == {"kind": "Spot", "x": -1}
    assert content(rules, None, kind="Spot") == {"kind": "Spot", "x": "nil"}
    assert content(rules, facts, kind="Spot", price=3)["x"] == 3
    open_kind = content(rules, facts, kind=hole("{var.kind}", present=True))["x"]
    assert isinstance(open_kind, Unknown)
    assert open_kind.decided_by == ("var.x",)


def test_a_rule_that_tells_a_part_of_a_block_leaves_the_rest_to_others() -> None:
    part = {"attr": "block", "to": "p", "partial": True}
    whole = {"to": "b", "one": {"size": "s", "kind": None}}
    blocks = [{"size": 1, "kind": "z"}]
    body = fill({"block": whole, "=part": {**part, "one": {"kind": "k"}}}, block=blocks)
    assert (body.content, body.strange) == ({"b": {"s": 1}, "p": {"k": "z"}}, [])
    many = fill({"=part": {**part, "many": {"kind": "k"}}}, block=blocks)
    assert (many.content, many.strange) == ({"p": [{"k": "z"}]}, [])


def test_a_block_sees_the_attributes_around_it() -> None:
    rules = {"block": {"to": "b", "many": {"name": {"to": "id", "fmt": "{@holder}/parts/{name}"}}}, "holder": None}
    assert content(rules, holder="/subscriptions/s/resourceGroups/g", block=[{"name": "a"}]) == {
        "b": [{"id": "/subscriptions/s/resourceGroups/g/parts/a"}]
    }
    assert content(rules, {"holder": fact(default="/d")}, block=[{"name": "a"}]) == {"b": [{"id": "/d/parts/a"}]}
    assert content(rules, block=[{"name": "a"}]) == {"b": [{}]}


def test_names_of_parts_become_ids() -> None:
    rules = {"parts": {"to": "p", "below": "things"}}
    assert fill(rules, own="/subscriptions/s", parts=["a"]).content == {"p": [{"id": "/subscriptions/s/things/a"}]}
    assert fill(rules, own="/subscriptions/s").content == {}
