"""Nested and linked deployments: whose template, with which parameters, evaluated by whom."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from everward.expressions import OpenObject
from everward.expressions.symbols import symbolic
from everward.sources.limits import limit_help
from everward.sources.template.blueprint import blueprint_of
from everward.sources.template.deployment import Deployment
from everward.sources.template.document import Document, Site
from everward.sources.template.environment import Environment
from everward.sources.template.nested import Nested, entries
from everward.sources.template.parameters import Given, Passed
from everward.sources.template.parts import Part
from everward.sources.template.run import DEPLOYMENT
from everward.values import MISSING, Unknown, Value, member

if TYPE_CHECKING:
    from everward.sources.template.instance import Instance

_FILE = re.compile(r"[\w.\-/]+\.jsonc?", re.IGNORECASE)


def nested_deployment(instance: Instance) -> Deployment | None:
    """The deployment that a resource of type `Microsoft.Resources/deployments` is; None when it cannot be read."""
    around = instance.deployment
    site = instance.declaration.place("properties")
    most = around.run.limits.deployments
    if around.depth >= most:
        _lose(instance, site, f"deployments are nested deeper than {most} levels", limit_help("deployments"))
        return None
    if around.run.step(site, DEPLOYMENT) is not None:
        return None
    nested = instance.declaration.nested
    environment = instance.environment
    if nested is None:
        part = instance.declaration.part("properties")
        made = part.value(environment) if part is not None else None
        if not isinstance(made, dict) or isinstance(made, OpenObject):
            _lose(instance, site, "the properties of the deployment are not known")
            return None
        nested = Nested(made, site.fix())
    if nested.link is not None:
        return _linked(instance, nested)
    template, template_site = nested.template, nested.site.below("template")
    if isinstance(template, str):
        template, template_site = environment.evaluate(template, template_site), template_site.fix()
    if isinstance(template, OpenObject | Unknown) or not isinstance(template, dict):
        _lose(instance, template_site, "the template of the deployment is not known")
        return None
    inner = template_site.fixed or _is_inner(nested, environment)
    return Deployment(
        around.run,
        nested.blueprint(template, template_site),
        instance.target or around.scope,
        _given(nested, environment),
        name=instance.name_value,
        uri=around.uri,
        parent=instance,
        outer=_around(instance, inner),
    )


def _around(instance: Instance, inner: bool) -> Environment | None:
    """Who evaluates the strings of a nested template first: nobody, or the parent."""
    environment = instance.environment
    if not inner:
        return environment
    if environment.outer is None:
        return None
    # Inside a template that its parent evaluates, the parent evaluates everything, this template too.
    return environment


def _is_inner(nested: Nested, environment: Environment) -> bool:
    scope = nested.evaluation.value(environment) if nested.evaluation is not None else None
    return isinstance(scope, str) and scope.lower() == "inner"


def _given(nested: Nested, environment: Environment) -> dict[str, Given]:
    """The parameters that the parent gives, to be evaluated there when they are asked for."""
    found = nested.parameters
    if isinstance(found, Part):
        found = entries(found.value(environment), found.site.fix())
    return {name: Passed(entry, environment) for name, entry in found.items()}


def _lose(instance: Instance, site: Site, reason: str, help: str | None = None) -> None:
    """Say that what a deployment deploys is missing."""
    if instance.condition is not False:
        instance.deployment.run.problems.add(site, reason, help=help, incomplete=True)


def _linked(instance: Instance, nested: Nested) -> Deployment | None:
    """A deployment whose template is in another file."""
    around = instance.deployment
    environment = instance.environment
    site = nested.site.below("templateLink")
    link = environment.evaluate(nested.link, site) if isinstance(nested.link, str) else nested.link
    named = _target(link, environment, site)
    path = _local(named, Path(around.site.document.path)) if named is not None else None
    shown = symbolic(named) if named is not None else "its link"
    document = around.run.open(path) if path is not None else None
    if document is None:
        _lose(
            instance,
            site,
            f"the linked template cannot be read: `{shown}`",
            "keep it beside the template that links it",
        )
        return None
    if _links_itself(instance, document):
        _lose(instance, site, f"the linked template links itself: `{shown}`")
        return None
    around.run.note_linked(document)
    return Deployment(
        around.run,
        blueprint_of(document),
        instance.target or around.scope,
        _given(nested, environment),
        name=instance.name_value,
        uri=document.uri,
        parent=instance,
    )


def _links_itself(instance: Instance, document: Document) -> bool:
    around: Instance | None = instance
    while around is not None:
        if around.deployment.site.document.path.resolve() == document.path.resolve():
            return True
        around = around.deployment.parent
    return False


def _target(link: Any, environment: Environment, site: Site) -> Value:
    """What a link names: a path relative to the template, or an address."""
    if not isinstance(link, dict):
        return None
    for key in ("relativePath", "uri", "id"):
        raw = member(link, key)
        if raw is not MISSING and raw is not None:
            value = environment.evaluate(raw, site.below(key))
            return value.hole if isinstance(value, OpenObject) else value
    return None


def _local(named: Value, template: Path) -> Path | None:
    """The file that a link means: beside the template, or below the folder that its address stands for."""
    text = symbolic(named)
    if text.lower().startswith("file:"):
        return Path(unquote(urlsplit(text).path))
    if isinstance(named, Unknown):
        # The address of the folder is not known, the file's own path is written in the template.
        found = _FILE.search(re.sub(r"\{[^{}]*\}", " ", text))
        return template.parent / found.group().lstrip("/") if found is not None else None
    if "://" in text or text.startswith("/"):
        return None
    return template.parent / text.replace("\\", "/")
