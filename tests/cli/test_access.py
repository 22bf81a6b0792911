"""`everward access`, as somebody on call uses it."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from everward.cli import main

SOURCE = """
data "azurerm_client_config" "me" {}

resource "azurerm_resource_group" "main" {
  name     = "rg"
  location = "swedencentral"
}

resource "azurerm_user_assigned_identity" "app" {
  name                = "app"
  resource_group_name = azurerm_resource_group.main.name
  location            = "swedencentral"
}

resource "azurerm_storage_account" "main" {
  name                     = "stone"
  resource_group_name      = azurerm_resource_group.main.name
  location                 = "swedencentral"
  account_tier             = "Standard"
  account_replication_type = "ZRS"
}

resource "azurerm_role_assignment" "app" {
  scope                = azurerm_storage_account.main.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.app.principal_id
}

resource "azurerm_role_assignment" "me" {
  scope                = azurerm_resource_group.main.id
  role_definition_name = "Owner"
  principal_id         = data.azurerm_client_config.me.object_id
}
"""
BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(SOURCE)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["access", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_who_can_say_by_which_path(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "who-can", BLOB, "stone", "infra")
    assert code == 0
    assert "allowed     app (managed identity)" in out
    assert "role assignment `Storage Blob Data Contributor`" in out
    assert "allowed     whoever has a key of stone (key)" in out
    assert "listed by who deploys" in out
    assert "2 principals may, 0 perhaps or after activating a role" in out
    _, out, _ = run(
        capsys, "who-can", "Microsoft.Storage/storageAccounts/listKeys/action", "stone", "infra", "--explain"
    )
    assert "who deploys (deployer)" in out


def test_who_can_as_json_and_as_a_drawing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, out, _ = run(capsys, "who-can", BLOB, "stone", "infra", "-o", "json", "-o", "svg=who.svg")
    answer, key = json.loads(out)["answers"]
    assert (key["kind"], key["paths"][0]["kind"]) == ("key", "key")
    assert (answer["name"], answer["verdict"], answer["paths"][0]["standing"]) == ("app", "allowed", "permanent")
    assert ElementTree.fromstring((tmp_path / "who.svg").read_text()).tag.endswith("svg")


def test_what_somebody_can(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = run(capsys, "what-can", "deployer", "infra")
    assert code == 0
    assert "permanent  `Owner` on resource group `rg` (infra/main.tf:29)" in out
    assert "becomes    whoever has a key of stone by" in out
    assert "reaches    2 can be changed, 2 deleted, of 2 resources" in out
    assert "2 scopes within reach" in out
    assert "it can give rights to anybody" in out
    _, out, _ = run(capsys, "what-can", "app", "infra", "-o", "json", "-o", "svg=what.svg")
    document = json.loads(out)
    assert (document["kind"], len(document["grants"]), document["unlimited"]) == ("managed identity", 1, False)
    assert ElementTree.fromstring((tmp_path / "what.svg").read_text()) is not None


def test_somebody_without_rights(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = SOURCE.replace('resource "azurerm_role_assignment" "app"', 'resource "azurerm_none" "app"')
    (tmp_path / "infra" / "main.tf").write_text(source)
    assert "holds nothing that a source shows" in run(capsys, "what-can", "app", "infra")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("who-can", "read", "stone", "infra"), "`read` is no operation"),
        (("who-can", BLOB, "ston", "infra"), "did you mean `stone`?"),
        (("who-can", BLOB, "zzz", "infra"), "give an ARM id"),
        (("who-can", "Microsoft.KeyVault/*", "stone", "infra"), "is a pattern, not one operation"),
        (("who-can", "/write", "stone", "infra"), "`/write` is no operation"),
        (("who-can", BLOB, "", "infra"), "give an ARM id"),
        (("what-can", "zzz", "infra"), "nobody is called `zzz`"),
        (("what-can", " ", "infra"), "nobody is called ` `"),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert message in err


def test_a_scope_that_only_grants_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    elsewhere = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/shared"
    (tmp_path / "infra" / "more.tf").write_text(
        'resource "azurerm_role_assignment" "shared" {\n'
        f'  scope = "{elsewhere}"\n  role_definition_name = "Owner"\n'
        "  principal_id = azurerm_user_assigned_identity.app.principal_id\n}\n"
    )
    code, out, _ = run(capsys, "who-can", "Microsoft.Storage/storageAccounts/write", "shared", "infra")
    assert (code, "1 principal may" in out, elsewhere in "".join(out.split("\n"))) == (0, True, True)


def test_a_file_that_is_cut_is_told_where_nothing_is_found(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "inventory.json").write_text('[{"id": "/subscriptions/x/resourceGroups/stone", "na')
    for command in (("who-can", BLOB, "stone"), ("what-can", "app")):
        code, _, err = run(capsys, *command, "inventory.json")
        assert (code, "inventory.json:1" in err, "could not be read" in err) == (2, True, True)


def test_a_name_that_several_have(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "infra" / "more.tf").write_text(
        'resource "azurerm_user_assigned_identity" "twin" {\n  name = "stone"\n'
        '  resource_group_name = "rg"\n  location = "x"\n}\n'
    )
    code, _, err = run(capsys, "who-can", BLOB, "stone", "infra")
    assert (code, "`stone` are 2 resources" in err) == (2, True)
    assert run(capsys, "who-can", BLOB, "/subscriptions/x", "infra")[0] == 0


def test_what_is_denied_or_not_known_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg"
    principal = "aaaaaaaa-0000-0000-0000-000000000001"
    authorization = f"{group}/providers/Microsoft.Authorization"
    owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    rows = [
        {
            "id": f"{authorization}/roleAssignments/a",
            "type": "Microsoft.Authorization/roleAssignments",
            "name": "a",
            "properties": {
                "principalId": principal,
                "roleDefinitionId": f"/x/{owner}",
                "scope": group,
                "condition": "@Principal[department] StringEquals 'x'",
            },
        },
        {
            "id": f"{authorization}/denyAssignments/d",
            "type": "Microsoft.Authorization/denyAssignments",
            "name": "d",
            "properties": {
                "scope": group,
                "permissions": [{"actions": ["*/delete"]}],
                "principals": [{"id": principal}],
            },
        },
    ]
    (tmp_path / "inventory.json").write_text(json.dumps(rows))
    _, out, _ = run(capsys, "who-can", "Microsoft.Storage/storageAccounts/delete", group, "inventory.json")
    assert "deny assignment `d`" in out
    _, out, _ = run(capsys, "who-can", "Microsoft.Storage/storageAccounts/read", group, "inventory.json")
    assert "maybe" in out
    assert "an attribute of the request is not known (needs @Principal[department])" in " ".join(out.split())


def test_an_operation_that_is_not_known_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "who-can", "Microsoft.Storage/storageAcounts/delete", "stone", "infra")
    assert (code, "1 principal may" in out) == (0, True)
    assert "did you mean `microsoft.storage/storageaccounts/delete`" in err
    err = run(capsys, "who-can", "My.Own/things/read", "stone", "infra")[2]
    assert "`My.Own/things/read` is not among the known operations; the catalogue may be older than it" in err
    assert run(capsys, "who-can", BLOB, "stone", "infra")[2] == ""


def test_an_answer_from_half_a_workload_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    calls = "".join(f'module "m{number}" {{\n  source = "./gone{number}"\n}}\n' for number in range(7))
    (tmp_path / "infra" / "gone.tf").write_text(calls)
    for command in (("who-can", BLOB, "stone"), ("what-can", "app")):
        code, out, err = run(capsys, *command, "infra")
        assert (code, bool(out)) == (3, True)
        assert "warning: 7 things could not be read: the answer may miss what stands there" in err
        assert "infra/gone.tf:1" in err
        assert "and 2 more" in err
        assert run(capsys, *command, "infra", "--allow-incomplete")[0] == 0


def test_a_role_that_nobody_knows_is_told_and_leaves_the_answer_open(
    capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    """Else "nobody may" would stand for "nobody whose role was read"."""
    more = """
