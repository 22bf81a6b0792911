"""Inputs that nobody would write: mutated seeds, and definitions and expressions made of the language's words."""

from __future__ import annotations

import json
import random
import string
from typing import Any, Final

from tests.fuzz.running import SEEDS

from everward.expressions import POLICY
from everward.policy.operators import OPERATORS
from everward.policy.parser import EFFECTS

ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 10**40, 1e308, -0.0, 0.1, "", " ", "*", "**?*", "#?.", "[", "]", "[]"),
    *("[[x]", "[x", "[*]", "a[*]", "[field(]", "tags", "tags[", "tags['']", "tags['a'b']", "tags.", "ß", "İ", "\x00"),
    *("\ud83d\ude00", "1e400", "9" * 400, "a" * 5000, "*a" * 400, "/" * 50, "2020-01-01T00:00:00Z", "P1D", "{0}"),
    *("Microsoft.Storage/storageAccounts", "default", "true", "::/0", "10.0.0.0/33", [], {}, [[]], [None], {"": None}),
)
FIELDS: Final = (
    *("type", "name", "fullName", "id", "kind", "location", "tags", "tags.env", "tags['a.b']", "identity.type"),
    "Microsoft.Storage/storageAccounts/networkAcls.ipRules[*].value",
    "Microsoft.Storage/storageAccounts/networkAcls.ipRules[*]",
    "Microsoft.Storage/storageAccounts/supportsHttpsTrafficOnly",
    "Microsoft.Network/virtualNetworks/subnets[*].serviceEndpoints[*].service",
    "Microsoft.Network/virtualNetworks/subnets[*]",
    "Microsoft.Nobody/things/here",
)
MARKS: Final = "()[]{}',.?*\\\"-0123456789eE \t\n" + string.ascii_letters
NAMES: Final = tuple(
    sorted({*POLICY.functions, "field", "current", "parameters", "resourceGroup", "subscription", "policy"})
)


def seeds() -> list[Any]:
    """The definitions that mutations start from."""
    files = sorted((SEEDS / "definitions").glob("*.json"))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def seed_expressions() -> list[str]:
    """The expressions that mutations start from."""
    return (SEEDS / "expressions.txt").read_text(encoding="utf-8").splitlines()


