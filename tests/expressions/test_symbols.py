import pytest

from everward.expressions.symbols import scope_symbol, symbolic
from everward.values import Unknown, Value


def hole(text: str | None = None, **more: object) -> Unknown:
    return Unknown(reason="no value", text=text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        (True, "True"),
        (7, "7"),
        (hole("[parameters('a')]"), "{parameters.a}"),
        (hole("[variables('a').b[0]['c']]"), "{variables.a.b[0][c]}"),
        (hole("[concat('kv-', parameters('a'), 5)]"), "kv-{parameters.a}5"),
        (hole("[format('{0}-{1}-{0}', parameters('a'), 'x')]"), "{parameters.a}-x-{parameters.a}"),
        (hole("[resourceGroup().name]"), "{resource-group}"),
        (hole("[resourceGroup().id]"), "/subscriptions/{subscription}/resourceGroups/{resource-group}"),
        (hole("[resourceGroup('east/1').name]"), "{resource-group east|1}"),
        (hole("[subscription().subscriptionId]"), "{subscription}"),
        (hole("[subscription().tenantId]"), "{subscription().tenantId}"),
        (hole("[toLower(parameters('a/b'))]"), "{toLower(parameters('a|b'))}"),
        (hole("[parameters(variables('a'))]"), "{parameters(variables('a'))}"),
        (hole("{var.a}"), "{(var.a)}"),
        (hole(decided_by=("parameter p",)), "{parameter p}"),
        (hole(), "{no value}"),
        (hole("[broken(]"), "{[broken(]}"),
        (hole("[parameters('a')]", reference="/x/{y}"), "/x/{y}"),
    ],
)
def test_what_is_not_known_is_named_in_ids(value: Value, expected: str) -> None:
    assert symbolic(value) == expected


@pytest.mark.parametrize("pattern", ["'{0:D2}'", "'{{0}}{0}'", "'{5}'", "parameters('f')", "'a}b'"])
def test_a_format_that_is_more_than_placeholders_is_named_as_a_whole(pattern: str) -> None:
    text = symbolic(hole(f"[format({pattern}, parameters('a'))]"))
    assert text.startswith("{format(")


def test_scopes_have_symbolic_ids() -> None:
    assert scope_symbol("subscription") == "/subscriptions/{subscription}"
    assert scope_symbol("resourceGroup").endswith("/resourceGroups/{resource-group}")
    assert scope_symbol("managementGroup").endswith("/managementGroups/{management-group}")
