"""Definitions and resources made by chance, with holes in the resources, and values that holes may turn out to hold."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any, Final

from everward.estate import Resource
from everward.policy.operators import OPERATORS
from everward.values import Origin, Unknown

THING: Final = "Case.Test/things"
PART: Final = "Case.Test/things/parts"
OTHER: Final = "Case.Test/others"
GROUP: Final = "/subscriptions/s1/resourceGroups/app-rg"
ELSEWHERE: Final = "/subscriptions/s1/resourceGroups/other-rg"
IDS: Final = (f"{GROUP}/providers/{THING}/one", f"{GROUP}/providers/{OTHER}/" + "{var.name}")
SCALARS: Final = (
    *(
        None,
        True,
        False,
        0,
        1,
        2,
        10,
        2.5,
        "",
        "a",
        "A",
        "B",
        "ab",
        "aXb",
        "12",
        "true",
        "False",
        " 1 ",
        "2.5",
        "ß",
        "SS",
    ),
    *("East US", "eastus", "a1", "2024-01-01", IDS[0]),
)
PATTERNS: Final = ("a*", "*", "*b", "A*B", "?", "#", "a#", "a?b", ".", "##", "a*b*", "*a*")
ARRAYS: Final = (
    "properties.list[*]",
    "properties.list[*].inner[*]",
    "properties.list[*].parts[*]",
    "properties.names[*]",
)
FIELDS: Final = (
    *("type", "name", "fullName", "id", "kind", "location", "tags", "tags.env", "tags['Owner']", "identity.type"),
    *("properties.a", "properties.b.c", "Properties.B", "properties.list", "properties.names"),
    *("properties.list[*].x", "properties.list[*].y", "properties.LIST[*].inner[*]", "properties.list[*].parts[*].z"),
    *ARRAYS,
)
OPERATOR_NAMES: Final = tuple(sorted(OPERATORS))
NUMERIC: Final = ("equals", "notEquals", "less", "lessOrEquals", "greater", "greaterOrEquals", "in", "exists")
PARAMETERS: Final[dict[str, Any]] = {
    "text": {"type": "string"},
    "list": {"type": "array"},
    "open": {"type": "string"},
    "effect": {"type": "string"},
}
FULL: Final[tuple[Any, ...]] = (
    *(SCALARS + SCALARS),
    *([], ["a"], ["A", 1], [None], [{}], [{"x": "a", "inner": ["a", 1]}, {"y": True}], {}, {"a": 1}, {"x": ["a"]}),
    *(
        {"env": "a"},
        {"c": "a", "inner": []},
        {"type": "SystemAssigned"},
        {"a": "a", "list": [{"x": 1}], "names": ["a"]},
    ),
)


@dataclass(frozen=True)
class Case:
    """A definition, and what it is evaluated on."""

    document: dict[str, Any]
    given: dict[str, Any]
    subject: Resource
    others: tuple[Resource, ...]


class Maker:
    """Makes cases: the same ones for the same source of chance."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def chance(self, share: float) -> bool:
        """True in this share of all cases."""
        return self.rng.random() < share

    def case(self) -> Case:
        """A definition with resources, four in ten of them without any hole."""
        self.holes = self.chance(0.6)
        effect = self.rng.choice(("audit", "deny", "auditIfNotExists", "auditIfNotExists", "disabled"))
        then: dict[str, Any] = {"effect": "[parameters('effect')]" if self.chance(0.2) else effect}
        # Below a count of the judged resource's elements, fields of a related resource would not be its own.
        if effect == "auditIfNotExists":
            then["effect"] = effect
            then["details"] = self.details()
        document = {
            "mode": "All",
            "parameters": PARAMETERS,
            "policyRule": {"if": self.condition((), 0), "then": then},
        }
        given: dict[str, Any] = {"text": "B", "list": ["a", "B", 1, "12"], "effect": "audit", "open": "a"}
        if self.holes and self.chance(0.3):
            del given["open"]
        others = [self.resource(*self.rng.choice(_PLACES)) for _ in range(self.rng.randrange(4))]
        unique = {other.id.lower(): other for other in others}
        name = "one-{var.name}" if self.holes and self.chance(0.15) else "one"
        return Case(document, given, self.resource(THING, GROUP, name), tuple(unique.values()))

    def details(self) -> dict[str, Any]:
        """What to look for: children, or resources of the group or of the subscription."""
        out: dict[str, Any] = {"type": self.rng.choice((PART, PART, OTHER))}
        if self.chance(0.3):
            out["name"] = self.rng.choice(("p", "P", "q", "[parameters('text')]"))
        if out["type"] == OTHER and self.chance(0.5):
            out["existenceScope"] = self.rng.choice(("subscription", "resourceGroup"))
        if self.chance(0.8):
            out["existenceCondition"] = self.condition((), 1)
        return out

    def condition(self, around: tuple[str, ...], depth: int) -> dict[str, Any]:
        """A condition inside the counts that are called `around`."""
        kind = self.rng.randrange(9) if depth < 4 else 8
        if kind == 0:
            return {"not": self.condition(around, depth + 1)}
        if kind <= 2:
            parts = [self.condition(around, depth + 1) for _ in range(self.rng.randrange(4))]
            return {"allOf" if kind == 1 else "anyOf": parts}
        if kind == 3 and depth < 3:
            field = {"field": self.rng.choice(("type", "kind", "name"))}
            return field | {
                self.rng.choice(("equals", "notEquals", "in")): self.rng.choice((THING, "one", "a", [THING]))
            }
        if kind <= 5 and depth < 4:
            return self.count(around, depth)
        subject = {"value": self.operand(around)} if self.chance(0.3) else {"field": self.rng.choice(FIELDS)}
        if "field" in subject and self.chance(0.08):
            subject["field"] = self.rng.choice(("[concat('tags[', 'env', ']')]", "[concat('properties.', 'a')]"))
        return subject | {self.rng.choice(OPERATOR_NAMES): self.operand(around)}

    def count(self, around: tuple[str, ...], depth: int) -> dict[str, Any]:
        """A count over elements or over a value."""
        if self.chance(0.7):
            label = self.rng.choice(ARRAYS)
            count: dict[str, Any] = {"field": label}
        else:
            label = f"n{depth}"
            value = self.operand(around)
            count = {
                "value": self.rng.choice((value, "[field('properties.names[*]')]", ["a", 1, None, "B"])),
                "name": label,
            }
        if self.chance(0.75):
            count["where"] = self.condition((*around, label), depth + 1)
        expected = self.rng.randrange(4) if self.chance(0.8) else self.operand(around)
        operator = self.rng.choice(NUMERIC if self.chance(0.9) else OPERATOR_NAMES)
        return {"count": count, operator: expected}

    def operand(self, around: tuple[str, ...]) -> Any:
        """A side of a comparison."""
        kind = self.rng.randrange(10)
        if kind < 4:
            return self.rng.choice(SCALARS)
        if kind == 4:
            return self.rng.choice(PATTERNS)
        if kind == 5:
            return [self.rng.choice(SCALARS) for _ in range(self.rng.randrange(4))]
        if kind == 6:
            return self.rng.choice(({"a": 1}, {}, ["[parameters('text')]", 1], {"x": ["a"]}, [["a"]]))
        return f"[{self.expression(around, 0)}]"

    def expression(self, around: tuple[str, ...], depth: int) -> str:
        """An expression without its brackets."""
        kind = self.rng.randrange(12) if depth < 3 else self.rng.randrange(5)

        def inner() -> str:
            return self.expression(around, depth + 1)

        if kind < 3:
            return "field('" + self.rng.choice(FIELDS).replace("'", "''") + "')"
        if kind == 3:
            return self.rng.choice(("'a'", "'B'", "1", "2", "null", "true", "'12'"))
        if kind == 4:
            return f"parameters('{self.rng.choice(('text', 'list', 'open', 'TEXT'))}')"
        if kind <= 6 and around:
            name = self.rng.choice(around)
            tail = self.rng.choice(("", ".x", ".inner[*]")) if name.endswith("[*]") else ""
            return self.rng.choice(("current()", f"current('{name}{tail}')"))
        if kind == 7:
            return f"if(equals({inner()}, {inner()}), {inner()}, {inner()})"
        if kind == 8:
            return f"{self.rng.choice(('concat', 'createArray', 'coalesce', 'equals', 'add'))}({inner()}, {inner()})"
        if kind == 9:
            return f"createArray({inner()}, {inner()})[{self.rng.randrange(3)}]"
        return f"{self.rng.choice(('length', 'empty', 'first', 'last', 'toLower', 'not', 'length'))}({inner()})"

    def resource(self, of: str, scope: str, name: str) -> Resource:
        """A resource of a type, with properties or without, perhaps opaque, perhaps not certain to exist."""
        namespace, *types = of.split("/")
        names = name.split("/")
        tail = "/".join(f"{kind}/{part}" for kind, part in zip(types, names, strict=True))
        body: dict[str, Any] = {}
        if self.chance(0.9):
            body["properties"] = self.hole() if self.holes and self.chance(0.05) else self.properties()
        for key, values in _ROOT.items():
            if self.chance(0.6):
                body[key] = self.leaf(values)
        if self.chance(0.6):
            body["tags"] = {key: self.leaf(SCALARS) for key in ("env", "OWNER") if self.chance(0.6)}
        uncertain = of != THING and self.holes and self.chance(0.2)
        return Resource(
            id=f"{scope}/providers/{namespace}/{tail}",
            type=of,
            name=names[-1],
            body=body,
            origin=Origin(source="terraform"),
            opaque=self.holes and self.chance(0.08),
            condition=self.hole() if uncertain else True,
        )

    def properties(self) -> dict[str, Any]:
        """Properties, each perhaps of another kind than the policy expects."""
        made: dict[str, Any] = {}
        if self.chance(0.8):
            made["a"] = self.value()
        if self.chance(0.7):
            made["b"] = {"c": self.value()} if self.chance(0.8) else self.value()
        if self.chance(0.9):
            made["list"] = self.many(self.element) if self.chance(0.9) else self.value()
        if self.chance(0.8):
            made["Names"] = self.many(lambda: self.leaf(SCALARS)) if self.chance(0.9) else self.value()
        return made

    def element(self) -> Any:
        """An element of the array of objects."""
        if self.chance(0.2):
            return self.leaf(SCALARS)
        made: dict[str, Any] = {}
        for key in ("x", "Y"):
            if self.chance(0.7):
                made[key] = self.value()
        if self.chance(0.7):
            made["inner"] = self.many(lambda: self.leaf(SCALARS)) if self.chance(0.9) else self.leaf(SCALARS)
        if self.chance(0.4):
            made["parts"] = self.many(lambda: {"z": self.leaf(SCALARS)})
        return made

    def many(self, make: Any) -> list[Any]:
        """An array; with holes there may be more elements than are known."""
        items = [make() for _ in range(self.rng.randrange(4))]
        if self.holes and self.chance(0.12):
            more = Unknown(reason="more", many=True, present=self.chance(0.5))
            items.insert(self.rng.randrange(len(items) + 1), more)
        return items

    def value(self) -> Any:
        """A value of any kind."""
        kind = self.rng.randrange(8)
        if kind == 0:
            return self.many(lambda: self.leaf(SCALARS))
        return {"a": self.leaf(SCALARS), "x": 1} if kind == 1 else self.leaf(SCALARS)

    def leaf(self, values: tuple[Any, ...]) -> Any:
        """One of the values, or a hole."""
        return self.hole() if self.holes and self.chance(0.15) else self.rng.choice(values)

    def hole(self) -> Unknown:
        """A hole, perhaps one that is known to be something, or to be an id."""
        kind = self.rng.randrange(4)
        if kind == 0:
            return Unknown(reason="an id", present=True, reference=self.rng.choice(IDS))
        return Unknown(reason="open", decided_by=(f"var.v{kind}",), present=kind == 1)


