"""Parameters of a definition: their types, and the values that an assignment gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from everward.policy.nodes import Definition, Parameter
from everward.policy.operators import same
from everward.policy.problem import DefinitionError, did_you_mean
from everward.values import Origin, Unknown, Value, conceal, is_secret_name

TYPES: Final = ("string", "array", "object", "boolean", "integer", "float", "dateTime")
"""The types that a parameter may have."""

_PYTHON: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "array": (list,),
    "object": (dict,),
    "boolean": (bool,),
    "integer": (int,),
    "float": (int, float),
    "datetime": (str,),
}


def check_value(parameter: Parameter, value: Any) -> str | None:
    """What is wrong with a value for a parameter, as the end of a sentence; None when it fits.

    Allowed values compare with case, as they do when a policy is assigned; for an array each element must be allowed.
    """
    if isinstance(value, Unknown) or value is None:
        return None
    wanted = _PYTHON[parameter.type]
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        return f"is no {parameter.type}"
    if parameter.allowed is None:
        return None
    for item in value if isinstance(value, list) else (value,):
        if not isinstance(item, Unknown) and not _is_allowed(parameter.allowed, item, value):
            shown = ", ".join(f"`{allowed}`" for allowed in parameter.allowed[:12])
            return f"is `{item}`, which is not allowed: allowed are {shown}"
    return None


def _is_allowed(allowed: tuple[Value, ...], item: Any, whole: Any) -> bool:
    if item.__class__ is str and item in allowed:
        return True
    return any(same(one, item) or same(one, whole) for one in allowed)


def bind_parameters(definition: Definition, given: Mapping[str, Any] | None) -> dict[str, Value]:
    """The value of each parameter by lower-case name: what was given (bare or as `{"value": …}`), else the default.

    A parameter with neither is a hole that names it: what depends on it is unknown until the value is given.

    Raises:
        DefinitionError: when a name is not declared, or a value does not fit.

    """
    values: dict[str, Value] = {}
    for name, raw in (given or {}).items():
        value = raw["value"] if isinstance(raw, dict) and raw.keys() == {"value"} else raw
        declared = definition.parameters.get(name.lower())
        if declared is None and not definition.bare:
            known = tuple(parameter.name for parameter in definition.parameters.values())
            raise DefinitionError(
                f"the policy has no parameter `{name}`",
                origin=Origin(source="policy", file=definition.file),
                help=did_you_mean(name, known) if known else "it has no parameters",
            )
        problem = check_value(declared, value) if declared is not None else None
        if problem is not None:
            # A value under the name of a secret is not quoted.
            said = "does not fit its declaration" if is_secret_name(name) else problem
            raise DefinitionError(
                f"the value of the parameter `{name}` {said}",
                origin=Origin(source="policy", file=definition.file),
                help="give a value that the definition allows",
            )
        values[name.lower()] = value
    for key, parameter in definition.parameters.items():
        if key not in values:
            values[key] = parameter.default if parameter.has_default else _open(parameter.name)
    # What is secret decides nothing and is passed on as a hole.
    return {name: conceal(value, name) for name, value in values.items()}


def _open(name: str) -> Unknown:
    return Unknown(reason="a parameter of the policy has no value", decided_by=(f"parameter {name}",))
