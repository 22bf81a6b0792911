"""What is secret by its name, and what only sounds like it."""

import pytest

from everward.values import SECRET, conceal, is_secret_name
from everward.values.secrecy import is_secret_label, is_settings

SECRET_NAMES = (
    "adminPassword", "administratorLoginPassword", "DB_PASSWORD", "db-pwd", "clientSecret", "client_secret_value",
    "STORAGE_ACCESS_KEY", "primaryKey", "sasToken", "privateKey", "customData", "apiKey", "x-api-key",
    "instrumentationKey", "connectionString", "primaryConnectionString", "kubeconfig", "kubeConfigRaw",
    "workspaceKey", "sharedKey", "passphrase", "protectedSettings", "commandToExecute", "masterKey", "secretText",
    "client-key-data", "subscriptionKey", "x-functions-key", "sasKey", "encryptedCredential",
)  # fmt: skip
OTHER_NAMES = (
    "secretUri", "secretName", "keyVaultKeyUri", "passwordAuthentication", "disablePasswordAuthentication", "keySource",
    "maxContextToken", "maxOutputToken", "_skuToken", "aadOrApiKey", "clientSecretSettingName", "tokenType", "keyName",
    "secrets", "keys", "publicKey", "storageAccountAccessKeyEnabled", "passwordSecretRef", "tokens", "name",
    "subscriptionKeyParameterNames", "credentialType", "",
)  # fmt: skip


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_text_under_a_name_for_secrets_is_one(name: str) -> None:
    assert is_secret_name(name)
    assert conceal({name: "hunter2"}) == {name: SECRET}


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_a_text_under_another_name_is_none(name: str) -> None:
    assert not is_secret_name(name)
    assert conceal({name: "hunter2"}) == {name: "hunter2"}


@pytest.mark.parametrize("name", ["REDIS_KEY", "signingKey", "credential", "ghPat"])
def test_a_value_that_is_given_by_a_label_is_secret(name: str) -> None:
    assert is_secret_label(name)
    assert conceal([{"name": name, "value": "hunter2"}]) == [{"name": name, "value": SECRET}]
    assert conceal({name: {"value": "hunter2"}}) == {name: {"value": SECRET}}
    # What says something of keys is none.
    assert conceal({name: {"value": {"kind": "Hash"}}}) == {name: {"value": {"kind": "Hash"}}}


@pytest.mark.parametrize("name", ["partitionKey", "shardKey", "sshPublicKey", "tagKey", "registryKey", "keySize"])
def test_other_labels_are_none(name: str) -> None:
    assert not is_secret_label(name)
    assert conceal({name: {"value": "/id"}}) == {name: {"value": "/id"}}


def test_settings_are_told_however_they_are_spelled() -> None:
    assert is_settings("appSettings")
    assert is_settings("app_settings")
    assert not is_settings("settings")


def test_the_two_keys_of_a_service_are_told_by_their_length() -> None:
    key = "0123456789abcdef0123456789abcdef"
    assert conceal({"key1": key, "key2": key}) == {"key1": SECRET, "key2": SECRET}
    for other in ("value1", "2022-10-12T14:59:42.4931176Z", "a text about what it is", f"/subscriptions/{key}"):
        assert conceal({"key1": other}) == {"key1": other}
