"""The properties of nested deployments, prepared once for however many instances they have."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from everward.sources.template.blueprint import Blueprint
from everward.sources.template.document import Site
from everward.sources.template.parts import Part, prepare
from everward.values import MISSING, member


class Entry:
    """What a parent gives for one parameter."""

    def __init__(self, raw: Any, site: Site) -> None:
        self.site = site
        value = member(raw, "value") if isinstance(raw, dict) else MISSING
        self.secret = isinstance(raw, dict) and value is MISSING and member(raw, "reference") is not MISSING
        """Whether it is a secret of a key vault."""
        self.written = isinstance(raw, str)
        """Whether an expression makes all of it."""
        self.made = isinstance(raw, dict) and value is MISSING
        """Whether it is an object whose `copy` makes the value."""
        self.part = prepare(raw if value is MISSING else value, site if value is MISSING else site.below("value"))


class Nested:
    """The properties of a deployment."""

    def __init__(self, raw: dict[str, Any], site: Site) -> None:
        self._raw = raw
        self.site = site
        self.template = self._get("template")
        self.link = self._get("templateLink")
        self._blueprint: tuple[Any, Blueprint] | None = None

    def _get(self, key: str) -> Any:
        """What is written under a key; None when it is not there."""
        found = member(self._raw, key)
        return None if found is MISSING else found

    @cached_property
    def evaluation(self) -> Part | None:
        """Who evaluates its template, when it is said."""
        options = self._get("expressionEvaluationOptions")
        scope = member(options, "scope") if isinstance(options, dict) else MISSING
        return prepare(scope, self.site.below("expressionEvaluationOptions", "scope")) if scope is not MISSING else None

    @cached_property
    def rest(self) -> list[tuple[str, Part]]:
        """Everything but template and parameters."""
        return [
            (key, prepare(value, self.site.below(key)))
            for key, value in self._raw.items()
            if key.lower() not in ("template", "parameters")
        ]

    @property
    def has_parameters(self) -> bool:
        """Whether parameters are given at all."""
        return member(self._raw, "parameters") is not MISSING

    @cached_property
    def parameters(self) -> dict[str, Entry] | Part:
        """What is given for each parameter, or the expression that makes all of them."""
        raw = self._get("parameters")
        site = self.site.below("parameters")
        if isinstance(raw, str):
            return prepare(raw, site)
        return entries(raw, site)

    def blueprint(self, template: dict[str, Any], site: Site) -> Blueprint:
        """The blueprint of the template; the same one as long as it is the same template."""
        if self._blueprint is None or self._blueprint[0] is not template:
            self._blueprint = (template, Blueprint(template, site))
        return self._blueprint[1]


def entries(raw: Any, site: Site) -> dict[str, Entry]:
    """What is given for each parameter."""
    return {name: Entry(entry, site.below(name)) for name, entry in (raw.items() if isinstance(raw, dict) else ())}
