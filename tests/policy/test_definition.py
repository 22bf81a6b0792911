import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from everward.policy import Definition, DefinitionError, load_definition
from everward.policy.nodes import AllOf, FieldCount, Leaf, ValueCount
from everward.policy.parser import MAX_CONDITIONS

TYPE = {"field": "type", "equals": "Microsoft.KeyVault/vaults"}
RULE = {"if": TYPE, "then": {"effect": "audit"}}


def rule(condition: Any, **then: Any) -> dict[str, Any]:
    return {"if": condition, "then": then or {"effect": "audit"}}


def fault(document: Any, **options: Any) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        load_definition(document, **options)
    return caught.value


def test_the_three_forms() -> None:
    whole = load_definition(
        json.dumps(
            {
                "id": "/providers/Microsoft.Authorization/policyDefinitions/x",
                "name": "x",
                "Properties": {
                    "displayName": "Title",
                    "description": "Words",
                    "mode": "all",
                    "policyType": "BuiltIn",
                    "version": "1.0.0",
                    "metadata": {"category": "Test"},
                    "parameters": {"Effect": {"type": "String", "defaultValue": "Audit"}},
                    "policyRule": {"IF": TYPE, "Then": {"Effect": "[parameters('effect')]"}},
                },
            }
        ).encode()
    )
    assert (whole.name, whole.display_name, whole.description, whole.mode) == ("x", "Title", "Words", "All")
    assert (whole.policy_type, whole.version, whole.metadata) == ("BuiltIn", "1.0.0", {"category": "Test"})
    assert whole.parameters["effect"].default == "Audit"
    assert not whole.bare
    properties = load_definition({"policyRule": RULE, "id": "y", "parameters": None, "metadata": 5})
    assert (properties.name, properties.mode, properties.metadata) == ("y", "Indexed", {})
    bare = load_definition(RULE, file="x.json")
    assert (bare.bare, bare.mode, bare.file) == (True, "All", "x.json")


def test_a_byte_order_mark_does_not_matter() -> None:
    assert load_definition(b"\xef\xbb\xbf" + json.dumps(RULE).encode()).bare


def test_escapes_are_taken_off_literals() -> None:
    definition = load_definition(rule({"field": "tags.a", "in": ["[[x]", {"b": "[[y]"}]}))
    leaf = definition.rule.condition
    assert isinstance(leaf, Leaf)
    assert leaf.expected.raw == ["[x]", {"b": "[y]"}]
    assert leaf.expected.literal


def test_keys_compare_without_case() -> None:
    definition = load_definition(
        rule({"AllOf": [{"Field": "TYPE", "notequals": "x"}, {"COUNT": {"Value": [1], "Name": "n"}, "Less": 2}]})
    )
    assert isinstance(definition.rule.condition, AllOf)
    leaf, count = definition.rule.condition.parts
    assert isinstance(leaf, Leaf)
    assert isinstance(count, Leaf)
    assert (leaf.operator, count.operator) == ("notEquals", "less")
    assert isinstance(count.subject, ValueCount)
    assert count.subject.name == "n"


def nested(levels: int) -> dict[str, Any]:
    condition: dict[str, Any] = TYPE
    for _ in range(levels):
        condition = {"not": condition}
    return condition


