"""Configurations of Terraform, native and in JSON, with files of values: made of pieces of the language and broken."""

# ruff: noqa: E501 - pieces of configurations read best as they are written

from __future__ import annotations

import atexit
import json
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
from tests.fuzz.running import SEEDS, Target

from everward.sources.interface import ReadOptions
from everward.sources.limits import Limits
from everward.sources.terraform.language.functions import FUNCTIONS
from everward.sources.terraform.source import TerraformSource
from everward.sources.tree import Tree

PIECES: Final = SEEDS / "hcl"
EXAMPLES: Final = Path(__file__).parents[2] / "examples" / "faulty" / "terraform"
MARK: Final = b"# file: "
"""The first line may say which file of the folder the rest is; else it is `main.tf`."""
LIMITS: Final = Limits(steps=20_000, elements=20_000, instances=2_000, expansion=500, text=1_000_000, modules=12)
AROUND: Final = {
    "base.tf": 'variable "x" {\n  default = 1\n}\nvariable "y" {\n  type    = list(number)\n  default = []\n}\nlocals {\n  base = 1\n}\n'
    'resource "azurerm_resource_group" "base" {\n  name     = "base"\n  location = "westeurope"\n}\n',
    "m/main.tf": 'variable "x" {\n  default = 1\n}\noutput "o" {\n  value = var.x\n}\nresource "azurerm_resource_group" "m" {\n  name     = "m"\n  location = "l"\n}\n',
    "m/loop/main.tf": 'module "again" {\n  source = "../../m/loop"\n}\nmodule "up" {\n  source = "../"\n}\n',
    "t.tpl": "Hello ${x}\n%{ for i in x ~}\n- ${i}\n%{ endfor ~}\n",
    "deep.json": "[" * 20_000 + "]" * 20_000,
}  # fmt: skip
MARKS: Final = (
    '"', "${", "%{", "}", "{", "[", "]", "(", ")", ",", "=", "=>", "...", "?", ":", "[*]", ".*", "<<EOT\n", "EOT\n", "~}",
    "\n", "\r\n", "\\", "\\u", "#", "//", "/*", "*/", "\0", "\ufeff", "\u2028", "$${", "!", "-", "&&", "||", ".", "0x1",
)  # fmt: skip
NAMES: Final = (
    "var.x", "var.y", "local.base", "local.a", "local.b", "azurerm_resource_group.base", "azurerm_resource_group.base.id",
    "module.m.o", "module.m", "data.azurerm_client_config.c.tenant_id", "each.key", "each.value", "count.index", "self.id",
    "path.module", "terraform.workspace", "ephemeral.a_b.c", "x", "i", "azurerm_key_vault.made[0].name", "null",
)  # fmt: skip
LEAVES: Final = (
    "0", "1", "-1", "1e9", "1e400", "0.1", "99999999999999999999", "true", "false", "null", '""', '"x"', '"a,b,c"', '"10.0.0.0/8"',
    '"2020-01-01T00:00:00Z"', '"(a+)+$"', '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"', '"%s %d %5.2f"', '"%999999999d"', '"t.tpl"', '"deep.json"',
    "[]", "{}", "[1, 2, 3]", '{ a = 1, b = "2" }', '"ß\\u00e9"', '"$${x}"', "<<-EOT\n    a ${x}\n  EOT\n", '"{\\"a\\": [1]}"',
)  # fmt: skip
OPERATORS: Final = ("+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||")
SHAPES: Final = (
    '"x${~}y"', '"%{if ~}~%{else}b%{endif}"', '"%{for i in ~}${i}%{endfor}"', "{ a = ~, (~) = ~ }", "[~, ~]", "~ @ ~", "(~ ? ~ : ~)",
    "~.a", "~[0]", "~[~]", "~[*].a", "~.*.b", "!~", "-~", "[for i in ~ : ~]", "[for k, i in ~ : ~ if ~]", "{ for i in ~ : ~ => ~ }",
    "{ for k, i in ~ : k => ~... }", "CALL()", "CALL(~)", "CALL(~)", "CALL(~, ~)", "CALL(~, ~)", "CALL(~, ~, ~)", "CALL(~...)",
    "try(~, ~)", "can(~)", "templatefile(\"t.tpl\", { x = ~ })", "provider::azurerm::parse_resource_id(~)", "toset(~)", "range(~)",
    "[for i in range(1000) : ~]", "join(\"\", [for i in range(900) : ~])",
)  # fmt: skip
"""`~` is an expression, `@` an operator."""
TYPES: Final = (
    "string",
    "number",
    "bool",
    "any",
    "list(any)",
    "map(string)",
    "set(number)",
    "object({a = optional(number, 1)})",
    "tuple([string])",
    "list",
)
BLOCKS: Final = (
    'resource "azurerm_resource_group" "made" {\n  META\n  name = ~\n  location = ~\n  tags = ~\n}',
    'resource "azurerm_key_vault" "made" {\n  META\n  name = ~\n  tenant_id = ~\n  network_acls {\n    bypass = ~\n    ip_rules = ~\n  }\n}',
    'resource "azurerm_network_security_group" "made" {\n  META\n  dynamic "security_rule" {\n    for_each = ~\n    content {\n      name = security_rule.value\n      priority = ~\n    }\n  }\n}',
    'resource "azapi_resource" "made" {\n  META\n  type = ~\n  parent_id = ~\n  body = ~\n}',
    'data "azurerm_resource_group" "d" {\n  META\n  name = ~\n}',
    'data "azurerm_client_config" "c" {}',
    'data "terraform_remote_state" "r" {\n  backend = "local"\n  config = { path = ~ }\n}',
    'data "template_file" "t" {\n  template = ~\n  vars = ~\n}',
    'ephemeral "a_b" "c" {\n  v = ~\n}',
    'module "m" {\n  META\n  source = "./m"\n  x = ~\n}',
    'module "loop" {\n  META\n  source = "./m/loop"\n}',
    'module "self" {\n  source = ~\n}',
    "locals {\n  a = ~\n  b = ~\n}",
    'output "o" {\n  value = ~\n  precondition {\n    condition = ~\n    error_message = ~\n  }\n}',
    'variable "made" {\n  type = TYPE\n  default = ~\n  validation {\n    condition = ~\n    error_message = ~\n  }\n}',
    'provider "azurerm" {\n  alias = "hub"\n  subscription_id = ~\n}',
    'import {\n  for_each = ~\n  to = azurerm_key_vault.made[each.key]\n  id = ~\n}',
    "moved {\n  from = ~\n  to = ~\n}",
    'removed {\n  from = azurerm_key_vault.made\n  lifecycle {\n    destroy = false\n  }\n}',
    'check "k" {\n  assert {\n    condition = ~\n    error_message = ~\n  }\n}',
)  # fmt: skip
"""`~` is an expression, `META` what makes instances, `TYPE` a type."""
META: Final = (
    "",
    "",
    "count = ~",
    "for_each = ~",
    "provider = azurerm.hub",
    "lifecycle {\n    enabled = ~\n  }",
    "for_each = toset(~)",
)


