"""A template, prepared once for however many deployments it has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from everward.sources.template.declaration import declarations
from everward.sources.template.definitions import Definition, Definitions
from everward.sources.template.document import Document, Site
from everward.sources.template.parts import Copy, Fixed, Part, is_copy, prepare, prepare_copy
from everward.sources.template.rules import refused
from everward.values import MISSING, member


@dataclass(frozen=True, slots=True)
class UserFunction:
    """A function of the template's author."""

    name: str
    parameters: tuple[tuple[str, Definition], ...]
    """Lower-case names with their types."""
    output: Part | None
    """What it gives; None when the template does not say."""
    type: Definition


@dataclass(frozen=True, slots=True)
class OutputDeclaration:
    """What a template puts out."""

    name: str
    kind: Any
    definition: Definition
    condition: Part | None
    copy: Copy | None
    value: Part | None
    site: Site


class Blueprint:
    """The sections of a template; nothing of it depends on values of parameters."""

    def __init__(self, template: dict[str, Any], site: Site) -> None:
        self.template = template
        self.site = site
        self.definitions = Definitions(template)
        self.parameters = {name.lower(): name for name in self.definitions.parameters}
        """Names of parameters: lower case, and as they are spelled."""
        self._defaults: dict[str, Part | None] = {}
        self._resolved: dict[str, Definition] = {}

    def _section(self, name: str) -> Any:
        return member(self.template, name)

    def parameter_site(self, spelled: str) -> Site:
        """Where a parameter is declared."""
        return self.site.below("parameters", spelled)

    def definition(self, spelled: str) -> Definition:
        """How a parameter is declared."""
        found = self._resolved.get(spelled)
        if found is None:
            found = self.definitions.resolve(self.definitions.parameters.get(spelled))
            self._resolved[spelled] = found
        return found

    def default(self, spelled: str) -> Part | None:
        """The default value of a parameter, or None without one."""
        if spelled not in self._defaults:
            raw = self.definition(spelled).default
            place = self.parameter_site(spelled).below("defaultValue")
            self._defaults[spelled] = None if raw is MISSING else prepare(raw, place)
        return self._defaults[spelled]

    @cached_property
    def variables(self) -> dict[str, Part | Copy]:
        """Variables by their lower-case names: values, and loops that make arrays."""
        table: dict[str, Part | Copy] = {}
        section = self._section("variables")
        site = self.site.below("variables")
        for key, raw in section.items() if isinstance(section, dict) else ():
            if key.lower() == "copy" and is_copy(raw):
                for index, entry in enumerate(raw):
                    name = str(member(entry, "name"))
                    table.setdefault(name.lower(), prepare_copy(entry, site.below(key, index), name))
            else:
                table[key.lower()] = prepare(raw, site.below(key))
        return table

    @cached_property
    def functions(self) -> dict[str, UserFunction]:
        """Functions of the author by their lower-case names, `namespace.name`."""
        table: dict[str, UserFunction] = {}
        section = self._section("functions")
        for index, space in enumerate(section if isinstance(section, list) else ()):
            members = member(space, "members") if isinstance(space, dict) else None
            for key, raw in members.items() if isinstance(members, dict) else ():
                if isinstance(raw, dict):
                    name = f"{member(space, 'namespace')}.{key}"
                    site = self.site.below("functions", index, "members", key)
                    table[name.lower()] = self._function(name, raw, site)
        return table

    def _function(self, name: str, raw: dict[str, Any], site: Site) -> UserFunction:
        declared = member(raw, "parameters")
        items = declared if isinstance(declared, list) else []
        named = [str(member(item, "name")).lower() if isinstance(item, dict) else "" for item in items]
        parameters = tuple(zip(named, map(self.definitions.resolve, items), strict=True))
        output = member(raw, "output")
        value = member(output, "value") if isinstance(output, dict) else MISSING
        made = None if value is MISSING else prepare(value, site.below("output", "value"))
        return UserFunction(name, parameters, made, self.definitions.resolve(output))

    @cached_property
    def resources(self) -> list[tuple[Any, Site]]:
        """The declarations of resources: prepared ones, or what stands in their place."""
        raw, site = self._section("resources"), self.site.below("resources")
        if raw is not MISSING and raw is not None and not isinstance(raw, (list, dict)):
            return [(raw, site)]
        return list(declarations(raw, site))

    @cached_property
    def outputs(self) -> list[OutputDeclaration]:
        """The outputs."""
        section = self._section("outputs")
        site = self.site.below("outputs")
        return [
            self._output(name, raw, site.below(name))
            for name, raw in (section.items() if isinstance(section, dict) else ())
            if isinstance(raw, dict)
        ]

    @cached_property
    def refused(self) -> list[tuple[Site, str]]:
        """What Azure refuses in it, with the places."""
        return list(refused(self))

    def _output(self, name: str, raw: dict[str, Any], site: Site) -> OutputDeclaration:
        condition, copy, value = (member(raw, key) for key in ("condition", "copy", "value"))
        made: Copy | None = None
        if isinstance(copy, dict):
            label = member(copy, "name")
            made = prepare_copy(copy, site.below("copy"), label if isinstance(label, str) else name)
        return OutputDeclaration(
            name=name,
            kind=member(raw, "type") or None,
            definition=self.definitions.resolve(raw),
            condition=None if condition in (MISSING, None) else prepare(condition, site.below("condition")),
            copy=made,
            value=Fixed(site, None) if value is MISSING else prepare(value, site.below("value")),
            site=site,
        )


def blueprint_of(document: Document) -> Blueprint:
    """The blueprint of a document's own template; the same one whenever it is asked for."""
    if document.blueprint is None:
        document.blueprint = Blueprint(document.value, Site(document))
    return document.blueprint