resource "azurerm_role_assignment" "odd" {
  scope              = azurerm_resource_group.main.id
  role_definition_id = "/providers/Microsoft.Authorization/roleDefinitions/00000000-0000-4000-8000-00000000dead"
  principal_id       = azurerm_user_assigned_identity.app.principal_id
}
"""
    (here / "infra" / "more.tf").write_text(more)
    code, _, err = run(capsys, "who-can", "Microsoft.Storage/storageAccounts/read", "stone", "infra")
    assert code == 3
    assert "is in no source" in err
    assert run(capsys, "who-can", BLOB, "stone", "infra", "--allow-incomplete")[0] == 0
    assert run(capsys, "what-can", "app", "infra")[0] == 3


def test_a_scope_at_which_nothing_stands_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in an id is answered with "nobody may" else."""
    code, out, err = run(capsys, "who-can", BLOB, "/subscriptions/x/resourceGroups/typo", "infra")
    assert (code, "0 principals may" in out) == (0, True)
    assert "no source has anything at `/subscriptions/x/resourceGroups/typo`" in err
    assert "no source has" not in run(capsys, "who-can", BLOB, "/subscriptions/{subscription}", "infra")[2]


STAMPS = """
module "stamp" {
  for_each = toset(["swedencentral", "uksouth"])
  source   = "./stamp"
  location = each.key
}
"""
STAMP = """
variable "location" {}
resource "azurerm_kubernetes_cluster" "main" {
  name                = "aks"
  location            = var.location
  resource_group_name = "rg-${var.location}"
  dns_prefix          = "x"
  identity { type = "SystemAssigned" }
  default_node_pool {
    name       = "p"
    vm_size    = "x"
    node_count = 1
  }
}
resource "azurerm_role_assignment" "pull" {
  count                = 3
  scope                = azurerm_kubernetes_cluster.main.id
  role_definition_name = "Reader"
  principal_id         = azurerm_kubernetes_cluster.main.identity[0].principal_id
}
"""


def test_numbers_of_assignments_with_more_stamps(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "infra" / "stamps.tf").write_text(STAMPS)
    (here / "infra" / "stamp").mkdir()
    (here / "infra" / "stamp" / "main.tf").write_text(STAMP)
    code, out, _ = run(capsys, "limits", "infra", "--stamps", "700")
    text = " ".join(out.split())
    assert code == 0
    assert "now 8 role assignments, 0.4% of 2,000, 0.2% of 4,000" in text
    assert "stamps 2, each brings up to 3, 2 are shared; 666 stamps up to 2,000, 1,332 stamps up to 4,000" in text
    assert "with 700 2,102 role assignments, 105.1% of 2,000, too many, 52.5% of 4,000" in text
    document = json.loads(run(capsys, "limits", "infra", "--stamps", "3", "-o", "json")[1])
    [scope] = document["scopes"]
    assert (scope["projected"], scope["perStamp"]) == ({"stamps": 3, "assignments": 11}, 3)
    assert "projected" not in run(capsys, "limits", "infra")[1]


def test_numbers_of_assignments_where_there_are_none(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "infra" / "main.tf").write_text('resource "azurerm_resource_group" "a" {\n  name = "a"\n}\n')
    assert "no source has role assignments" in run(capsys, "limits", "infra")[1]
