from pathlib import Path

import pytest
from tests.sources.manifests.repository import find, read

from everward.sources.manifests.facts.vaults import vault_objects
from everward.values import Unknown

VAULT = """
resource "azurerm_key_vault" "a" {
  name                = "shop-kv"
  location            = "westeurope"
  resource_group_name = "rg"
  sku_name            = "standard"
  tenant_id           = "11111111-1111-1111-1111-111111111111"
}
"""
CLASS = """
apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: {name: kv}
spec:
  provider: %s
  parameters:
    keyvaultName: %s
    objects: |
      array:
        - |
          objectName: connection
          objectType: secret
        - {objectName: key, objectType: key}
"""


def test_the_vault_and_its_objects_are_found(tmp_path: Path) -> None:
    found = find(
        read(tmp_path, {"a.yaml": CLASS % ("azure", "SHOP-kv"), "main.tf": VAULT}), "SecretProviderClass", "kv"
    )
    vault = found.get("properties.keyVault")
    assert isinstance(vault, Unknown)
    assert vault.reference is not None
    assert vault.reference.endswith("/providers/Microsoft.KeyVault/vaults/shop-kv")
    assert found.get("properties.vaultObjects") == [
        {"objectName": "connection", "objectType": "secret"},
        {"objectName": "key", "objectType": "key"},
    ]


def test_others_are_left_as_they_are(tmp_path: Path) -> None:
    other = find(
        read(tmp_path, {"a.yaml": CLASS % ("vault", "shop-kv"), "main.tf": VAULT}), "SecretProviderClass", "kv"
    )
    assert "vaultObjects" not in str(other.body)
    gone = find(read(tmp_path, {"a.yaml": CLASS % ("azure", "other")}), "SecretProviderClass", "kv")
    assert "keyVault'" not in str(gone.body)


@pytest.mark.parametrize("text", [None, "", "a: [", 3, "array: text", "array: ['a: [']"])
def test_texts_that_hold_no_objects(text: object) -> None:
    found = vault_objects(text)
    assert found == [] or isinstance(found[0], Unknown)


def test_objects_that_are_not_known_are_open() -> None:
    hole = Unknown(reason="open", decided_by=("x",), text="array:\n- {x}")
    assert vault_objects(hole) == Unknown(reason="open", decided_by=("x",))
