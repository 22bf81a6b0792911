"""The functions of templates that depend on the deployment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from everward.expressions import ExpressionError, call_default
from everward.expressions.symbols import symbolic
from everward.sources.template.reference import reference, references, resource_info
from everward.sources.template.scopes import Level, id_value
from everward.values import Unknown, Value

if TYPE_CHECKING:
    from everward.sources.template.environment import Environment

_TENANT: Final = Unknown(reason="tenant without value", present=True)
_DEPLOYER: Final = Unknown(reason="whoever deploys", present=True)
_CONSTANT: Final[dict[str, dict[str, Value]]] = {
    "tenant": {"tenantId": _TENANT, "id": _TENANT, "countryCode": _TENANT, "displayName": _TENANT},
    "deployer": {"objectId": _DEPLOYER, "tenantId": _TENANT, "userPrincipalName": _DEPLOYER},
}
_NAME: Final = Unknown(reason="name of the deployment", decided_by=("deployment().name",), present=True)


class TemplateHost:
    """Answers for one environment."""

    __slots__ = ("_environment", "copyindex", "parameters", "variables")

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.parameters = (
            environment.parameter if environment.arguments is not None else environment.deployment.parameter
        )
        self.variables = environment.deployment.variable
        self.copyindex = environment.index

    def call(self, name: str, arguments: list[Value], at: int) -> Value:
        """The value of a function in this environment.

        Raises:
            ExpressionError: when the function is not available here, or fails.

        """
        if "." in name:
            return self._environment.deployment.call_function(name, arguments)
        lowered = name.lower()
        if lowered in _FUNCTIONS:
            return _FUNCTIONS[lowered](self._environment, arguments)
        if lowered in _SCOPES:
            return self._scope(lowered)
        constant = _CONSTANT.get(lowered)
        return constant if constant is not None else call_default(name, at)

    def _scope(self, name: str) -> Value:
        """What stands for a scope, made once for a deployment."""
        known = self._environment.deployment.scopes
        if name not in known:
            if self._environment.deployment.run.of_scope:
                # It lacks what the scope holds, and is good for this once.
                return _SCOPES[name](self._environment)
            known[name] = _SCOPES[name](self._environment)
        return known[name]


def _parameters(environment: Environment, arguments: list[Value]) -> Value:
    return environment.parameter(_name(arguments))


def _variables(environment: Environment, arguments: list[Value]) -> Value:
    return environment.deployment.variable(_name(arguments))


def _name(arguments: list[Value]) -> str:
    name = arguments[0]
    if not isinstance(name, str):
        raise ExpressionError("the name must be a string")
    return name


def _copy_index(environment: Environment, arguments: list[Value]) -> Value:
    """The turn of a loop, with an offset."""
    name = arguments[0] if arguments and isinstance(arguments[0], str) else None
    rest = arguments[1:] if name is not None else arguments
    offset = rest[0] if rest else 0
    if isinstance(offset, bool) or not isinstance(offset, int) or len(rest) > 1:
        raise ExpressionError("the offset of `copyIndex` must be an integer")
    index = environment.index(name)
    return index + offset if isinstance(index, int) else index


def _resource_group(environment: Environment) -> Value:
    scope = environment.deployment.scope
    if scope.level is not Level.GROUP:
        raise ExpressionError(f"there is no resource group in a deployment to a {scope.level}")
    holes = (scope.group, scope.subscription)
    tags: Value = Unknown(reason="tags of the resource group", text="[resourceGroup().tags]")
    location = scope.location
    run = environment.deployment.run
    # INVARIANT: what is kept for a scope reads nothing that another reading would have to read again.
    body = run.group_body(scope.id) if not run.of_scope else None
    if body is not None:
        found = body.get("tags")
        tags = found if found is not None else {}
        location = location if isinstance(location, str) or body.get("location") is None else body["location"]
    return {
        "id": id_value(scope.id, holes),
        "name": scope.group,
        "type": "Microsoft.Resources/resourceGroups",
        "location": location,
        "tags": tags,
        "managedBy": Unknown(reason="owner of the resource group", text="[resourceGroup().managedBy]"),
        "properties": {"provisioningState": "Succeeded"},
    }


def _subscription(environment: Environment) -> Value:
    scope = environment.deployment.scope
    if scope.level not in (Level.GROUP, Level.SUBSCRIPTION):
        raise ExpressionError(f"there is no subscription in a deployment to a {scope.level}")
    owner = scope.in_subscription(scope.subscription)
    return {
        "id": id_value(owner.id, (scope.subscription,)),
        "subscriptionId": scope.subscription,
        "tenantId": _TENANT,
        "displayName": Unknown(reason="name of the subscription", text="[subscription().displayName]", present=True),
    }


def _management_group(environment: Environment) -> Value:
    scope = environment.deployment.scope
    if scope.level is not Level.MANAGEMENT_GROUP:
        raise ExpressionError(f"there is no management group in a deployment to a {scope.level}")
    hole = Unknown(reason="properties of the management group", text="[managementGroup().properties]", present=True)
    return {
        "id": id_value(scope.id, (scope.management_group,)),
        "name": scope.management_group,
        "type": "Microsoft.Management/managementGroups",
        "properties": hole,
    }


def _deployment(environment: Environment) -> Value:
    deployment = environment.deployment
    template = deployment.blueprint.template
    shown: dict[str, Value] = {
        key: value for key, value in template.items() if key.lower() in ("$schema", "contentversion", "metadata")
    }
    out: dict[str, Value] = {
        "name": deployment.name if deployment.name is not None else _NAME,
        "properties": {
            "template": shown,
            "templateLink": {"uri": deployment.uri},
            "parameters": Unknown(reason="parameters of the deployment", text="[deployment().properties.parameters]"),
            "mode": "Incremental",
            "provisioningState": "Accepted",
        },
    }
    if deployment.scope.level is not Level.GROUP:
        out["location"] = deployment.scope.location
    return out


def _reference(environment: Environment, arguments: list[Value]) -> Value:
    return reference(environment.deployment, arguments)


def _references(environment: Environment, arguments: list[Value]) -> Value:
    return references(environment.deployment, arguments)


def _resource_info(environment: Environment, arguments: list[Value]) -> Value:
    return resource_info(environment.deployment, symbolic(arguments[0]))


_SCOPES: Final[dict[str, Callable[[Environment], Value]]] = {
    "resourcegroup": _resource_group,
    "subscription": _subscription,
    "managementgroup": _management_group,
    "deployment": _deployment,
}
_FUNCTIONS: Final[dict[str, Callable[[Environment, list[Value]], Value]]] = {
    "parameters": _parameters,
    "variables": _variables,
    "copyindex": _copy_index,
    "reference": _reference,
    "references": _references,
    "resourceinfo": _resource_info,
}
