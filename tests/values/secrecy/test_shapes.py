"""What is secret by its shape, in whatever it is wrapped; what only looks random is not."""

import base64
import hashlib
import json
import uuid
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from everward.values import REDACTED, SECRET, conceal, is_secret_text, may_hold_secret, scrub
from everward.values.secrecy import is_harmless

KEY = base64.b64encode(bytes(range(64))).decode()
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlIQ"
SECRETS = (
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9vYmFy;EndpointSuffix=core.windows.net",
    "Endpoint=sb://x/;SharedAccessKeyName=k;SharedAccessKey=Zm9vYmFyhunter2",
    "Server=tcp:x;User ID=u;Password=hunter2;",
    "server=x;pwd = hunter2",
    "InstrumentationKey=00000000-0000-0000-0000-000000000001;IngestionEndpoint=https://x",
    "api_key=hunter2hunter2",
    "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----hunter2",
    "-----BEGIN OPENSSH PRIVATE KEY-----hunter2",
    "https://x.blob.core.windows.net/c?sv=1&sig=hunter2hunter2%3D",
    "https://fn.azurewebsites.net/api/f?code=hunter2hunter2",
    "https://x.example.org/?a=1&amp;sig=hunter2hunter2",
    "https://x.webhook.we.azure-automation.net/webhooks?token=hunter2hunter2%3d",
    f"Bearer {JWT}",
    "Bearer hunter2hunter2",
    JWT,
    "mongodb://user:hunter2@host/db",
    "https://user:hunter2@host",
    KEY,
    f"key: {KEY}.",
    f"{'a1B2' * 8}x+AEh{'a1B2c'}A=",
    f"{'a1B2' * 13}AzSe{'a1B2c3'}",
    f"{'a1B2' * 11}AzFu{'a1B2c'}A==",
    f"{'a1B2' * 13}JQQJ99{'a1B2c3d4e' * 3}",
    f"abc8Q~{'a1B2c3d4' * 4}",
    f"ghp_{'a1B2' * 9}",
    f"github_pat_{'a1B2' * 9}",
    "xoxb-1234567890-hunter2",
    "https://hooks.slack.com/services/T0/B0/hunter2hunter2",
    "az login -u x --password hunter2",
    "az acr login --client-secret=hunter2",
    "tool --api-key hunter2 --verbose",
    "MIIKAgIBAzCCCb4GCSqGSIb3DQEHAaCCCa8hunter2",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjhunter2",
)
"""Most hold the word `hunter2`, which must not be seen afterwards."""
HARMLESS = (
    str(uuid.UUID(int=7)),
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv/secrets/s",
    hashlib.sha256(b"x").hexdigest(),
    hashlib.sha512(b"x").hexdigest(),
    f"sha256:{hashlib.sha256(b'x').hexdigest()}",
    f"example.azurecr.io/app@sha256:{hashlib.sha256(b'x').hexdigest()}",
    base64.b64encode(hashlib.sha256(b"x").digest()).decode(),
    f"sha512-{base64.b64encode(hashlib.sha512(b'x').digest()).decode()}",
    hashlib.sha1(b"x", usedforsecurity=False).hexdigest(),
    "1.28.5-rc.1+build.20260101",
    "2023-01-01-preview",
    "2022-10-12T14:59:42.4931176Z",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7x9 me@example.org",
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
    "https://kv1.vault.azure.net/secrets/name/0123456789abcdef0123456789abcdef",
    "@Microsoft.KeyVault(SecretUri=https://kv1.vault.azure.net/secrets/name)",
    "Server=tcp:x;Authentication=Active Directory Default;",
    "SharedAccessKeyName=RootManageSharedAccessKey",
    "someone@example.org",
    "10.0.0.0/16",
    "aks-user-pool-12345678-vmss000000",
    "The password is kept in the vault.",
    "http401WithBearerChallenge",
    "resources | where type =~ 'microsoft.compute/virtualMachines' | project name, id",
    "terraform apply -var password=$(dbPassword)",
    "az login --password $(SECRET) --tenant x",
    "https://x.example.org/?code={code}&sig=<signature>",
    "redis://:{password}@host:6379",
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "",
)


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_are_told_by_their_shape(text: str) -> None:
    assert is_secret_text(text)
    assert conceal({"note": [text]}) == {"note": [SECRET]}


