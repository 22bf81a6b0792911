"""`everward reach`, as somebody on call uses it."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from everward.cli import main

SOURCE = """
resource "azurerm_resource_group" "main" {
  name     = "rg"
  location = "swedencentral"
}

resource "azurerm_virtual_network" "main" {
  name                = "v"
  resource_group_name = azurerm_resource_group.main.name
  location            = "swedencentral"
  address_space       = ["10.0.0.0/16"]
}

resource "azurerm_subnet" "apps" {
  name                 = "apps"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_subnet" "data" {
  name                 = "data"
  resource_group_name  = azurerm_resource_group.main.name
  virtual_network_name = azurerm_virtual_network.main.name
  address_prefixes     = ["10.0.2.0/24"]
}

resource "azurerm_network_security_group" "apps" {
  name                = "g"
  resource_group_name = azurerm_resource_group.main.name
  location            = "swedencentral"
  security_rule {
    name                       = "ssh"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }
}

resource "azurerm_subnet_network_security_group_association" "apps" {
  subnet_id                 = azurerm_subnet.apps.id
  network_security_group_id = azurerm_network_security_group.apps.id
}

resource "azurerm_public_ip" "main" {
  name                = "p"
  resource_group_name = azurerm_resource_group.main.name
  location            = "swedencentral"
  allocation_method   = "Static"
  sku                 = "Standard"
}

resource "azurerm_network_interface" "main" {
  name                = "n"
  resource_group_name = azurerm_resource_group.main.name
  location            = "swedencentral"
  ip_configuration {
    name                          = "one"
    subnet_id                     = azurerm_subnet.apps.id
    private_ip_address_allocation = "Static"
    private_ip_address            = "10.0.1.4"
    public_ip_address_id          = azurerm_public_ip.main.id
  }
}

resource "azurerm_key_vault" "main" {
  name                          = "kv"
  resource_group_name           = azurerm_resource_group.main.name
  location                      = "swedencentral"
  tenant_id                     = "00000000-0000-0000-0000-000000000000"
  sku_name                      = "standard"
  public_network_access_enabled = var.public
}

variable "public" {}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(SOURCE)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["reach", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_question_needs_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--from", "internet", "--to", "n", "--port", "22", "infra")
    assert code == 1
    assert "OPEN" in out
    assert "rule `ssh`, priority 100 (infra/main.tf:" in out
    assert "tcp 198.51.100.7 -> 10.0.1.4:22; the second evaluator agrees" in out


def test_what_is_closed_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "--from", "internet", "--to", "n", "--port", "443", "infra")
    assert code == 0
    assert out.startswith("CLOSED")
    out = run(capsys, "ask", "--from", "internet", "--to", "n", "--port", "443", "infra", "--explain")[1]
    assert "nothing on the way lets anybody in on tcp/443" in out
    out = run(capsys, "--from", "internet", "--to", "kv", "infra", "--var", "public=false", "--explain")[1]
    assert "properties.publicNetworkAccess is `Disabled`" in out
    assert "nothing leads there" in run(capsys, "--from", "internet", "--to", "g", "infra")[1]


def test_what_is_not_known_ends_with_3(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--from", "internet", "--to", "kv", "--port", "443", "infra")
    assert code == 3
    assert "variable without value (needs var.public)" in out
    code, out, _ = run(capsys, "--from", "internet", "--to", "kv", "infra", "--var", "public=false")
    assert code == 0


def test_closed_ways_are_shown_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--from", "data", "--to", "kv", "--port", "443", "infra", "--var", "public=false"]
    assert "1 closed: --explain shows what closes them" in run(capsys, *arguments)[1]
    assert "public: closed" in run(capsys, *arguments, "--explain")[1]


def test_answers_as_json_and_as_a_drawing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    question = ["--from", "internet", "--to", "n", "--port", "22", "infra"]
    _, out, _ = run(capsys, *question, "-o", "json", "-o", "svg=way.svg")
    [answer] = json.loads(out)["answers"]
    assert (answer["verdict"], answer["service"]) == ("open", "tcp/22")
    assert answer["ways"][0]["confirmed"] is True
    drawing = ElementTree.fromstring((tmp_path / "way.svg").read_text())
    assert drawing.tag.endswith("svg")
    assert "internet to n: open" in "".join(drawing.itertext())


def test_hostile_names_stay_in_a_drawing() -> None:
    from everward.reports.drawing import Box, draw

    made = draw('<script>"&', [[Box("<b>\x1b[31m" * 20, "&", "open"), Box("x")], []])
    assert ElementTree.fromstring(made.decode()) is not None
    assert b"<script>" not in made


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "internet", "--to", "nothing", "infra"), "nothing is called `nothing`"),
        (("--from", "kv", "--to", "n", "infra"), "`kv` stands in no subnet"),
        (("--from", "internet", "--to", "n", "--port", "ssh", "infra"), "`ssh` is no port and no range of ports"),
        (("nonsense",), "No such command `nonsense`"),
    ],
)
def test_wrong_use_ends_with_2(arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert message in err


def test_ways_in_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "exposures", "infra")
    assert code == 0
    assert "OPEN    n (networkInterfaces, one)" in out
    assert "UNKNOWN kv (vaults)" in out
    assert out.rstrip().endswith("2 ways in from the Internet")
    _, out, _ = run(capsys, "exposures", "infra", "--management", "-o", "json")
    assert [item["properties"]["ports"] for item in json.loads(out)["exposures"]] == [["22"]]
    _, out, _ = run(capsys, "exposures", "infra", "--type", "microsoft.keyvault/vaults")
    assert "1 way in" in out