FAULTS: list[tuple[Any, str, str, str | None]] = [
    ([], "", "a policy definition is not an object", None),
    ({}, "", "neither `properties` nor `policyRule` nor `if`", "policyRule"),
    ({"properties": 5}, "properties", "`properties` is not an object", None),
    ({"properties": {}}, "properties", "has no `policyRule`", None),
    ({"displayName": "a", "properties": {"displayName": "b", "policyRule": RULE}}, "displayName", "beside", "inner"),
    ({"if": TYPE}, "", "the rule has no `then`", "if"),
    ({"then": {"effect": "audit"}}, "", "the rule has no `if`", None),
    ({"policyRule": []}, "policyRule", "a policy rule is not an object", None),
    ({"policyRule": RULE, "mode": "Some"}, "mode", "`Some` is no mode", "All, Indexed"),
    ({"policyRule": RULE, "mode": 5}, "mode", "the mode is not a text", None),
    (rule(TYPE, details={}), "then", "`then` has no `effect`", "audit"),
    ({"if": TYPE, "then": "audit"}, "then", "`then` is not an object", None),
    (rule(TYPE, effect=5), "then.effect", "the effect is not a text", None),
    (rule(TYPE, effect="adit"), "then.effect", "`adit` is no effect", "did you mean `audit`?"),
    (rule({"allOf": {}}), "if.allOf", "`allOf` is not an array of conditions", None),
    (rule({"not": []}), "if.not", "a condition is not an object", None),
    (rule({"not": TYPE, "field": "name"}), "if.field", "`field` cannot stand beside `not`", "no other key"),
    (rule({"anyOf": [TYPE, {"field": "name"}]}), "if.anyOf[1]", "has no operator", "equals"),
    (rule({"equals": 1}), "if", "this one has none of them", None),
    (rule({"field": "name", "value": 1, "equals": 1}), "if", "this one has `field` and `value`", None),
    (rule({"field": "name", "equals": 1, "in": []}), "if.in", "`equals` and `in` stand in one condition", "allOf"),
    (rule({"field": "name", "equal": 1}), "if.equal", "`equal` is no operator", "did you mean `equals`?"),
    (rule({"field": "name", "qqqqqq": 1}), "if.qqqqqq", "`qqqqqq` is no operator", "known are equals"),
    (rule({"field": "name", "EQUALS": 1, "equals": 1}), "if.equals", "are the same key", "keep one"),
    (rule({"source": "action", "equals": 1}), "if.source", "`source` conditions", None),
    (rule({"field": 5, "equals": 1}), "if.field", "`field` is not the name of a field", None),
    (rule({"field": "", "equals": 1}), "if.field", "`field` is not the name of a field", None),
    (rule({"count": 5, "equals": 1}), "if.count", "`count` is not an object", None),
    (rule({"count": {}, "equals": 1}), "if.count", "needs either `field` or `value`", None),
    (rule({"count": {"value": [], "were": {}}, "equals": 1}), "if.count.were", "`were` is unknown", "where"),
    (rule({"count": {"value": [], "name": 5}, "equals": 1}), "if.count.name", "is not a text", None),
    (rule({"count": {"field": "tags", "name": "n"}, "equals": 1}), "if.count.name", "goes with `value`", None),
    (rule({"count": {"field": "tags"}, "equals": 1}), "if.count.field", "has no `[*]`", "add"),
    (
        rule({"count": {"value": [1], "where": {"count": {"value": [1]}, "equals": 1}}, "equals": 1}),
        "if.count.where.count",
        "a count named `default` stands around",
        "its own `name`",
    ),
    (rule({"value": "[parameters('x']", "equals": 1}), "if.value", "not closed by `)`", None),
    (rule({"field": "name", "in": ["a", "[concat('x']"]}), "if.in[1]", "not closed by `)`", None),
    (
        rule({"field": "name", "equals": {"a": {"b": "[1 2]"}}}),
        "if.equals.a.b",
        "stands where the end is expected",
        None,
    ),
    (rule({"field": "name", "equals": {"[(]": 1}}), "if.equals.[(]", "where a value is expected", None),
    (rule(TYPE, effect="auditIfNotExists"), "then.details", "`details` is not an object", None),
    (rule(TYPE, effect="auditIfNotExists", details={"name": "x"}), "then.details", "name no `type`", None),
    (rule(TYPE, effect="auditIfNotExists", details={"type": 5}), "then.details.type", "`type` is not a text", None),
    (
        rule(TYPE, effect="auditIfNotExists", details={"type": "a/b", "existenceScope": "all"}),
        "then.details.existenceScope",
        "`all` is no existence scope",
        "Subscription",
    ),
    (
        rule(TYPE, effect="deployIfNotExists", details={"type": "a/b", "existenceCondition": {"field": "name"}}),
        "then.details.existenceCondition",
        "has no operator",
        None,
    ),
    ({"policyRule": RULE, "parameters": []}, "parameters", "`parameters` is not an object", None),
    ({"policyRule": RULE, "parameters": {"a": 1}}, "parameters.a", "is not an object", None),
    ({"policyRule": RULE, "parameters": {"a": {}}}, "parameters.a", "has no type", "string"),
    ({"policyRule": RULE, "parameters": {"a": {"type": "strin"}}}, "parameters.a.type", "is no type", "`string`"),
    (
        {"policyRule": RULE, "parameters": {"a": {"type": "string"}, "A": {"type": "string"}}},
        "parameters.A",
        "are the same key",
        None,
    ),
    (
        {"policyRule": RULE, "parameters": {"a": {"type": "string", "allowedValues": "x"}}},
        "parameters.a.allowedValues",
        "is not an array",
        None,
    ),
    (
        {"policyRule": RULE, "parameters": {"a": {"type": "string", "defaultValue": 5}}},
        "parameters.a.defaultValue",
        "the default of `a` is no string",
        None,
    ),
    # What is named, but does not exist.
    (
        rule({"field": "Microsoft.KeyVault/vaults/enablePurge", "equals": 1}),
        "if",
        "is no field and no alias",
        "vaults/",
    ),
    (rule({"field": "nothing", "equals": 1}), "if", "`nothing` is no field and no alias", "fields are"),
    (rule({"field": "tags[", "equals": 1}), "if", "`tags[` is no field", "fields are"),
    (rule({"value": "[field('nothing')]", "equals": 1}), "if", "`nothing` is no field", None),
    (rule({"value": "[concatt('a')]", "equals": 1}), "if", "`concatt` does not exist", "concat"),
    (rule({"value": "[reference('a')]", "equals": 1}), "if", "not available in policies", None),
    (rule({"value": "[length('a', 'b')]", "equals": 1}), "if", "`length`", None),
    (rule({"value": "[current()]", "equals": 1}), "if", "`current` has no count around it", None),
    (
        rule({"count": {"value": [1], "name": "n", "where": {"value": "[current('m')]", "equals": 1}}, "equals": 1}),
        "if.count.where",
        "no count around `current` is named `m`",
        "known are n",
    ),
    (
        {"policyRule": rule(TYPE, effect="[parameters('e')]")},
        "policyRule.then.effect",
        "`e` is not declared",
        "no param",
    ),
    (
        {
            "policyRule": rule({"value": "[parameters('efect')]", "equals": 1}),
            "parameters": {"effect": {"type": "string"}},
        },
        "policyRule.if",
        "`efect` is not declared",
        "`effect`",
    ),
    (
        rule(TYPE, effect="auditIfNotExists", details={"type": "a/b", "resourceGroupName": "[nope()]"}),
        "then.details.resourceGroupName",
        "`nope` does not exist",
        None,
    ),
    # Limits.
    (rule({"allOf": [TYPE] * MAX_CONDITIONS}), f"if.allOf[{MAX_CONDITIONS - 1}]", "more than 4096 conditions", None),
    (rule(nested(300)), "if.not.not.not.not.not.not.not", "nested deeper than 240 levels", None),
    (rule({"allOf": [{"value": "[add(1, add(1, 1))]", "equals": 1}] * 1100}), "if.allOf[1024]", "more than 2048", None),
    (rule({"value": "[" + "not(" * 65 + "true" + ")" * 65 + "]", "equals": 1}), "if", "65 levels deep", None),
    (rule({"value": f"[concat({', '.join(['1'] * 129)})]", "equals": 1}), "if", "129 arguments", None),
    (rule({"allOf": [{"count": {"value": [1]}, "equals": 1}] * 11}), "if.allOf[10]", "more than 10 counts", None),
    (
        rule({"allOf": [{"count": {"field": "Microsoft.Network/virtualNetworks/subnets[*]"}, "equals": 1}] * 6}),
        "if.allOf[5]",
        "more than 5 counts over",
        None,
    ),
    (
        rule(
            TYPE,
            effect="auditIfNotExists",
            details={"type": "a/b", "existenceCondition": {"allOf": [TYPE] * 128}},
        ),
        "then.details.existenceCondition.allOf[127]",
        "more than 128 conditions",
        None,
    ),
]


