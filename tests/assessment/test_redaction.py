import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.assessment import REDACTED, is_secret_name, is_secret_text, may_hold_secret, redact
from everward.assessment.redaction import MAX_DEPTH, TOO_DEEP
from everward.values import MISSING, Unknown

SECRET_NAMES = (
    "password", "adminPassword", "administratorLoginPassword", "DB_PASSWORD", "clientSecret", "connectionString",
    "STORAGE_ACCESS_KEY", "primaryKey", "sas_token", "privateKey", "customData", "apiKey", "protectedSettings",
)  # fmt: skip
PLACES = (
    "secretUri", "secretName", "keyVaultKeyUri", "keySource", "keyName", "passwordAuthentication", "name", "tokenType",
    "disablePasswordAuthentication", "storageAccountAccessKeyEnabled", "secretsProvider",
)  # fmt: skip
SECRET_TEXTS = (
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9v;EndpointSuffix=core.windows.net",
    "Endpoint=sb://x/;SharedAccessKeyName=k;SharedAccessKey=Zm9v",
    "Server=tcp:x;User ID=u;Password=hunter2;",
    "-----BEGIN RSA PRIVATE KEY-----\nMII",
    "https://x.blob.core.windows.net/c?sv=1&sig=abcdefghijklmnopqrstuvwxyz%3D",
    "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln",
)


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_value_under_a_name_for_secrets_is_replaced(name: str) -> None:
    assert redact({name: "hunter2"}) == {name: REDACTED}
    assert redact({"settings": [{"name": name, "value": "hunter2"}]}) == {
        "settings": [{"name": name, "value": REDACTED}]
    }
    assert redact({name: {"value": "hunter2"}}) == {name: {"value": REDACTED}}


@pytest.mark.parametrize("name", PLACES)
def test_a_name_that_holds_a_place_or_a_switch_is_not_a_secret(name: str) -> None:
    assert not is_secret_name(name)
    assert redact({name: "https://kv1.vault.azure.net/secrets/a"}) == {name: "https://kv1.vault.azure.net/secrets/a"}


@pytest.mark.parametrize("text", SECRET_TEXTS)
def test_a_text_with_the_shape_of_a_secret_is_replaced_under_any_name(text: str) -> None:
    assert is_secret_text(text)
    assert redact({"note": [text]}) == {"note": [REDACTED]}


def test_what_is_no_text_is_kept_under_any_name() -> None:
    assert redact({"password": None, "secret": True, "privateKey": 1}) == {
        "password": None,
        "secret": True,
        "privateKey": 1,
    }
    assert redact({"password": ""}) == {"password": ""}


def test_holes_and_missing_values_become_json() -> None:
    hole = Unknown(
        reason="variable without value", decided_by=("var.a",), reference="/subscriptions/s", text="pre-{var.a}"
    )
    assert redact({"a": hole, "b": MISSING, "c": (1, 2)}) == {
        "a": {
            "$unknown": {
                "reason": "variable without value",
                "decidedBy": ["var.a"],
                "reference": "/subscriptions/s",
                "text": "pre-{var.a}",
            }
        },
        "b": None,
        "c": [1, 2],
    }
    secret = Unknown(reason="sensitive", text="AccountKey=Zm9vYmFy")
    assert redact(secret) == {"$unknown": {"reason": "sensitive", "text": REDACTED}}


def test_depth_is_bounded() -> None:
    deep: Any = "end"
    for _ in range(100_000):
        deep = {"a": deep}
    shown = redact(deep)
    for _ in range(MAX_DEPTH):
        shown = shown["a"]
    assert shown == TOO_DEEP


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from([*SECRET_TEXTS, "plain", "Password", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*SECRET_NAMES, *PLACES, "value", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON)
def test_the_fast_test_never_misses_what_would_be_redacted(value: Any) -> None:
    if redact(value) != value:
        assert may_hold_secret(msgspec.json.encode(value))


@given(JSON)
def test_redaction_is_idempotent_and_leaves_no_secret(value: Any) -> None:
    shown = redact(value)
    assert redact(shown) == shown
    text = json.dumps(shown)
    assert "hunter2" not in text
    assert "Zm9v" not in text
