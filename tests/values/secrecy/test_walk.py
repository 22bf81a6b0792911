"""Secrets are taken out of values, and nothing else is touched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.values import MISSING, SECRET, Unknown, conceal, unknowns_in, without_text
from everward.values.secrecy import MAX_DEPTH
from everward.values.secrecy.walk import conceal_at, conceal_body

WORD = "hunter2"


def test_a_value_without_secrets_is_the_same_object() -> None:
    value: Any = {"a": [1, {"b": "x"}], "c": None, "d": Unknown(reason="r", text="{var.x}-kv")}
    assert conceal(value) is value
    assert conceal_body(value, "Microsoft.KeyVault/vaults", "kv") is value


def test_what_has_no_secret_in_it_stays_the_same_object_beside_one() -> None:
    value: Any = {"plain": {"a": [1]}, "list": [{"password": WORD}, {"x": 1}]}
    made = conceal(value)
    assert made == {"plain": {"a": [1]}, "list": [{"password": SECRET}, {"x": 1}]}
    assert made["plain"] is value["plain"]
    assert made["list"][1] is value["list"][1]
    assert value["list"][0]["password"] == WORD


def test_what_is_known_of_a_secret() -> None:
    (hole,) = unknowns_in(conceal({"password": WORD}))
    assert (hole.present, hole.filled, hole.secret, hole.text, hole.decided_by) == (True, True, True, None, ())


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "", MISSING])
def test_what_is_no_text_is_no_secret(value: Any) -> None:
    assert conceal({"password": value}) == {"password": value}


PLACES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Microsoft.KeyVault/vaults/secrets", "s", {"properties": {"value": WORD, "contentType": "plain"}}),
    ("Microsoft.AppConfiguration/configurationStores/keyValues", "k", {"properties": {"value": WORD, "tags": "plain"}}),
    ("Microsoft.Web/sites/config", "appsettings", {"properties": {"ANY": WORD}}),
    ("Microsoft.Web/sites/config", "w/connectionstrings", {"properties": {"db": {"value": WORD, "type": "plain"}}}),
    ("Microsoft.Web/sites", "w", {"properties": {"siteConfig": {"appSettings": [{"name": "plain", "value": WORD}]}}}),
    ("Microsoft.Web/sites", "w", {"properties": {"functionKeys": {"default": WORD}}}),
    ("core/v1/Secret", "s", {"kind": "Secret", "data": {"a": WORD}, "stringData": {"b": WORD}}),
    ("A.B/c", "x", {"properties": {"kind": "Secret", "data": {"a": WORD}}}),
    ("A.B/c", "x", {"properties": {"kubeconfigs": [{"name": "plain", "value": WORD}]}}),
    ("A.B/c", "x", {"properties": {"keys": [{"keyName": "plain", "value": WORD}]}}),
    ("A.B/c", "x", {"properties": {"authorization": {"scheme": "Basic", "parameter": WORD}}}),
    ("A.B/c", "x", {"properties": {"headers": {"Authorization": WORD}}}),
    ("A.B/c", "x", {"properties": {"values": [{"name": "plain", "value": WORD, "isSecret": True}]}}),
    ("A.B/c", "x", {"properties": {"list": [{"secret": True, "value": WORD, "displayName": "plain"}]}}),
    ("A.B/c", "x", {"properties": {"args": ["plain", "--password", WORD, "plain"]}}),
    ("A.B/c", "x", {"properties": {"credentials": {"header": {"x": [WORD]}, "certificate": ["plain"]}}}),
    ("A.B/c", "x", {"properties": {"credentials": {"query": {"x": [WORD]}, "authorization": {"scheme": "plain"}}}}),
    ("A.B/c", "x", {"properties": {"headers": {"Ocp-Apim-Subscription-Key": WORD, "Accept": "plain"}}}),
    ("A.B/c", "x", {"properties": {"uri": f"https://plain/webhooks?token={WORD}"}, "name": "plain"}),
    ("A.B/c", "x", {"properties": {"protectedSettings": {"a": [{"b": WORD}]}}}),
    ("A.B/c", "x", {"properties": {"parameters": {"sqlPassword": {"type": "String", "value": WORD}}}}),
    ("A.B/c", "x", {"properties": {"outputs": {"o": {"type": "SecureObject", "value": {"a": WORD}}}}}),
)


@pytest.mark.parametrize(("kind", "name", "body"), PLACES)
def test_places_of_secrets(kind: str, name: str, body: dict[str, Any]) -> None:
    made = conceal_body(body, kind, name)
    assert WORD not in str(made)
    assert ("plain" in str(body)) == ("plain" in str(made))
    assert any(hole is SECRET for hole in unknowns_in(made))


def test_the_same_words_elsewhere_are_no_secrets() -> None:
    for kind, name, body in (
        ("Microsoft.KeyVault/vaults", "s", {"properties": {"value": WORD}}),
        ("Microsoft.Web/sites/config", "web", {"properties": {"minTlsVersion": "1.2"}}),
        ("core/v1/ConfigMap", "s", {"kind": "ConfigMap", "data": {"a": WORD}}),
        ("A.B/c", "x", {"kind": "Secret"}),
        ("A.B/c", "x", {"properties": {"parameter": WORD}}),
    ):
        assert conceal_body(body, kind, name) is body


@pytest.mark.parametrize(
    "value",
    [
        {"list": [{"isSecret": False, "value": WORD}, {"secret": False, "value": WORD}]},
        {"args": ["--password-file", WORD, "--password", "--verbose", WORD]},
        {"args": ["--password", "$(PASSWORD)"]},
        {"credentials": {"header": {"x": ["{{named-value}}"]}}},
        {"request": {"header": {"x": [WORD]}, "query": {"y": WORD}}},
        {"properties": {"subscriptionKeyParameterNames": {"header": WORD, "query": WORD}}},
    ],
)
def test_what_only_stands_like_a_secret_stays(value: Any) -> None:
    assert conceal(value) is value


def test_a_path_tells_what_stands_there() -> None:
    assert conceal_at(WORD, "properties.osProfile.adminPassword") is SECRET
    assert conceal_at({"a": WORD}, "Microsoft.Compute/virtualMachines/extensions/protectedSettings") == {"a": SECRET}
    assert conceal_at(WORD, "[concat(parameters('apiKey'), 'x')]") is SECRET
    assert conceal_at(WORD, "properties.name") == WORD
    assert conceal_at(WORD, "") == WORD
    assert conceal_at("AccountKey=hunter2hunter2", "tags.x") is SECRET


def test_holes_in_the_place_of_secrets_say_only_what_would_decide_them() -> None:
    named = Unknown(reason="r", decided_by=("random.x.result",), text="{random.x.result}")
    partly = Unknown(reason="r", text="hunter2-{var.a}")
    assert without_text(named) is named
    assert without_text(Unknown(reason="r", text="{var.a[0]}")).text == "{var.a[0]}"
    assert without_text(partly).text is None
    assert without_text(Unknown(reason="r", text="{hunter2 == var.a}")).text is None
    assert conceal({"password": partly, "name": partly}) == {"password": without_text(partly), "name": partly}
    shaped = Unknown(reason="r", text="AccountKey=hunter2hunter2;{var.a}")
    assert conceal({"name": shaped})["name"].text is None


@pytest.mark.parametrize("name", ["a", "protectedSettings", "appSettings"])
def test_what_is_nested_too_deeply_is_withheld(name: str) -> None:
    deep: Any = {"password": WORD}
    for _ in range(100_000):
        deep = {"a": deep}
    made: Any = conceal({name: deep})
    depth = 0
    while isinstance(made, dict):
        made = next(iter(made.values()))
        depth += 1
    assert isinstance(made, Unknown)
    assert depth <= MAX_DEPTH


KEYS = ("a", "value", "name", "type", "password", "REDIS_KEY", "properties", "appSettings", "kind", "data", "keyName")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["", "plain", "Secret", "SecureString", "REDIS_KEY"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_concealing_twice_changes_nothing_more(value: Any) -> None:
    made = conceal(value)
    assert conceal(made) is made


@given(JSON)
def test_the_shape_of_a_value_stays(value: Any) -> None:
    def shape(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: shape(below) for key, below in item.items()}
        if isinstance(item, list):
            return [shape(below) for below in item]
        return str if isinstance(item, Unknown | str) else type(item)

    assert shape(conceal(value)) == shape(value)