class Maker:
    """Makes inputs: the same ones for the same source of chance."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._definitions = seeds()
        self._expressions = seed_expressions()

    def case(self) -> bytes:
        """The bytes of one definition, valid or not."""
        kind = self.rng.randrange(8)
        if kind == 0:
            return self.scramble(json.dumps(self.rng.choice(self._definitions)).encode())
        if kind <= 2:
            return _bytes(self.mutate(self.rng.choice(self._definitions)))
        if kind == 3:
            return _bytes(self.holding(self.text(self.rng.choice(self._expressions))))
        if kind <= 5:
            return _bytes(self.holding(f"[{self.expression(0)}]"))
        return _bytes(self.definition())

    def scramble(self, content: bytes) -> bytes:
        """Bytes with some cut, doubled, or changed."""
        out = bytearray(content)
        for _ in range(self.rng.randint(1, 6)):
            at = self.rng.randrange(len(out) + 1)
            kind = self.rng.randrange(4)
            if kind == 0:
                del out[at : at + self.rng.randint(1, 40)]
            elif kind == 1:
                out[at:at] = out[at : at + self.rng.randint(1, 60)] * self.rng.choice((1, 2, 30))
            elif kind == 2:
                out[at : at + 1] = bytes([self.rng.randrange(256)])
            else:
                out[at:at] = self.rng.choice((b"[" * 3000, b'{"not":' * 2000, b"\xef\xbb\xbf", b"null", b"'", b"[*]"))
        return bytes(out)

    def text(self, text: str) -> str:
        """A text with some characters changed."""
        out = list(text)
        for _ in range(self.rng.randint(0, 4)):
            at = self.rng.randrange(len(out) + 1)
            kind = self.rng.randrange(4)
            if kind == 0:
                del out[at : at + self.rng.randint(1, 5)]
            elif kind == 1:
                out[at:at] = out[at : at + self.rng.randint(1, 20)] * self.rng.choice((1, 2, 50))
            elif kind == 2:
                out[at:at] = self.rng.choice(MARKS)
            else:
                out[at:at] = self.expression(2)
        return "".join(out)

    def mutate(self, value: Any) -> Any:
        """A document in which about one value in twenty is another one."""
        if self.rng.random() < 0.04:
            return self.anything()
        if isinstance(value, dict):
            pairs = [(self.key(key), self.mutate(item)) for key, item in value.items() if self.rng.random() > 0.02]
            return dict(pairs)
        if isinstance(value, list):
            items = [self.mutate(item) for item in value if self.rng.random() > 0.02]
            return items * self.rng.choice((1, 1, 1, 1, 1, 1, 2, 20)) if self.rng.random() < 0.1 else items
        if isinstance(value, str) and self.rng.random() < 0.1:
            return self.text(value)
        return value

    def key(self, key: str) -> str:
        """A key, perhaps another one or spelt otherwise."""
        if self.rng.random() > 0.04:
            return key
        return self.rng.choice((key.upper(), key + " ", "where", "name", self.rng.choice(sorted(OPERATORS)), "count"))

    def anything(self) -> Any:
        """Some value, a few of them deep."""
        kind = self.rng.randrange(5)
        if kind == 0:
            return self.rng.choice(ODD)
        if kind == 1:
            return f"[{self.expression(0)}]"
        if kind == 2:
            return self.condition(0)
        if kind == 3:
            return self.rng.choice(FIELDS)
        deep: Any = self.rng.choice(ODD)
        for _ in range(self.rng.choice((2, 90, 110, 700))):
            deep = [deep] if self.rng.random() < 0.5 else {self.rng.choice(("not", "a", "allOf")): deep}
        return deep

    def expression(self, depth: int) -> str:
        """An expression without its brackets."""
        kind = self.rng.randrange(9) if depth < 4 else self.rng.randrange(3)
        if kind == 0:
            return str(
                self.rng.choice((0, 1, -1, 3, 10, 300, "1.5", 99999999999, -2147483649, "true", "null", "false"))
            )
        if kind == 1:
            odd = self.rng.choice([item for item in ODD if isinstance(item, str)])
            return "'" + str(odd).replace("'", "''") + "'"
        if kind == 2:
            return "field('" + self.rng.choice(FIELDS).replace("'", "''") + "')"
        if kind == 3:
            call = self.rng.choice(("current()", "parameters('p')", "parameters('list')", "current('n')", "utcNow()"))
            return call + self.rng.choice(("", "", "", ".name", "[0]", ".?a"))
        if kind == 4:
            return f"{self.expression(depth + 1)}[{self.expression(depth + 1)}]"
        arguments = (self.expression(depth + 1) for _ in range(self.rng.choice((0, 1, 1, 2, 2, 2, 3, 4))))
        return f"{self.rng.choice(NAMES)}({', '.join(arguments)})"

    def condition(self, depth: int) -> dict[str, Any]:
        """A condition, mostly well formed."""
        kind = self.rng.randrange(10) if depth < 4 else 9
        if kind == 0:
            return {"not": self.condition(depth + 1)}
        if kind <= 2:
            parts = [self.condition(depth + 1) for _ in range(self.rng.randrange(4))]
            return {self.rng.choice(("allOf", "anyOf")): parts}
        out: dict[str, Any] = {}
        if kind <= 4:
            count: dict[str, Any] = {"where": self.condition(depth + 1)} if self.rng.random() < 0.7 else {}
            if self.rng.random() < 0.6:
                count["field"] = self.rng.choice([name for name in FIELDS if "[*]" in name])
            else:
                count |= {"value": self.operand(), "name": self.rng.choice(("n", "m", "a[*]"))}
            out["count"] = count
        elif kind <= 6:
            out["value"] = self.operand()
        else:
            out["field"] = self.rng.choice(FIELDS) if self.rng.random() < 0.9 else self.operand()
        out[self.rng.choice(sorted(OPERATORS))] = self.operand()
        return out

    def operand(self) -> Any:
        """What stands on a side of a comparison."""
        kind = self.rng.randrange(5)
        if kind <= 1:
            return f"[{self.expression(0)}]"
        if kind == 2:
            return [self.operand() for _ in range(self.rng.randrange(4))]
        return self.rng.choice(ODD)

    def holding(self, expression: str) -> Any:
        """A definition with an expression in it, inside a count so that `current` means something."""
        inner = {"value": expression, self.rng.choice(sorted(OPERATORS)): self.operand()}
        where = {"count": {"value": [1, "a", {"a": 1}], "name": "n", "where": inner}, "greater": 0}
        return _whole({"field": "name", "equals": expression} if self.rng.random() < 0.3 else where, "audit")

    def definition(self) -> Any:
        """A definition with random conditions, effect and details."""
        effect = self.rng.choice(EFFECTS)
        made = _whole(self.condition(0), effect)
        if effect.lower().endswith("ifnotexists"):
            made["policyRule"]["then"]["details"] = {
                "type": self.rng.choice(("Microsoft.Insights/diagnosticSettings", self.operand())),
                **({"name": self.operand()} if self.rng.random() < 0.3 else {}),
                "existenceCondition": self.condition(1),
            }
        elif self.rng.random() < 0.5:
            made["policyRule"]["then"]["details"] = self.rng.choice(
                (
                    [{"field": self.rng.choice(FIELDS), "value": self.operand()}],
                    {"operations": [{"operation": "add", "field": "tags.x", "value": self.operand()}]},
                    self.anything(),
                )
            )
        return made


def _whole(condition: Any, effect: str) -> dict[str, Any]:
    return {
        "mode": "All",
        "parameters": {
            "p": {"type": "string", "defaultValue": "x"},
            "list": {"type": "array", "defaultValue": ["a", 1]},
        },
        "policyRule": {"if": condition, "then": {"effect": effect}},
    }


def _bytes(value: Any) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=True).encode()
    except RecursionError:
        return b"[" * 2000