class Maker:
    """Makes inputs: the same ones for the same source of chance."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._functions = (*sorted(FUNCTIONS), "nope", "core::length", "provider::azapi::build_resource_id")
        self._seeds = _seeds()

    def case(self) -> bytes:
        """One file."""
        kind = self._rng.randrange(8)
        if kind == 0:
            return self._scrambled()
        if kind == 1:
            return self._cut().encode("utf-8", "surrogatepass")
        if kind == 2:
            return MARK + b"main.tf.json\n" + json.dumps(self._document(0)).encode()
        if kind == 3:
            lines = "".join(f"{name} = {self._expression(1)}\n" for name in "xyz")
            return MARK + f"terraform.tfvars\n{lines}".encode()
        blocks = [self._block() for _ in range(self._rng.randint(1, 6))]
        return "\n".join(blocks).encode("utf-8", "surrogatepass") + b"\n"

    def _scrambled(self) -> bytes:
        out = bytearray(self._rng.choice(self._seeds))
        for _ in range(self._rng.randint(1, 8)):
            at = self._rng.randrange(len(out) + 1)
            out[at : at + self._rng.randrange(6)] = bytes([self._rng.randrange(256)]) * self._rng.choice((0, 1, 1, 3))
        return bytes(out)

    def _cut(self) -> str:
        out = self._rng.choice(self._seeds).decode()
        for _ in range(self._rng.randint(1, 6)):
            at = self._rng.randrange(len(out) + 1)
            kind = self._rng.randrange(4)
            if kind == 0:
                out = out[:at] + out[at + self._rng.randint(1, 30) :]
            elif kind == 1:
                out = out[:at] + out[at : at + self._rng.randint(1, 40)] * self._rng.choice((2, 40, 600)) + out[at:]
            elif kind == 2:
                out = out[:at] + self._rng.choice(MARKS) * self._rng.choice((1, 1, 3, 3000)) + out[at:]
            else:
                out = out[:at] + self._expression(2) + out[at:]
        return out[:100_000]

    def _block(self) -> str:
        text = self._rng.choice(BLOCKS).replace("META", self._rng.choice(META)).replace("TYPE", self._rng.choice(TYPES))
        return self._filled(text, 0)

    def _filled(self, text: str, depth: int) -> str:
        for _ in range(text.count("~")):
            text = text.replace("~", self._expression(depth), 1)
        return text

    def _expression(self, depth: int) -> str:
        rng = self._rng
        if depth >= 4 or rng.random() < 0.25:
            return rng.choice(NAMES) if rng.random() < 0.4 else rng.choice(LEAVES)
        text = self._filled(rng.choice(SHAPES).replace("@", rng.choice(OPERATORS)), depth + 1)
        return text.replace("CALL", rng.choice(self._functions))

    def _document(self, depth: int) -> Any:
        """A file in JSON, or a part of one."""
        rng = self._rng
        if depth == 0:
            kinds = (
                "resource",
                "data",
                "locals",
                "variable",
                "output",
                "module",
                "provider",
                "moved",
                "import",
                "check",
                "//",
                "x",
            )
            return {rng.choice(kinds): self._document(1) for _ in range(rng.randint(1, 4))}
        kind = rng.randrange(8) if depth < 6 else rng.randrange(4)
        if kind == 0:
            return rng.choice((None, True, 0, 1.5, 10**30, "", "./m", "x", []))
        if kind <= 2:
            return "${" + self._expression(2) + "}"
        if kind == 3:
            return self._expression(2)
        if kind == 4:
            return [self._document(depth + 1) for _ in range(rng.randrange(4))]
        names = (
            "azurerm_key_vault",
            "a",
            "dynamic",
            "content",
            "for_each",
            "count",
            "network_acls",
            "source",
            "value",
            "//",
            "to",
            "id",
            "x",
            "m",
        )
        return {rng.choice(names): self._document(depth + 1) for _ in range(rng.randrange(5))}


def _seeds() -> list[bytes]:
    return [path.read_bytes() for folder in (PIECES, EXAMPLES) for path in sorted(folder.glob("*.tf"))]


class ConfigurationTarget(Target):
    """A root is read with a file in it; whatever that holds, there is a reading, and what is wrong is said in words."""

    name = "hcl"
    suffix = ".tf"
    limit = 4.0

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp())
        # A target lives as long as its process: nothing tells when it is no longer fed.
        atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
        for name, text in AROUND.items():
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / name).write_text(text, encoding="utf-8")

    def maker(self, rng: random.Random) -> Callable[[], bytes]:
        return Maker(rng).case

    def seeds(self) -> list[bytes]:
        return _seeds()

    def use(self, content: bytes) -> None:
        name = "main.tf"
        if content.startswith(MARK):
            line, _, content = content.partition(b"\n")
            name = line.removeprefix(MARK).decode(errors="replace").strip()
            name = name if name in _FILES else "main.tf"
        path = self._folder / name
        path.write_bytes(content)
        try:
            self._read()
        finally:
            path.unlink()

    def _read(self) -> None:
        source, tree = TerraformSource(), Tree(self._folder)
        for item in source.find(tree):
            reading = source.read(item, tree, ReadOptions(limits=LIMITS))
            msgspec.json.encode([reading.resources, reading.dispositions, reading.unresolved, reading.inputs])
            for told in reading.unresolved:
                assert told.reason
                assert "Traceback" not in told.reason
            addresses = [disposed.address for disposed in reading.dispositions]
            assert len(addresses) == len(set(addresses))


_FILES: Final = frozenset({"main.tf", "main.tf.json", "terraform.tfvars", "terraform.tfvars.json", "x_override.tf"})

TARGET = ConfigurationTarget
