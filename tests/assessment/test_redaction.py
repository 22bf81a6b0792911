import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.assessment import REDACTED, is_secret_name, is_secret_text, may_hold_secret, redact
from everward.assessment.redaction import MAX_DEPTH, TOO_DEEP, redact_at
from everward.values import MISSING, Unknown

SECRET_NAMES = (
    "password", "adminPassword", "administratorLoginPassword", "DB_PASSWORD", "clientSecret", "connectionString",
    "STORAGE_ACCESS_KEY", "primaryKey", "sas_token", "privateKey", "customData", "apiKey", "protectedSettings",
    "secureValue", "workspaceKey", "authorizationKey", "instrumentationKey", "secondaryReadonlyMasterKey",
    "TWILIO_TOKEN", "StorageKey", "commandToExecute", "accessKeys.primaryKey", "connection\nString",
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
    "Bearer hunter2",
    "curl -H 'Authorization: Bearer hunter2hunter2' https://x",
    "mongodb://user:hunter2@host/db",
    "https://user:hunter2@host",
    "https://x/?sig=Zm9vYmFy",
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


SITES = "Microsoft.Web/sites/config"
HIDDEN = (
    {"type": "Microsoft.KeyVault/vaults/secrets", "name": "s", "properties": {"value": "hunter2"}},
    {"properties": {"configuration": {"secrets": [{"name": "x", "value": "hunter2"}]}}},
    {"containers": [{"environmentVariables": [{"name": "T", "secureValue": "hunter2"}]}]},
    {"diagnostics": {"logAnalytics": {"workspaceKey": "hunter2"}}},
    {"type": SITES, "name": "appsettings", "properties": {"SQL": "hunter2", "name": "hunter2"}},
    {"type": SITES, "name": "w/connectionstrings", "properties": {"c": {"value": "hunter2", "type": "SQLAzure"}}},
    {
        "type": "Microsoft.Web/sites/slots/config",
        "name": "appsettings",
        "properties": {"A": ["hunter2", {"b": "hunter2"}]},
    },
    {"type": SITES, "name": "appsettings", "properties": "hunter2"},
    {"siteConfig": {"appSettings": [{"name": "A", "value": "hunter2"}]}},
    {"siteConfig": {"appSettings": {"A": "hunter2"}, "connectionStrings": ["hunter2"]}},
    {"siteConfig": {"connectionStrings": [{"name": "c", "connectionString": "hunter2", "type": "Custom"}]}},
    {"InstrumentationKey": "hunter2", "ConnectionString": "hunter2"},
    {
        "type": "microsoft.appconfiguration/configurationStores/keyValues",
        "name": "k",
        "properties": {"value": "hunter2"},
    },
    {"type": "Microsoft.Automation/automationAccounts/variables", "properties": {"value": "hunter2"}},
    {"protectedSettings": {"commandToExecute": "hunter2", "list": ["hunter2", {"a": "hunter2"}]}},
    {"settings": {"commandToExecute": "x -p hunter2"}},
    {"sharedKey": "hunter2", "authorizationKey": "hunter2"},
    {"headers": {"Authorization": "Basic hunter2"}},
    {"outputs": {"key": {"type": "String", "value": "hunter2"}, "o": {"type": "SecureString", "value": "hunter2"}}},
    {"outputs": {"o": {"type": "secureObject", "value": {"a": "hunter2"}}}},
    {"parameters": {"p": {"type": "securestring", "defaultValue": "hunter2"}, "sqlPassword": {"value": "hunter2"}}},
    {"env": [{"name": "REDIS_KEY", "value": "hunter2"}]},
    {"primaryReadonlyMasterKey": "hunter2", "secondaryMasterKey": "hunter2"},
)
SHOWN = (
    {"permissions": {"secrets": ["get", "list"], "keys": ["get"]}},
    {"partitionKey": {"paths": ["/a"]}, "authorization": {"principalId": "p"}},
    {"tlsSettings": {"secret": {"id": "/subscriptions/s/providers/Microsoft.Cdn/profiles/p/secrets/s"}}},
    {"type": SITES, "name": "web", "properties": {"minTlsVersion": "1.2"}},
    {"type": "Microsoft.KeyVault/vaults/secrets", "name": "s", "properties": {"contentType": "a", "value": ""}},
    {"siteConfig": {"appSettings": [{"name": "A", "value": None}]}},
    {"type": "Microsoft.Automation/automationAccounts/variables", "properties": ["a"]},
    {"secrets": [{"name": "x", "keyVaultUrl": "https://v/secrets/x", "identity": "system"}]},
    {"outputs": {"host": {"type": "String", "value": "example.com"}}},
    {"url": "https://host:443/a@b"},
)


@pytest.mark.parametrize("value", HIDDEN)
def test_a_secret_is_told_by_its_place(value: Any) -> None:
    shown = redact(value)
    assert "hunter2" not in json.dumps(shown)
    assert REDACTED in json.dumps(shown)
    assert shape(shown) == shape(value)
    assert may_hold_secret(msgspec.json.encode(value))


@pytest.mark.parametrize("value", SHOWN)
def test_structure_around_secrets_stays(value: Any) -> None:
    assert redact(value) == value


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


def test_a_secret_is_told_by_the_path_of_a_condition() -> None:
    secrets = "microsoft.keyvault/vaults/secrets"
    assert redact_at("a", "Microsoft.KeyVault/vaults/secrets/value", secrets, "s") == REDACTED
    assert redact_at("a", "properties.value", "microsoft.keyvault/vaults", "s") == "a"
    assert redact_at("a", "properties.siteConfig.appSettings[3].value", "microsoft.web/sites", "w") == REDACTED
    assert redact_at("a", "properties.siteConfig.appSettings[3].name", "microsoft.web/sites", "w") == "a"
    assert redact_at("a", "properties.protectedSettings.x", "t", "n") == REDACTED
    assert redact_at("a", "properties.anything", SITES.lower(), "appsettings") == REDACTED
    assert redact_at("a", "location", SITES.lower(), "appsettings") == "a"
    assert redact_at([{"name": "A", "value": "b"}], "properties.appSettings", "microsoft.web/sites", "w") == [
        {"name": "A", "value": REDACTED}
    ]


def test_what_is_partly_known_of_a_secret_is_hidden() -> None:
    assert redact({"password": Unknown(reason="r", text="hunter2{var.a}")})["password"]["$unknown"]["text"] == REDACTED
    assert redact({"password": Unknown(reason="r", text="{var.a}")})["password"]["$unknown"]["text"] == "{var.a}"
    assert redact({"protectedSettings": {"a": MISSING, "b": Unknown(reason="r")}}) == {
        "protectedSettings": {"a": None, "b": {"$unknown": {"reason": "r"}}}
    }


@pytest.mark.parametrize("outer", ["protectedSettings", "appSettings"])
def test_depth_below_a_secret_is_bounded(outer: str) -> None:
    deep: Any = "hunter2"
    for _ in range(100_000):
        deep = {"a": deep}
    shown = redact({outer: deep})
    text = str(shown)
    assert TOO_DEEP in text


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


KEYS = ("value", "x", "type", "properties", "secrets", "keys", "REDIS_KEY", "appSettings", "Authorization")
TYPES = (SITES, "appsettings", "SecureString", "Microsoft.KeyVault/vaults/secrets", "w/metadata", "SomeKey", "a_pat")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from([*SECRET_TEXTS, "plain", "Password", "", *TYPES]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*SECRET_NAMES, *PLACES, *KEYS]), inner, max_size=3)
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
