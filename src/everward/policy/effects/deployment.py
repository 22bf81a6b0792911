"""The deployment of deployIfNotExists, rendered: its parameters are evaluated, its template is left as it is."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from everward.policy.effects.details import DEPLOYMENT_SCOPES, choose, delay_fault
from everward.policy.engine import Site
from everward.policy.frame import Frame, text_or_hole
from everward.policy.nodes import Details, Existence, Operand
from everward.policy.problem import EvaluationError
from everward.policy.scopes import scope_ids
from everward.values import Unknown, Value, combine, member, unknowns_in

DEFAULT_DELAY: Final = "PT10M"
"""How long Azure waits after a request unless told otherwise."""
API_VERSION: Final = "2022-09-01"
"""The version of the deployments API that the rendered request is for."""


class Deployment(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A deployment as the deployments API takes it: PUT `body` to `id`."""

    scope: Value
    """The id of the resource group or subscription, or a hole."""
    name: str
    """The same for the same policy and resource."""
    body: dict[str, Any]
    """`properties` with mode, template and parameters; `location` for a subscription. Holes may stand in parameters."""
    roles: tuple[str, ...] = ()
    """Role definitions that the identity of the assignment needs."""
    api_version: str = API_VERSION
    hole: Unknown | None = None
    """What must be known before it can run."""

    @property
    def id(self) -> Value:
        """The id of the deployment, or a hole."""
        if isinstance(self.scope, Unknown):
            return self.scope
        return f"{self.scope}/providers/Microsoft.Resources/deployments/{self.name}"


def evaluation_delay(details: Details, site: Site, frame: Frame) -> str:
    """When the related resource is looked for after a request.

    Raises:
        EvaluationError: when the details name no delay that Azure knows.

    """
    if details.delay is None:
        return DEFAULT_DELAY
    value = site.value(details.delay, frame)
    if isinstance(value, Unknown):
        return ""
    wrong = delay_fault(value) if isinstance(value, str) else "the evaluation delay is not a text"
    if wrong is not None:
        raise EvaluationError(wrong)
    return str(value)


def role_definitions(details: Details, site: Site, frame: Frame) -> tuple[str, ...]:
    """The role definitions that a remediation needs, as far as they are known.

    Raises:
        EvaluationError: when one cannot be evaluated.

    """
    values = (site.value(role, frame) for role in details.roles)
    return tuple(value for value in values if isinstance(value, str))


def render_deployment(details: Details, existence: Existence | None, site: Site, frame: Frame) -> Deployment:
    """The deployment that the details describe, for the judged resource.

    Raises:
        EvaluationError: when there is none, or a part of it cannot be evaluated.

    """
    if details.deployment is None:
        raise EvaluationError("the details have no `deployment`")
    properties = member(dict(details.deployment), "properties")
    if not isinstance(properties, dict):
        raise EvaluationError("the deployment has no `properties`")
    rendered = dict(properties)
    parameters = {name: site.value(given, frame) for name, given in details.deployment_parameters.items()}
    if parameters:
        key = next(key for key in properties if key.lower() == "parameters")
        rendered[key] = parameters
    body = {key: value for key, value in details.deployment.items() if key.lower() != "properties"}
    body["properties"] = rendered
    scope = _scope(details, existence, site, frame, has_location="location" in {key.lower() for key in body})
    holes = list(unknowns_in([scope, *parameters.values()]))
    return Deployment(
        scope=scope,
        name=_name(site, frame),
        body=body,
        roles=role_definitions(details, site, frame),
        hole=combine(holes) if holes else None,
    )


def _name(site: Site, frame: Frame) -> str:
    import hashlib

    definition, context = site.bound.definition, site.bound.context
    parts = (context.assignment_id, context.definition_reference_id, definition.name, definition.display_name)
    text = "\n".join((*parts, frame.resource.id)).lower()
    return f"PolicyDeployment_{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def _scope(
    details: Details, existence: Existence | None, site: Site, frame: Frame, *, has_location: bool
) -> str | Unknown:
    subscription, group = scope_ids(frame.resource)
    wanted = _wanted_scope(details.deployment_scope, site, frame)
    if isinstance(wanted, Unknown):
        return wanted
    if wanted == "Subscription":
        if not has_location:
            raise EvaluationError("a deployment to a subscription needs a `location`")
        if subscription is None:
            raise EvaluationError("the resource stands in no subscription to deploy to")
        return text_or_hole(subscription, is_id=True)
    named = existence.resource_group if existence is not None else None
    if named is not None:
        name = site.value(named, frame)
        if isinstance(name, Unknown):
            return name
        if isinstance(name, str) and name and subscription is not None:
            return text_or_hole(f"{subscription}/resourceGroups/{name}", is_id=True)
    if group is None:
        raise EvaluationError("the resource stands in no resource group to deploy to")
    return text_or_hole(group, is_id=True)


def _wanted_scope(operand: Operand | None, site: Site, frame: Frame) -> str | Unknown:
    if operand is None:
        return "ResourceGroup"
    value = site.value(operand, frame)
    if isinstance(value, Unknown):
        return value
    chosen = choose(value, DEPLOYMENT_SCOPES) if isinstance(value, str) else None
    if chosen is None:
        raise EvaluationError(f"`{value}` is no deployment scope")
    return chosen
