"""ARM templates with parameter files and linked templates, fed to the source that expands them."""

from __future__ import annotations

import json
import random
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.fuzz.making import ODD, Maker
from tests.fuzz.running import SEEDS, Target

from everward.estate import Estate, Reading
from everward.expressions import TEMPLATE
from everward.sources.interface import ReadOptions
from everward.sources.limits import Limits
from everward.sources.template import TemplateSource
from everward.sources.tree import Tree
from everward.values import ProblemError, Unknown

_CUT: Final = b"\n@@@\n"
"""Stands between the files of an input: template, parameters, linked template."""
_FILES: Final = ("main.json", "main.parameters.json", "linked.json")
_SEEDS: Final = SEEDS / "templates"
_FORMS: Final = ("if", "and", "or", "coalesce", "map", "filter", "reduce", "sort", "toObject", "groupBy", "mapValues")
_NAMES: Final = tuple(sorted({*TEMPLATE.functions, *TEMPLATE.context, *_FORMS, "reference", "references", "listKeys"}))
_CALLS: Final = (
    *("parameters('prefix')", "parameters('options')", "variables('name')", "variables('nested')", "copyIndex()"),
    *("copyIndex('inner', 1)", "resourceGroup().id", "subscription().subscriptionId", "deployment().name"),
    *("reference('things[0]')", "reference('mod').outputs", "lambdaVariables('x')", "my.join(createArray(1), '')"),
    *("variables('json')", "utcNow()", "newGuid()", "tenant().tenantId", "managementGroup().name", "environment()"),
)
_KEYS: Final = (
    *("copy", "condition", "type", "name", "scope", "resources", "properties", "template", "parameters", "existing"),
    *("count", "input", "value", "reference", "$ref", "outputs", "variables", "functions", "definitions", "items"),
    *("allowedValues", "nullable", "discriminator", "additionalProperties", "templateLink", "subscriptionId", "mode"),
)
SMALL: Final = Limits(
    steps=20_000, elements=20_000, text=400_000, instances=1_000, deployments=8, copies=100, expansion=2_000, calls=16
)
"""Limits that are met within the time that an input may take, with all that comes before."""