def test_the_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "matrix", "infra")
    assert code == 0
    assert "   1  v / apps" in out
    assert "     1     .   all" in out
    _, out, _ = run(capsys, "matrix", "infra", "-o", "json")
    document = json.loads(out)
    assert len(document["subnets"]) == 2
    assert {cell["route"] for cell in document["cells"]} == {"open"}


ISLAND = """
resource "azurerm_network_security_rule" "shut" {
  name                        = "shut"
  resource_group_name         = azurerm_resource_group.main.name
  network_security_group_name = azurerm_network_security_group.apps.name
  priority                    = 4000
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
}

resource "azurerm_virtual_network" "island" {
  name                = "<w>"
  resource_group_name = azurerm_resource_group.main.name
  location            = "swedencentral"
  address_space       = ["10.9.0.0/16"]
  subnet {
    name             = "far"
    address_prefixes = ["10.9.0.0/24"]
  }
}
"""


def test_the_matrix_says_what_keeps_services_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "infra" / "island.tf").write_text(ISLAND)
    _, out, _ = run(capsys, "matrix", "infra", "--explain")
    assert "some    v / data -> v / apps\n  by    rule `shut`, priority 4000 (infra/island.tf:2)\n" in out
    assert "none    v / data -> <w> / far\n  by    no route leads there (" in out
    assert "v / apps -> v / data\n" not in out
    _, out, _ = run(capsys, "matrix", "infra", "--explain", "-o", "json")
    cells = json.loads(out)["cells"]
    assert len(cells) == 6
    assert {step["what"] for cell in cells for step in cell["decidedBy"]} == {
        "rule `shut`, priority 4000",
        "no route leads there",
    }


def test_the_matrix_is_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "infra" / "island.tf").write_text(ISLAND)
    code, out, _ = run(capsys, "matrix", "infra", "-o", "svg")
    assert code == 0
    drawn = ElementTree.fromstring(out)
    names = {element.text for element in drawn.iter("{http://www.w3.org/2000/svg}title")}
    assert {"v / data to v / apps: tcp/22", "v / apps to v / data: any", "v / data to <w> / far: nothing"} <= names


EDGE = """
resource "azurerm_storage_account" "site" {
  name                     = "everwardsite"
  resource_group_name      = azurerm_resource_group.main.name
  location                 = "swedencentral"
  account_tier             = "Standard"
  account_replication_type = "LRS"
}

resource "azurerm_cdn_frontdoor_profile" "edge" {
  name                = "edge"
  resource_group_name = azurerm_resource_group.main.name
  sku_name            = "Premium_AzureFrontDoor"
}

resource "azurerm_cdn_frontdoor_endpoint" "edge" {
  name                     = "site"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.edge.id
}

resource "azurerm_cdn_frontdoor_origin_group" "site" {
  name                     = "site"
  cdn_frontdoor_profile_id = azurerm_cdn_frontdoor_profile.edge.id
  load_balancing {}
}

resource "azurerm_cdn_frontdoor_origin" "site" {
  name                           = "primary"
  cdn_frontdoor_origin_group_id  = azurerm_cdn_frontdoor_origin_group.site.id
  host_name                      = azurerm_storage_account.site.primary_web_host
  certificate_name_check_enabled = true
}

resource "azurerm_cdn_frontdoor_route" "site" {
  name                          = "all"
  cdn_frontdoor_endpoint_id     = azurerm_cdn_frontdoor_endpoint.edge.id
  cdn_frontdoor_origin_group_id = azurerm_cdn_frontdoor_origin_group.site.id
  cdn_frontdoor_origin_ids      = [azurerm_cdn_frontdoor_origin.site.id]
  patterns_to_match             = ["/*"]
  supported_protocols           = ["Https"]
}

resource "azurerm_static_web_app" "extra" {
  name                = "extra"
  resource_group_name = azurerm_resource_group.main.name
  location            = "westeurope"
}
"""


def test_origins_that_are_reached_around(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    assert run(capsys, "origins", "infra")[:2] == (0, "0 origins of Front Door\n")
    (here / "infra" / "edge.tf").write_text(EDGE)
    code, out, _ = run(capsys, "origins", "infra")
    assert code == 1
    assert out.startswith("OPEN    everwardsite behind edge")
    assert "anybody can connect around Front Door" in out
    assert "nothing asks for the profile's id: requests around it are answered" in out
    _, out, _ = run(capsys, "origins", "infra", "-o", "json")
    [found] = json.loads(out)["origins"]
    assert (found["properties"]["bypass"], found["properties"]["targetName"]) == ("open", "everwardsite")


def test_what_doors_hand_on_to_and_what_nobody_looks_at(capsys: pytest.CaptureFixture[str], here: Path) -> None:
    (here / "infra" / "edge.tf").write_text(EDGE)
    _, out, err = run(capsys, "exposures", "infra", "--type", "Microsoft.Cdn/profiles/afdEndpoints")
    assert "endpoint of Front Door Premium `edge`" in out
    assert "then    everwardsite: tcp/80,443" in out
    assert "note: staticSites `extra`: ways in through it are not looked at: a static web site" in err
    code, out, _ = run(capsys, "--from", "internet", "--to", "everwardsite", "--port", "443", "infra")
    assert code == 1
    assert "front door: open" in out
    assert "requests get there, not connections" in out


def test_sites_of_the_company(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--from", "onprem", "--to", "n", "--port", "22", "infra", "--explain")
    assert code == 0
    assert "no gateway of its network, or of a peer of that, was read" in out
