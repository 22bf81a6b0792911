"""One template expanded with one set of values: its resources, and what it puts out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from everward.estate import Reading
from everward.expressions import close
from everward.sources.interface import ReadOptions
from everward.sources.jsontext import Outline
from everward.sources.template.blueprint import blueprint_of
from everward.sources.template.deployment import Deployment
from everward.sources.template.document import SOURCE, Document, Nowhere, Site
from everward.sources.template.emitting import emit
from everward.sources.template.parameters import Given
from everward.sources.template.problems import Problems
from everward.sources.template.run import Run
from everward.sources.template.scopes import LOCATION_OPEN, Level, Scope, level_of, root_scope, scope_of_id
from everward.sources.tree import Tree
from everward.values import MISSING, Value, member


@dataclass(frozen=True, slots=True)
class Expansion:
    """What a template says once its parameters have values."""

    reading: Reading
    """Its resources, those of nested deployments too, and everything that could not be settled."""
    _root: Deployment

    def outputs(self) -> dict[str, Value]:
        """The value of every output, by its name; holes where Azure alone knows."""
        with self._root.run.working():
            made = self._root.outputs()
            return {
                name: close(output["value"]) if isinstance(output, dict) else output for name, output in made.items()
            }

    def variables(self) -> dict[str, Value]:
        """The value of every variable, by its name."""
        with self._root.run.working():
            return {name: close(self._root.variable(name)) for name in self._root.variable_names()}


def expand_document(
    document: Document,
    reading: Reading,
    tree: Tree | None,
    options: ReadOptions,
    given: Mapping[str, Given],
    *,
    problems: Problems | None = None,
    variant: str | None = None,
    scope: Scope | None = None,
    name: Value = None,
) -> Expansion:
    """Add the resources of a template to a reading. What is wrong in it is said there, not raised.

    `variant` tells deployments of one template to resource groups of unknown names apart. `scope` is what it is
    deployed to, when the options do not say it, and `name` that of the deployment.
    """
    run = Run(reading, tree, problems or Problems(reading), options)
    root = Deployment(
        run,
        blueprint_of(document),
        scope if scope is not None else root_scope(level_of(document.value), options, variant),
        given,
        name=name,
        uri=document.uri or document.path.resolve().as_uri(),
    )
    run.root = root
    with run.working():
        emit(root, reading)
    return Expansion(reading, root)


def expand_template(
    template: dict[str, Any],
    options: ReadOptions,
    parameters: Mapping[str, Value] | None = None,
    *,
    label: str = "template",
) -> Expansion:
    """Expand a template that is at hand as a value, with values for its parameters; those without one are holes.

    The template of a policy's deployment is one, and `label` is then what origins name as the file.
    """
    document = Document(Path(label), label, template, Outline(msgspec.json.encode(template)))
    site = Site(document, ("parameters",))
    given = {name: Given(value, site.below(name), bare=True) for name, value in (parameters or {}).items()}
    return expand_document(document, Reading(source=SOURCE, label=label), None, options, given)


def expand_deployment(
    body: Mapping[str, Any], scope_id: str, options: ReadOptions, *, name: Value = None, label: str = "deployment"
) -> Expansion:
    """Expand a deployment as the deployments API takes it: the body of a PUT to a scope.

    That of a policy with the effect deployIfNotExists is one, once its parameters are evaluated; holes may stand in
    them.

    Raises:
        ValueError: when `scope_id` is not the id of a tenant, management group, subscription or resource group, or
            the body holds no template.

    """
    properties = member(dict(body), "properties")
    template = member(properties, "template") if isinstance(properties, dict) else None
    if not isinstance(template, dict):
        raise ValueError("the deployment holds no template")
    location = member(dict(body), "location")
    around = Scope(Level.TENANT, location=location if location is not MISSING else options.location or LOCATION_OPEN)
    scope = scope_of_id(scope_id or "/", around)
    if scope is None:
        raise ValueError(f"`{scope_id}` is no scope that can be deployed to")
    if options.location is not None:
        scope = replace(scope, location=options.location)
    document = Document(Path(label), label, template, Nowhere())
    given = member(properties, "parameters")
    site = Site(document, ("parameters",), fixed=True)
    values = {key: Given(entry, site) for key, entry in (given.items() if isinstance(given, dict) else ())}
    reading = Reading(source=SOURCE, label=label)
    return expand_document(document, reading, None, options, values, scope=scope, name=name)