class TemplateMaker(Maker):
    """Makes templates of seeds: cut, mixed, and with expressions that nobody would write."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self._templates = [json.loads(text) for text in _texts("*.json")]
        self._beside = [json.loads(text) for text in _texts("*.txt")]

    def case(self) -> bytes:
        """The bytes of a template and what stands beside it."""
        kind = self.rng.randrange(6)
        template: Any = self.rng.choice(self._templates)
        if kind == 0:
            return _join(self.scramble(json.dumps(template).encode()), *map(_bytes, self._beside))
        template = self.mutate(template)
        if kind <= 2 and isinstance(template, dict):
            template = self.grafted(template)
        linked, given = (self.mutate(item) if self.rng.random() < 0.5 else item for item in self._beside)
        parts = [_bytes(item) for item in (template, given, linked)]
        if kind == 3:
            parts[self.rng.randrange(3)] = self.scramble(self.rng.choice(parts))
        return _join(*parts)

    def grafted(self, template: dict[str, Any]) -> dict[str, Any]:
        """A template with a piece of another one, or a deployment of another one, somewhere in it."""
        other = self.rng.choice(self._templates)
        piece = self.piece(other)
        if self.rng.random() < 0.4:
            inner = {"scope": self.rng.choice(("inner", "outer"))}
            properties = {"mode": "Incremental", "template": other, "expressionEvaluationOptions": inner}
            piece = {
                "type": "Microsoft.Resources/deployments",
                "apiVersion": "1",
                "name": "g",
                "properties": properties,
            }
            if self.rng.random() < 0.5:
                piece["copy"] = {"name": "g", "count": self.rng.choice((0, 2, 50, 10**7, f"[{self.expression(0)}]"))}
        resources = template.get("resources")
        if isinstance(resources, list):
            return {**template, "resources": [*resources, piece]}
        if isinstance(resources, dict):
            return {**template, "resources": {**resources, "grafted": piece}}
        return {**template, self.rng.choice(("variables", "outputs", "functions", "definitions")): piece}

    def piece(self, value: Any) -> Any:
        """A part of a document."""
        while isinstance(value, dict | list) and value and self.rng.random() < 0.8:
            value = self.rng.choice(list(value.values()) if isinstance(value, dict) else value)
        return value

    def key(self, key: str) -> str:
        if self.rng.random() > 0.03:
            return key
        return self.rng.choice((key.upper(), f"[{self.expression(2)}]", *self.rng.choices(_KEYS, k=4)))

    def anything(self) -> Any:
        kind = self.rng.randrange(6)
        if kind == 0:
            return self.rng.choice(ODD)
        if kind <= 3:
            return f"[{self.expression(0)}]"
        if kind == 4:
            return self.piece(self.rng.choice(self._templates))
        deep: Any = self.rng.choice((f"[{self.expression(1)}]", 1))
        for _ in range(self.rng.choice((2, 90, 400, 700))):
            loop = [{"name": "l", "count": self.rng.choice((1, 2, 9)), "input": deep}]
            deep = self.rng.choice(({"copy": loop}, [deep], {"a": deep}))
        return deep

    def expression(self, depth: int) -> str:
        if depth < 4 and self.rng.random() < 0.4:
            return self.rng.choice(_CALLS) + self.rng.choice(("", "", "", ".name", "[0]", ".?a", "[?0]", ".outputs.o"))
        if depth < 4 and self.rng.random() < 0.15:
            form = self.rng.choice(_FORMS[4:])
            body = self.expression(depth + 1)
            names = "'x', 'y'" if form in ("sort", "reduce") else "'x'"
            start = f", {self.expression(depth + 1)}" if form == "reduce" else ""
            return f"{form}({self.expression(depth + 1)}{start}, lambda({names}, {body}))"
        if depth < 3 and self.rng.random() < 0.5:
            arguments = (self.expression(depth + 1) for _ in range(self.rng.choice((0, 1, 1, 2, 2, 3, 4))))
            return f"{self.rng.choice(_NAMES)}({', '.join(arguments)})"
        return super().expression(max(depth, 4)) if depth else self.rng.choice(_CALLS)


class TemplateTarget(Target):
    """Whatever the files hold, reading them ends with readings that are whole, and are the same each time."""

    name = "arm"
    limit = 4.0

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="everward-fuzz-"))

    def __del__(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def maker(self, rng: random.Random) -> Callable[[], bytes]:
        return TemplateMaker(rng).case

    def seeds(self) -> list[bytes]:
        beside = [text.encode() for text in _texts("*.txt")][::-1]
        return [_join(text.encode(), *beside) for text in _texts("*.json")]

    def use(self, content: bytes) -> None:
        for name, part in zip(_FILES, content.split(_CUT, 2), strict=False):
            (self._folder / name).write_bytes(part)
        first, second = self._read(), self._read()
        assert [_told(reading) for reading in first] == [_told(reading) for reading in second]
        for reading in first:
            _check(reading)
        Estate(first)

    def _read(self) -> list[Reading]:
        tree = Tree(self._folder)
        source = TemplateSource()
        options = ReadOptions(subscription="0" * 8 + "-0000-0000-0000-" + "0" * 12, resource_group="rg", limits=SMALL)
        found = []
        for item in source.find(tree):
            try:
                found.append(source.read(item, tree, options))
            except ProblemError:
                continue
        return found


def _told(reading: Reading) -> list[Any]:
    return [[(item.id, item.type, item.body, item.condition) for item in reading.resources], reading.unresolved]


def _check(reading: Reading) -> None:
    for resource in reading.resources:
        assert resource.id[:1] in ("/", "{"), resource.id
        assert "/" in resource.type, resource.type
        assert resource.condition is True or isinstance(resource.condition, Unknown)
        assert resource.origin.file is not None
        assert resource.origin_of("properties.a[0].b").file is not None
    for note in reading.unresolved:
        assert note.reason
        assert note.origin is not None


def _texts(pattern: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(_SEEDS.glob(pattern))]


def _join(*parts: bytes) -> bytes:
    return _CUT.join(parts)


def _bytes(value: Any) -> bytes:
    try:
        return json.dumps(value).encode()
    except (RecursionError, ValueError):
        return b"[" * 2000


TARGET = TemplateTarget
