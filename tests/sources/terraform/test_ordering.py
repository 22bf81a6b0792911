"""What Terraform does after assignments of roles, and what it sets up where pipelines run."""

from pathlib import Path
from typing import Any

from tests.sources.terraform.workspace import session_of

from everward.estate import Resource
from everward.sources.terraform.ordering import ordering
from everward.sources.terraform.platforms import at_platforms

ORDERED = """
resource "azurerm_role_assignment" "a" {
  scope = "x"
}
resource "azurerm_role_assignment" "b" {
  scope = azurerm_role_assignment.a.id
}
resource "time_sleep" "wait" {
  create_duration = "120s"
  depends_on      = [azurerm_role_assignment.a]
}
resource "azurerm_key_vault_secret" "now" {
  name       = "now"
  depends_on = [azurerm_role_assignment.a, "text", azurerm_storage_account.free]
}
resource "azurerm_key_vault_secret" "later" {
  name       = "later"
  depends_on = [time_sleep.wait]
}
resource "azurerm_key_vault_secret" "both" {
  name       = "both"
  depends_on = [time_sleep.wait, azurerm_role_assignment.a, azurerm_role_assignment.b]
}
resource "azurerm_storage_account" "inner" {
  name = "inner"
  identity {
    type = "SystemAssigned"
    ids  = [for id in [azurerm_key_vault_secret.now.id] : id if id != var.x]
  }
}
resource "azurerm_storage_account" "free" {
  name = "free"
}
resource "azurerm_storage_account" "round" {
  name = azurerm_storage_account.trip.name
}
resource "azurerm_storage_account" "trip" {
  name = azurerm_storage_account.round.name
}
variable "x" {
  default = ""
}
"""


def blocks(folder: Path, text: str) -> dict[str, dict[str, Any]]:
    found = list(ordering(session_of(folder, text).modules.values()))
    if not found:
        return {}
    [record] = found
    properties = record.body["properties"]
    assert isinstance(properties, dict)
    listed: Any = properties["blocks"]
    return {one["block"].rpartition(".")[2]: one for one in listed}


def test_what_comes_after_assignments(tmp_path: Path) -> None:
    found = blocks(tmp_path, ORDERED)
    assert sorted(found) == ["both", "inner", "later", "now"]
    first, second = "azurerm_role_assignment.a", "azurerm_role_assignment.b"
    assert (found["now"]["assignments"], found["now"]["paused"], found["now"]["explicit"]) == ([first], [], [first])
    assert (found["later"]["paused"], found["later"]["explicit"]) == ([first], [])
    # Who waits for a pause waits for all that comes before it, whatever else it names.
    assert (found["both"]["assignments"], found["both"]["paused"]) == ([first, second], [first])
    assert (found["inner"]["assignments"], found["inner"]["explicit"]) == ([first], [])


def test_modules_without_assignments_say_nothing(tmp_path: Path) -> None:
    assert blocks(tmp_path, 'resource "azurerm_storage_account" "a" {\n  name = "a"\n}\n') == {}
    assert blocks(tmp_path, 'resource "azurerm_role_assignment" "a" {\n  scope = "a"\n}\n') == {}


PLATFORM = """
resource "azuredevops_serviceendpoint_azurerm" "sc" {
  project_id            = "p"
  service_endpoint_name = "prod"
  credentials {
    serviceprincipalid  = "c"
    serviceprincipalkey = "very secret"
  }
}
resource "azuredevops_serviceendpoint_azurerm" "by_certificate" {
  service_endpoint_name = "cert"
  credentials {
    serviceprincipalid          = "c"
    serviceprincipalcertificate = "very secret"
  }
}
resource "azuredevops_serviceendpoint_azurerm" "federated" {
  service_endpoint_name = "wif"
  credentials {
    serviceprincipalid = "c"
  }
}
resource "azuredevops_serviceendpoint_azurerm" "plain" {
  service_endpoint_name = "plain"
  credentials           = null
}
resource "github_repository_environment" "prod" {
  environment = "prod"
  repository  = "app"
  wait_timer  = 10
}
resource "github_actions_environment_secret" "s" {
  plaintext_value = "very secret"
}
data "azuredevops_environment" "e" {
  name = "e"
}
"""


def test_what_is_about_pipelines_is_handed_on_without_secrets(tmp_path: Path) -> None:
    made: list[Resource] = list(at_platforms(session_of(tmp_path, PLATFORM).instances))
    assert "very secret" not in repr(made)
    found = {item.name: item.body["properties"] for item in made}
    assert sorted(found) == ["by_certificate", "federated", "plain", "prod", "sc"]
    kinds = {}
    for name in ("sc", "by_certificate", "federated", "plain"):
        properties = found[name]
        assert isinstance(properties, dict)
        held = properties.get("credentials")
        kinds[name] = held["kind"] if isinstance(held, dict) else held
    assert kinds == {"sc": "secret", "by_certificate": "certificate", "federated": None, "plain": None}
    assert found["prod"] == {"environment": "prod", "repository": "app"}