@pytest.mark.parametrize(("document", "path", "says", "help"), FAULTS, ids=range(len(FAULTS)))
def test_faults_name_the_place(document: Any, path: str, says: str, help: str | None) -> None:
    error = fault(document)
    assert error.path == path
    assert says in error.message
    assert error.message[:1] in ("`", error.message[:1].lower())
    assert not error.message.endswith(".")
    if help is not None:
        assert help in (error.help or "")


def test_faults_name_file_and_line() -> None:
    text = json.dumps({"properties": {"policyRule": rule({"anyOf": [TYPE, {"field": "name", "equal": 1}]})}}, indent=1)
    error = fault(text, file="policies/x.json")
    line = next(number for number, line in enumerate(text.splitlines(), 1) if '"equal"' in line)
    assert error.origin is not None
    assert (error.origin.file, error.origin.line) == ("policies/x.json", line)
    assert error.origin.address == "properties.policyRule.if.anyOf[1].equal"


@pytest.mark.parametrize(
    ("text", "says", "line"),
    [
        (b"\xff\xfe", "not text in UTF-8", None),
        ('{"a":\n 1 2}', "not JSON", 2),
        ('{"a": // a comment\n 1 2}', "not JSON", 2),
        ('{"a": NaN}', "`NaN` is not JSON", None),
        ("[" * 100_000, "nested too deeply", None),
        ('{"if": {"field": "type",\n"equals": "a",\n"equals": "b"}, "then": {}}', "`equals` stands twice", 3),
        ('{"a": ' + "9" * 5000 + "}", "too many digits", None),
        ("", "not JSON", 1),
    ],
)
def test_what_cannot_be_read(text: Any, says: str, line: int | None) -> None:
    error = fault(text, file="x.json")
    assert says in error.message
    assert error.origin is not None
    assert (error.origin.file, error.origin.line) == ("x.json", line)


