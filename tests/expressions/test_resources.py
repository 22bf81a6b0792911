from typing import Any

import pytest
from tests.expressions.helpers import HOLE

from everward.expressions import TEMPLATE, Evaluator, ExpressionError, Functions
from everward.values import Unknown, Value

SUBSCRIPTION = "/subscriptions/s1"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg1"


def _no_group() -> Value:
    raise ExpressionError("`resourceGroup` is not available in a deployment to a subscription")


def at_group() -> dict[str, Any]:
    return {
        "resourceGroup": lambda: {"id": GROUP, "name": "rg1"},
        "subscription": lambda: {"id": SUBSCRIPTION, "subscriptionId": "s1"},
    }


def at_subscription() -> dict[str, Any]:
    return {"resourceGroup": _no_group, "subscription": lambda: {"Id": SUBSCRIPTION}}


def at_management_group() -> dict[str, Any]:
    return {"managementGroup": lambda: {"id": "/providers/Microsoft.Management/managementGroups/m1/"}}


def identify(text: str, scope: dict[str, Any]) -> Any:
    parameters = {"parameters": lambda name: HOLE}
    return Evaluator(TEMPLATE, Functions({**parameters, **scope})).evaluate_text(f"[{text}]")


VAULT = "providers/Microsoft.KeyVault/vaults"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resourceId('Microsoft.KeyVault/vaults', 'v')", f"{GROUP}/{VAULT}/v"),
        ("resourceId('Microsoft.KeyVault/vaults/', 'v')", f"{GROUP}/{VAULT}/v"),
        ("resourceId('Microsoft.KeyVault/vaults/secrets', 'v', 'x')", f"{GROUP}/{VAULT}/v/secrets/x"),
        ("resourceId('rg2', 'Microsoft.KeyVault/vaults', 'v')", f"{SUBSCRIPTION}/resourceGroups/rg2/{VAULT}/v"),
        (
            "resourceId('s2', 'rg2', 'Microsoft.KeyVault/vaults', 'v')",
            f"/subscriptions/s2/resourceGroups/rg2/{VAULT}/v",
        ),
        ("resourceId('Microsoft.Resources/resourceGroups', 'rg2')", f"{SUBSCRIPTION}/resourceGroups/rg2"),
        ("subscriptionResourceId('Microsoft.A/b', 'n')", f"{SUBSCRIPTION}/providers/Microsoft.A/b/n"),
        ("subscriptionResourceId('s2', 'Microsoft.A/b', 'n')", "/subscriptions/s2/providers/Microsoft.A/b/n"),
        ("subscriptionResourceId('Microsoft.Resources/resourceGroups', 'n')", f"{SUBSCRIPTION}/resourceGroups/n"),
        ("tenantResourceId('Microsoft.A/b/c', 'n', 'm')", "/providers/Microsoft.A/b/n/c/m"),
        ("tenantResourceId('Microsoft.Resources/subscriptions', 's9')", "/subscriptions/s9"),
        (
            "extensionResourceId('/x/', 'Microsoft.Authorization/locks', 'l')",
            "/x/providers/Microsoft.Authorization/locks/l",
        ),
        (
            "resourceId('Microsoft.Management/managementGroups', 'm')",
            "/providers/Microsoft.Management/managementGroups/m",
        ),
        (
            "managementGroupResourceId('m2', 'Microsoft.A/b', 'n')",
            "/providers/Microsoft.Management/managementGroups/m2/providers/Microsoft.A/b/n",
        ),
    ],
)
def test_ids_in_a_resource_group(text: str, expected: str) -> None:
    assert identify(text, at_group()) == expected


