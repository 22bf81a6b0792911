"""Values of parameters: given ones, defaults, holes; checked as the template asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from everward.expressions import OpenObject
from everward.sources.template.definitions import Definition
from everward.sources.template.document import Site
from everward.sources.template.environment import Environment, shorten
from everward.sources.template.nested import Entry
from everward.values import MISSING, Unknown, Value, is_known, member

if TYPE_CHECKING:
    from everward.sources.template.deployment import Deployment

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "securestring": (str,),
    "int": (int,),
    "bool": (bool,),
    "array": (list,),
    "object": (dict,),
    "secureobject": (dict,),
}
_ARTICLES: Final = {"array": "an array", "object": "an object", "int": "an integer", "secureobject": "an object"}


class Given:
    """A value for a parameter from outside of all templates: nothing in it is an expression."""

    def __init__(self, raw: Any, site: Site, *, bare: bool = False) -> None:
        self.raw = raw
        """The entry: an object with `value` or `reference`; with `bare` the value itself."""
        self.site = site
        self.bare = bare

    def value(self) -> Value:
        """The value that was given; a hole for a secret in a key vault."""
        return self.raw if self.bare else _given(self.raw, self.site)


class Passed(Given):
    """A value for a parameter of a nested deployment, which its parent evaluates."""

    def __init__(self, entry: Entry, environment: Environment) -> None:
        super().__init__(None, entry.site)
        self._entry = entry
        self._environment = environment

    def value(self) -> Value:
        """The value that was given; a hole for a secret in a key vault."""
        entry = self._entry
        if entry.secret:
            return _secret(entry.site)
        value = entry.part.value(self._environment)
        if entry.written:
            if isinstance(value, OpenObject):
                return value.hole
            return value if isinstance(value, Unknown) else _given(value, entry.site)
        if entry.made:
            # `copy` makes the value: it is an object with one property of that name.
            return value.get("value") if isinstance(value, dict) else value
        return value


def _given(entry: Any, site: Site) -> Value:
    """The value that an entry of a parameter file stands for."""
    if not isinstance(entry, dict):
        return entry  # type: ignore[no-any-return]
    raw = member(entry, "value")
    if raw is not MISSING:
        return raw  # type: ignore[no-any-return]
    if member(entry, "reference") is not MISSING:
        return _secret(site)
    if member(entry, "expression") is not MISSING:
        return Unknown(reason="value from outside of the parameter file", origin=site.origin())
    return None


def _secret(site: Site) -> Unknown:
    return Unknown(reason="secret of a key vault", present=True, origin=site.origin())


def bind(deployment: Deployment, name: str, given: Given | None) -> Value:
    """The value of a declared parameter: what was given, else its default, else null where it may be, else a hole."""
    blueprint = deployment.blueprint
    definition = blueprint.definition(name)
    value: Value = given.value() if given is not None else None
    if given is not None and value is not None:
        value = _check(deployment, name, definition, value, given.site)
    else:
        default = blueprint.default(name)
        if default is not None:
            value = default.value(deployment.environment)
            value = _check(deployment, name, definition, value, blueprint.parameter_site(name))
        elif definition.nullable or given is not None:
            return None
        else:
            return _missing(deployment, name, blueprint.parameter_site(name))
    return blueprint.definitions.mask(value, definition, name)


def _missing(deployment: Deployment, name: str, site: Site) -> Unknown:
    decided_by = (f"parameters.{name}",)
    if deployment.parent is None:
        deployment.run.problems.add(
            site,
            "parameter without value",
            subject=decided_by[0],
            decided_by=decided_by,
            help="give it in a parameter file beside the template, or with --var",
        )
    else:
        deployment.run.problems.add(
            site, f"the nested deployment `{deployment.parent.name}` gives no value for the parameter `{name}`"
        )
    quoted = name.replace("'", "''")
    return Unknown(
        reason="parameter without value",
        decided_by=decided_by,
        present=True,
        text=f"[parameters('{quoted}')]",
        origin=site.origin(),
    )


def _check(deployment: Deployment, name: str, definition: Definition, value: Value, site: Site) -> Value:
    """Hold a value against its definition; what does not fit is said, and used all the same."""
    if isinstance(value, Unknown | OpenObject) or value is None:
        return value
    value = _convert(value, definition.type)
    mistyped = _mistyped(definition, value)
    fault = mistyped or _outside_allowed(definition, value) or _outside_bounds(definition, value)
    if fault is None:
        return value
    reason = f"the value of the parameter `{name}` {fault}"
    deployment.run.problems.add(site, reason)
    # What is made of a value of another type is only noise.
    return value if mistyped is None else Unknown(reason=reason, decided_by=(f"parameters.{name}",), present=True)


def _convert(value: Value, kind: str) -> Value:
    """Numbers and booleans written as text, as pipelines hand them over."""
    if isinstance(value, str):
        if kind == "int" and value.strip().lstrip("-").isdecimal():
            return int(value)
        if kind == "bool" and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
    if kind == "int" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _mistyped(definition: Definition, value: Value) -> str | None:
    kind = definition.type
    wanted = _TYPES.get(kind)
    if wanted is not None and (not isinstance(value, wanted) or (kind == "int" and isinstance(value, bool))):
        shown = "that" if definition.secure else shorten(value)
        return f"must be {_ARTICLES.get(kind, f'a {kind}')}, not {shown}"
    return None


def _outside_allowed(definition: Definition, value: Value) -> str | None:
    allowed = definition.get("allowedValues")
    if not isinstance(allowed, list) or not is_known(value):
        return None
    items = value if isinstance(value, list) and value not in allowed else [value]
    # Whether Azure compares these with case is not documented: a difference in case alone is let pass.
    folded = [_fold(item) for item in allowed]
    wrong = [item for item in items if _fold(item) not in folded]
    if not wrong:
        return None
    listed = ", ".join(shorten(item) for item in allowed[:20])
    shown = "is" if definition.secure else f"{shorten(wrong[0])} is"
    return f"{shown} not allowed; allowed are {listed}"


def _fold(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _outside_bounds(definition: Definition, value: Value) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _bounds(definition, "Value", value, "is")
    if isinstance(value, str):
        return _bounds(definition, "Length", len(value), "has a length that is")
    if isinstance(value, list) and not any(isinstance(item, Unknown) and item.many for item in value):
        return _bounds(definition, "Length", len(value), "has a length that is")
    return None


def _bounds(definition: Definition, what: str, measure: float, verb: str) -> str | None:
    low, high = definition.get(f"min{what}"), definition.get(f"max{what}")
    if isinstance(low, int | float) and measure < low:
        return f"{verb} below the minimum of {low}"
    if isinstance(high, int | float) and measure > high:
        return f"{verb} above the maximum of {high}"
    return None
