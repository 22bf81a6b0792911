from pathlib import Path

import pytest
from tests.sources.terraform.workspace import session_of

from everward.sources.terraform.modules import creates_resources
from everward.values import Unknown


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("hashicorp/subnets/cidr", False),
        ("registry.terraform.io/Hashicorp/Subnets/CIDR", False),
        ("Azure/naming/azurerm", False),
        ("Azure/avm-res-keyvault-vault/azurerm", True),
        ("git::https://example.org/modules/cidr.git", True),
        ("", True),
    ],
)
def test_only_modules_that_were_read_are_known_to_create_nothing(source: str, expected: bool) -> None:
    assert creates_resources(source) is expected


@pytest.mark.parametrize(("source", "incomplete"), [("hashicorp/subnets/cidr", False), ("Azure/vnet/azurerm", True)])
def test_a_module_that_creates_nothing_leaves_values_open_and_nothing_out(
    tmp_path: Path, source: str, incomplete: bool
) -> None:
    text = f'module "m" {{\n  source = "{source}"\n}}\nresource "a_b" "c" {{\n  range = module.m.range\n}}\n'
    session = session_of(tmp_path, text)
    (item,) = session.unresolved
    assert item.subject == "module `m`"
    assert item.incomplete is incomplete
    assert isinstance(session.instances[0].attributes["range"], Unknown)