def test_ids_in_wider_scopes() -> None:
    text = "resourceId('Microsoft.A/b', 'n')"
    assert identify(text, at_subscription()) == f"{SUBSCRIPTION}/providers/Microsoft.A/b/n"
    assert identify(text, {}) == "/providers/Microsoft.A/b/n"
    assert identify("managementGroupResourceId('Microsoft.A/b', 'n')", at_management_group()) == (
        "/providers/Microsoft.Management/managementGroups/m1/providers/Microsoft.A/b/n"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "resourceId('Microsoft.A/b', 'n', 'm')",
            "incorrect segment lengths: the type `Microsoft.A/b` needs 1 names, not 2",
        ),
        ("resourceId('Microsoft.A/b/c', 'n')", "incorrect segment lengths"),
        ("resourceId('a', 'b')", "no argument is a resource type such as `Microsoft.KeyVault/vaults`"),
        ("resourceId('1', '2', '3', 'A/b', 'n')", "at most a subscription and a resource group come before the type"),
        ("resourceId('A/b', 1)", "every argument must be a string, not an integer"),
        ("resourceId(1, 'A/b', 'n')", "every argument must be a string, not an integer"),
        ("subscriptionResourceId('1', '2', 'A/b', 'n')", "only a subscription comes before the type"),
        ("managementGroupResourceId('1', '2', 'A/b', 'n')", "only a management group comes before the type"),
        ("tenantResourceId('1', 'A/b', 'n')", "the type comes first"),
        (
            "extensionResourceId(1, 'A/b', 'n')",
            "the id of the resource that is extended must be a string, not an integer",
        ),
    ],
)
def test_ids_that_cannot_be_built(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        identify(text, at_group())
    assert message in caught.value.message
    assert caught.value.position == 1


def test_a_scope_that_is_not_there_is_an_error_where_it_is_needed() -> None:
    with pytest.raises(ExpressionError, match="`subscription` is not available here") as caught:
        identify("concat('x', subscriptionResourceId('A/b', 'n'))", {})
    assert caught.value.position == 13
    with pytest.raises(ExpressionError, match=r"`subscription\(\)` has no id here"):
        identify("subscriptionResourceId('A/b', 'n')", {"subscription": dict})


def test_an_error_inside_the_scope_keeps_its_place() -> None:
    def broken() -> Value:
        return Evaluator(TEMPLATE).evaluate_text("[concat(div(1, 0))]")

    with pytest.raises(ExpressionError, match="division by zero") as caught:
        identify("subscriptionResourceId('A/b', 'n')", {"subscription": broken})
    assert (caught.value.text, caught.value.position) == ("[concat(div(1, 0))]", 8)


def test_an_unknown_name_gives_a_hole_with_a_symbolic_id() -> None:
    value = identify("resourceId('Microsoft.KeyVault/vaults/secrets', parameters('v'), 's')", at_group())
    assert isinstance(value, Unknown)
    assert value.present
    assert value.reference == f"{GROUP}/{VAULT}/{{parameters.v}}/secrets/s"
    assert value.text == "[resourceId('Microsoft.KeyVault/vaults/secrets', parameters('v'), 's')]"
    assert value.decided_by == ("parameter p",)


def test_an_unknown_scope_gives_a_symbolic_id() -> None:
    scope = Unknown(reason="subscription without value", decided_by=("--subscription",))
    value = identify("subscriptionResourceId('Microsoft.A/b', 'n')", {"subscription": lambda: {"id": scope}})
    assert isinstance(value, Unknown)
    assert value.reference == "/subscriptions/{subscription}/providers/Microsoft.A/b/n"
    assert value.decided_by == ("--subscription",)
    value = identify("resourceId('g', 'A/b', 'n')", {"subscription": lambda: scope})
    assert value.reference == "/subscriptions/{subscription}/resourceGroups/g/providers/A/b/n"


def test_an_extension_of_an_unknown_resource() -> None:
    value = identify("extensionResourceId(resourceId('A/b', parameters('n')), 'C/d', 'x')", at_group())
    assert value.reference == f"{GROUP}/providers/A/b/{{parameters.n}}/providers/C/d/x"
    value = identify("extensionResourceId(parameters('n'), 'C/d', 'x')", at_group())
    assert value.reference == "{parameters.n}/providers/C/d/x"


def test_an_unknown_type_leaves_everything_unknown() -> None:
    value = identify("resourceId(parameters('t'), 'x')", at_group())
    assert isinstance(value, Unknown)
    assert value.reference is None
