"""Evaluates the expressions of Bicep files: the functions that depend on the file, its neighbours and the caller."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final

from everward.expressions import Dialect, Evaluator, Expression, ExpressionError, quote
from everward.sources.template.bicep.loading import LOADERS, load
from everward.sources.template.bicep.unit import Unit
from everward.sources.template.bicep.workspace import Workspace
from everward.values import SECRET, Unknown, Value, conceal, is_empty, is_known

MAX_CALLS: Final = 64
"""Functions of the author within each other: Bicep allows no recursion."""
MAX_ALL_CALLS: Final = 100_000
"""Calls of functions of the author that one parameter file may make."""

_TEMPLATE_ONLY: Final = frozenset({
    "adddays", "iprangecontains", "field", "current", "policy", "requestcontext", "claims", "copyindex", "deployment",
    "deployer", "resourcegroup", "subscription", "managementgroup", "tenant", "reference", "references", "resourceinfo",
    "utcnow", "newguid",
})  # fmt: skip

BICEP = Dialect(
    name="Bicep parameter files",
    context=MappingProxyType(
        {
            "parameters": (1, 1),
            "variables": (1, 1),
            "loadtextcontent": (1, 2),
            "loadfileasbase64": (1, 1),
            "loadjsoncontent": (1, 3),
            "loadyamlcontent": (1, 3),
            "readenvironmentvariable": (1, 2),
        }
    ),
    excluded=_TEMPLATE_ONLY,
    user_functions=True,
    run_time=True,
    utc_format="yyyyMMddTHHmmssZ",
)
"""Expressions of `.bicepparam` files, and of what they import."""


class External:
    """The values that whoever deploys gives: kinds and settings, numbered as the compiler of Bicep does."""

    def __init__(self) -> None:
        self.definitions: dict[str, dict[str, Value]] = {}
        self._keys: dict[str, str] = {}

    def key(self, arguments: list[Value]) -> str:
        """The key of one of them.

        Raises:
            ExpressionError: when what it is depends on something that is not known.

        """
        kind = arguments[0] if arguments else None
        if not isinstance(kind, str) or len(arguments) > 2 or not is_known(arguments):
            raise ExpressionError("`externalInput` takes a kind and settings that are known when it is compiled")
        asked = json.dumps(arguments, sort_keys=True)
        key = self._keys.get(asked)
        if key is None:
            key = self._keys[asked] = f"{re.sub('[^A-Za-z0-9]', '_', kind)}_{len(self._keys)}"
            self.definitions[key] = {"kind": kind, **({"config": arguments[1]} if len(arguments) > 1 else {})}
        return key


class BicepHost:
    """Evaluates for all files of one parameter file."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._evaluator = Evaluator(BICEP, self)
        self._stack: list[tuple[Unit, dict[str, Value] | None]] = []
        self._calls = 0
        self.external = External()
        self.secure: frozenset[str] = frozenset()
        """Parameters, in small letters, that the template calls secure."""

    def evaluate(self, unit: Unit, expression: Expression, arguments: dict[str, Value] | None) -> Value:
        """The value of an expression of a file.

        Raises:
            ExpressionError: when it cannot be worked out.

        """
        with self._within(unit, arguments):
            return self._evaluator.evaluate(expression)

    @contextmanager
    def _within(self, unit: Unit, arguments: dict[str, Value] | None) -> Iterator[None]:
        if arguments is not None:
            self._calls += 1
            if self._calls > MAX_ALL_CALLS:
                raise ExpressionError(f"functions are called more than {MAX_ALL_CALLS} times")
            if sum(given is not None for _, given in self._stack) >= MAX_CALLS:
                raise ExpressionError(f"functions call each other more than {MAX_CALLS} levels deep")
        self._stack.append((unit, arguments))
        try:
            yield
        finally:
            self._stack.pop()

    def call(self, name: str, arguments: list[Value], at: int) -> Value:
        """The value of a function in the file whose expression is evaluated.

        Raises:
            ExpressionError: when the function is not available here, or fails.

        """
        unit, own = self._stack[-1]
        lowered = name.lower()
        if "." in name:
            return unit.call(name, arguments)
        if lowered == "variables":
            return self._value(unit, str(arguments[0]))
        if lowered == "parameters" and own is not None:
            return own[str(arguments[0])]
        if lowered in LOADERS:
            return load(name, arguments, unit.path, self._workspace)
        if lowered == "readenvironmentvariable":
            return self._variable(arguments, unit, at)
        if lowered == "externalinput":
            key = self.external.key(arguments)
            reason = f"given when it is deployed: {self.external.definitions[key]['kind']}"
            return Unknown(reason=reason, decided_by=(f"external input {key}",), text=f"[externalInputs({quote(key)})]")
        if lowered == "getsecret":
            return Unknown(reason="secret of a key vault", present=True, origin=unit.origin(at))
        raise ExpressionError(f"`{name}` is not available in a parameter file", position=at)

    def _value(self, unit: Unit, name: str) -> Value:
        """What another value is made of: of a secret, only that it is one."""
        value = unit.value(name)
        if isinstance(value, Unknown) or is_empty(value):
            return value
        if name.lower() in self.secure:
            return SECRET
        return conceal(value, name) if isinstance(value, str) else value

    def _variable(self, arguments: list[Value], unit: Unit, at: int) -> Value:
        name = arguments[0]
        if not isinstance(name, str):
            raise ExpressionError("the name of an environment variable must be a string", position=at)
        value: Any = self._workspace.variable(name)
        if value is not None:
            # Pipelines hand over secrets this way.
            return conceal(value, name)  # type: ignore[no-any-return]
        if len(arguments) > 1:
            return arguments[1]
        return Unknown(
            reason="environment variable without value",
            decided_by=(f"environment variable {name}",),
            present=True,
            origin=unit.origin(at),
        )