_ROOT: Final[dict[str, tuple[Any, ...]]] = {
    "location": ("eastus", "East US", "westeurope"),
    "kind": ("a", "B", None),
    "identity": ({"type": "a"}, {}, None),
}
_PLACES: Final = (
    *((PART, GROUP, "one/p"), (PART, GROUP, "one/Q"), (PART, GROUP, "two/p"), (OTHER, GROUP, "p")),
    *((OTHER, ELSEWHERE, "q"), (OTHER, GROUP, "b")),
)


class Filler:
    """Fills holes with values that they may turn out to hold."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def case(self, case: Case) -> Case:
        """The case once everything is known."""
        given = {"open": self.rng.choice(("a", "B", "", "12"))} | case.given
        others = [self.resource(other) for other in case.others if self.stays(other)]
        return Case(case.document, given, self.resource(case.subject), tuple(others))

    def stays(self, resource: Resource) -> bool:
        """Whether a resource turns out to exist."""
        return not isinstance(resource.condition, Unknown) or self.rng.random() < 0.5

    def resource(self, resource: Resource) -> Resource:
        """A resource without holes."""
        body = self.fill(resource.body)
        if resource.opaque:
            body = {key: self.one(None) for key in ("properties", "tags", "kind", "location", "identity")} | body
            body["properties"] = self.deepen(body["properties"])
        return replace(
            resource,
            id=resource.id.replace("{var.name}", "two"),
            name=resource.name.replace("{var.name}", "two"),
            body=body,
            opaque=False,
            condition=True,
        )

    def deepen(self, properties: Any) -> Any:
        """What is not known of an opaque resource stands at every depth."""
        if not isinstance(properties, dict):
            return properties
        lacking = [key for key in ("a", "b", "list", "names") if key not in {known.lower() for known in properties}]
        return properties | {key: self.one(None) for key in lacking if self.rng.random() < 0.5}

    def fill(self, value: Any) -> Any:
        """A value without holes; one that stands for any number of elements becomes up to two."""
        if isinstance(value, Unknown):
            return self.one(value)
        if isinstance(value, dict):
            return {key: self.fill(item) for key, item in value.items()}
        if not isinstance(value, list):
            return value
        out: list[Any] = []
        for item in value:
            more = isinstance(item, Unknown) and item.many
            out.extend(self.fill(item) for _ in range(self.rng.randrange(3) if more else 1))
        return out

    def one(self, hole: Unknown | None) -> Any:
        """A value for a hole."""
        if hole is not None and hole.reference is not None:
            return hole.reference.replace("{var.name}", "two")
        made = self.rng.choice(FULL)
        return "a" if made is None and hole is not None and hole.present else made
