"""Data sources that need nobody to be asked."""

# ruff: noqa: E501 - configurations read best as they are written

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.sources.terraform.workspace import instances_of, session_of

from everward.sources.terraform.language.values import Sensitive
from everward.values import Unknown


def attributes(tmp_path: Path, files: dict[str, str | bytes]) -> tuple[dict[str, Any], list[str]]:
    session = session_of(tmp_path, files)
    return instances_of(session)["a_b.c"].attributes, [item.reason for item in session.unresolved]


def test_what_only_works_something_out_is_worked_out(tmp_path: Path) -> None:
    seen, told = attributes(
        tmp_path,
        {
            "main.tf": 'variable "open" {}\n'
            'data "template_file" "t" {\n  template = "${file("t.tpl")}-$${name}"\n  vars = { name = "n" }\n}\n'
            'data "template_file" "plain" {\n  template = "plain"\n}\n'
            'data "template_file" "open" {\n  template = var.open\n}\n'
            'data "null_data_source" "n" {\n  inputs = { a = 1 }\n}\n'
            'data "local_file" "f" {\n  filename = "${path.module}/t.tpl"\n}\n'
            'data "local_file" "gone" {\n  filename = "nope"\n}\n'
            'data "local_file" "outside" {\n  filename = "~/x"\n}\n'
            'data "local_sensitive_file" "binary" {\n  filename = "binary"\n}\n'
            'resource "a_b" "c" {\n  v = [data.template_file.t.rendered, data.template_file.plain.rendered, data.null_data_source.n.outputs, data.local_file.f.content]\n'
            "  open = data.template_file.open.rendered\n  gone = data.local_file.gone.content\n  id = data.local_file.f.id\n"
            "  outside = data.local_file.outside.content\n  binary = data.local_sensitive_file.binary.content\n}\n",
            "t.tpl": "T",
            "binary": b"\xff",
        },
    )
    assert seen["v"] == ["T-n", "plain", {"a": 1}, "T"]
    assert seen["open"].decided_by == ("var.open",)
    assert isinstance(seen["id"], Unknown)
    assert seen["gone"].reason == "there is no file `nope`"
    assert seen["outside"].reason == "a file outside the workload"
    assert "decode" in seen["binary"].reason
    assert len(told) == 2


def test_outputs_of_a_root_that_is_not_here_are_open(tmp_path: Path) -> None:
    seen, told = attributes(
        tmp_path,
        {
            "main.tf": 'data "terraform_remote_state" "r" {\n  backend = "azurerm"\n  config = { key = "k" }\n}\n'
            'resource "a_b" "c" {\n  v = data.terraform_remote_state.r.outputs.x\n  w = data.terraform_remote_state.r.outputs["y"]\n  i = data.terraform_remote_state.r.id\n}\n'
        },
    )
    assert told == []
    assert seen["v"].text == "{data.terraform_remote_state.r.outputs.x}"
    assert seen["v"].decided_by == ("data.terraform_remote_state.r.outputs",)
    assert isinstance(seen["w"], Unknown)
    assert isinstance(seen["i"], Unknown)
    assert not isinstance(seen["v"], Sensitive)