def test_counts_have_a_depth() -> None:
    condition: dict[str, Any] = TYPE
    for level in range(17):
        condition = {"count": {"value": [1], "name": f"n{level}", "where": condition}, "equals": 1}
    assert "counts are nested deeper than 16" in fault(rule(condition)).message


def test_values_have_a_depth() -> None:
    value: Any = 1
    for _ in range(150):
        value = [value]
    assert "values are nested deeper than 100" in fault(rule({"field": "name", "equals": value})).message


def test_two_hundred_levels_are_fine() -> None:
    assert load_definition(rule(nested(200))).bare


def test_tolerant_loading_asks_for_shape_alone() -> None:
    assert load_definition(rule({"field": "Microsoft.No/such/alias", "equals": "[nope()]"}), strict=False).bare


def test_data_modes_use_aliases_that_no_catalogue_has() -> None:
    definition = load_definition(
        {
            "mode": "Microsoft.KeyVault.Data",
            "policyRule": rule(
                {"allOf": [{"field": "Microsoft.KeyVault.Data/vaults/keys/keyType", "equals": "[field('x.y')]"}]}
            ),
        }
    )
    assert definition.mode == "Microsoft.KeyVault.Data"


def test_the_shape_of_details_tells_the_family_of_a_parametrised_effect() -> None:
    parameters = {"effect": {"type": "string"}}

    def existence(details: Any) -> bool:
        document = {
            "parameters": parameters,
            "policyRule": rule(TYPE, effect="[parameters('effect')]", details=details),
        }
        return load_definition(document).rule.existence is not None

    assert existence({"type": "a/b", "existenceCondition": {}})
    assert not existence({"type": "a/b", "operations": []})
    assert not existence([{"field": "tags.a", "value": "b"}])
    assert not existence({"roleDefinitionIds": []})


def test_every_effect_is_recognised() -> None:
    for effect in ("append", "Modify", "denyAction", "manual", "mutate", "addToNetworkGroup", "enforceSetting"):
        assert load_definition(rule(TYPE, effect=effect, details={"type": 5})).rule.existence is None


def test_counts_are_read() -> None:
    definition = load_definition(
        rule(
            {
                "count": {
                    "field": "Microsoft.Network/virtualNetworks/subnets[*]",
                    "where": {"value": "[current('Microsoft.Network/virtualNetworks/subnets[*].name')]", "like": "a*"},
                },
                "greater": 0,
            }
        )
    )
    leaf = definition.rule.condition
    assert isinstance(leaf, Leaf)
    assert isinstance(leaf.subject, FieldCount)
    assert leaf.subject.where is not None


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 5)
    | st.sampled_from(["type", "audit", "[", "[x]", "[field('type')]", "[[a]"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "if",
                    "then",
                    "allOf",
                    "anyOf",
                    "not",
                    "field",
                    "value",
                    "count",
                    "equals",
                    "in",
                    "effect",
                    "details",
                    "type",
                    "where",
                    "name",
                    "policyRule",
                    "properties",
                    "parameters",
                    "mode",
                    "existenceCondition",
                    "Equals",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_whatever_is_given_loads_or_says_what_is_wrong(document: Any) -> None:
    try:
        loaded = load_definition(json.dumps(document))
    except DefinitionError as error:
        said = str(error)
        assert said
    else:
        assert isinstance(loaded, Definition)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | st.text('{}[]",:abc1 \\\n', max_size=60))
def test_any_text_loads_or_says_what_is_wrong(text: bytes | str) -> None:
    with pytest.raises(DefinitionError):
        load_definition(text)


def test_a_key_without_a_name_stands_for_nothing() -> None:
    parameters = {"a": {"type": "String", "": "given"}}
    rule = {"if": {"field": "type", "equals": "a/b"}, "then": {"effect": "audit"}}
    loaded = load_definition({"": "named", "policyRule": rule, "parameters": parameters})
    assert loaded.name == ""
    assert (loaded.parameters["a"].default, loaded.parameters["a"].allowed) == (None, None)