@pytest.mark.parametrize("text", SECRETS)
def test_wrapping_does_not_hide_them(text: str) -> None:
    for wrapped in (base64.b64encode(text.encode()).decode(), quote(text, safe="")):
        if wrapped != text and len(text) >= 15:
            assert is_secret_text(wrapped), wrapped
            assert is_secret_text(f"a: {wrapped}, b")
            assert may_hold_secret(json.dumps(wrapped).encode())


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_random_stays(text: str) -> None:
    assert not is_secret_text(text)
    assert conceal({"note": text}) == {"note": text}
    assert scrub(text) == text


@pytest.mark.parametrize("text", SECRETS)
def test_running_text_is_shown_without_them(text: str) -> None:
    told = scrub(f"the value `{text}` of `adminName` is wrong")
    assert "hunter2" not in told
    assert KEY not in told
    assert JWT.rpartition(".")[2] not in told
    assert REDACTED in told
    assert told.endswith("is wrong") or told == REDACTED or "PRIVATE" in text
    assert scrub(told) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Server=x;Password=hunter2;Encrypt=true", "Server=x;Password=(redacted);Encrypt=true"),
        ("see https://a:hunter2@example.org/x now", "see https://a:(redacted)@example.org/x now"),
        ("az login --password hunter2 --tenant t", "az login --password (redacted) --tenant t"),
        ("https://x/?sv=1&sig=hunter2hunter2&se=2", "https://x/?sv=1&sig=(redacted)&se=2"),
        (f"a {base64.b64encode(b'AccountKey=hunter2hunter2').decode()} b", "a (redacted) b"),
    ],
)
def test_what_is_around_a_secret_stays(text: str, told: str) -> None:
    assert scrub(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "", "/subscriptions/x/y", "https://kv.vault.azure.net/secrets/a", "@Microsoft.KeyVault(VaultName=a)",
        "[parameters('adminPassword')]", "$(dbPassword)", "${{ secrets.DB }}", "${var.password}", "{{ .Values.x }}",
        '{"uri":"https://kv.vault.azure.net/secrets/a"}', '{ "uri" : "https://kv.vault.azure.net/secrets/a/" }',
        "$env:PASSWORD", "%PASSWORD%", "https://x.cognitiveservices.azure.com/", "2026-01-31T12:00:00Z", "true", "12",
    ],
)  # fmt: skip
def test_what_says_where_a_secret_is_is_none(text: str) -> None:
    assert is_harmless(text)
    assert conceal({"password": text}) == {"password": text}


@pytest.mark.parametrize(
    "text",
    ['{"uri":"https://kv.vault.azure.net/secrets/a","token":"x"}', '{"uri":"hunter2"}',
     "hunter2", "[concat('hunter2', parameters('x'))]", "x$(y)", "https://x/?a=b", "12345678", "https://x.example.org/hunter2"],
)  # fmt: skip
def test_what_holds_more_than_a_place_is_secret_under_the_name_of_one(text: str) -> None:
    assert conceal({"password": text}) == {"password": SECRET}


PIECES = st.sampled_from(
    [*SECRETS, *HARMLESS, "value", "kind", "Secret", "data", "keyName", "scheme", "parameter", "key1"]
)
WRAPPED = st.builds(
    lambda lead, text, way: (
        lead + (base64.b64encode(text.encode()).decode() if way == 1 else quote(text) if way else text)
    ),
    st.sampled_from(["", "x ", "a=b;", '"']),
    PIECES,
    st.integers(0, 2),
)
NAMES = st.sampled_from(
    [
        "a",
        "value",
        "password",
        "key1",
        "kind",
        "data",
        "stringData",
        "keyName",
        "kubeconfigs",
        "parameter",
        "scheme",
        "key",
        "credentials",
        "header",
        "isSecret",
        "saskey",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | WRAPPED,
    lambda inner: st.lists(inner | st.just("--db-password"), max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_the_fast_look_never_misses_what_is_concealed(value: object) -> None:
    if conceal(value) is not value:
        assert may_hold_secret(msgspec.json.encode(value))


@given(st.text(max_size=200) | st.lists(WRAPPED, max_size=4).map(" ".join))
def test_scrubbed_text_holds_no_secret(text: str) -> None:
    told = scrub(text)
    assert not is_secret_text(told.replace(REDACTED, ""))
    if not is_secret_text(text):
        assert told is text


def test_the_fast_look_finds_secrets_of_kubernetes() -> None:
    assert may_hold_secret(b'{"kind":"Secret","data":{"a":"x"}}')
    assert not may_hold_secret(b'{"kind":"ConfigMap","data":{"a":"x"}}')
