"""Values of parameters: given ones, defaults, holes; checked as the template asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from everward.expressions import OpenObject
from everward.sources.template.definitions import Definition
from everward.sources.template.document import Site
from everward.sources.template.environment import Environment
from everward.sources.template.nested import Entry
from everward.sources.template.validation import convert, find_fault
from everward.values import MISSING, Unknown, Value, is_secret_name, member

if TYPE_CHECKING:
    from everward.sources.template.deployment import Deployment


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
        if entry.part.composite:
            value = self._environment.deployment.run.held(value, entry.site)
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
            if default.composite:
                value = deployment.run.held(value, default.site)
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
    if value.__class__ is definition.plain:
        return value
    value = convert(value, definition.type)
    fault = find_fault(value, definition, deployment.blueprint.definitions) if value is not None else None
    if fault is None:
        return value
    where = f"`{name}`" if not fault.path else f"`{name}` at `{fault.path.lstrip('.')}`"
    # A value under the name of a secret is not quoted, whatever it is declared as.
    message = "does not fit its declaration" if is_secret_name(name) and not definition.secure else fault.message
    reason = f"the value of the parameter {where} {message}"
    deployment.run.problems.add(site, reason)
    # What is made of a value of another type is only noise.
    return Unknown(reason=reason, decided_by=(f"parameters.{name}",), present=True) if fault.mistyped else value
