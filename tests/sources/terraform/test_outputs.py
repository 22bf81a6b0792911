from pathlib import Path

from everward.sources import ReadOptions, read_workload
from everward.values import Unknown

ROOT = """
variable "prefix" {}
resource "azurerm_resource_group" "a" {
  name     = "${var.prefix}-rg"
  location = "westeurope"
}
output "group" {
  value = azurerm_resource_group.a.name
}
output "regions" {
  value = [for name in ["b", "a"] : { location = name }]
}
output "password" {
  value     = "hunter2"
  sensitive = true
}
"""


def test_a_root_hands_on_what_it_puts_out(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(ROOT)
    (reading,) = read_workload([tmp_path], ReadOptions())
    group = reading.outputs["group"]
    assert isinstance(group, Unknown)
    assert group.text == "{var.prefix}-rg"
    assert reading.outputs["regions"] == [{"location": "b"}, {"location": "a"}]


def test_what_is_sensitive_is_handed_on_as_a_hole(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(ROOT)
    (reading,) = read_workload([tmp_path], ReadOptions())
    assert isinstance(reading.outputs["password"], Unknown)
    assert "hunter2" not in str(reading.outputs)
