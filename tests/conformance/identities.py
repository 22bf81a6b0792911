"""Adapters for cases about rights: patterns, roles, deny assignments, and conditions."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.conformance.cases import Answer, Case

from everward.estate import Estate, Reading, Resource
from everward.facts.access.conditions import Condition, ConditionError, Context, evaluate, parse_condition
from everward.facts.access.conditions import nodes as syntax
from everward.facts.access.patterns import covers
from everward.facts.access.rights import Rights, Verdict
from everward.facts.access.roles import built_in_roles
from everward.values import Origin, Unknown

SOURCES = {"resource": "Resource", "request": "Request", "principal": "Principal", "environment": "Environment"}


def _attributes(given: dict[str, Any], key: str) -> dict[str, Any]:
    held = given.get(key) or {}
    inner = held.get("attributes", held.get("customSecurityAttributes", held))
    return {**{name: value for name, value in held.items() if not isinstance(value, dict)}, **inner}


def _context(resources: dict[str, Any]) -> Context:
    given = {**(resources.get("defaultContext") or {}), **(resources.get("context") or {})}
    attributes = {source: _attributes(given, key) for key, source in SOURCES.items()}
    for name, values in (resources.get("contextOverrides") or {}).items():
        key, _, field = name.partition("_")
        if key in SOURCES and isinstance(values, dict):
            known = {_camel(name): value for name, value in values.items()} if key == "environment" else values
            attributes[SOURCES[key]].update(known)
        elif name in ("action", "suboperation"):
            given[name] = values
        elif name in ("request_action", "data_action"):
            given["request"] = {**(given.get("request") or {}), "action": values}
        elif key in SOURCES:
            attributes[SOURCES[key]][_camel(field)] = values
    action = given.get("action") or (given.get("request") or {}).get("action") or ""
    return Context(action, given.get("suboperation"), attributes, complete=True)


def _camel(name: str) -> str:
    """`utc_now` as attributes are called: `utcNow`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def condition(case: Case, _folder: Path) -> Answer:
    try:
        parsed = parse_condition(case["resources"]["condition"])
    except ConditionError as error:
        return {"error": "parse", "message": error.message}
    answer = evaluate(parsed, _context(case["resources"]))
    return {"error": "open", "message": answer.reason} if isinstance(answer, Unknown) else {"value": answer}


def parsed(case: Case, _folder: Path) -> Answer:
    try:
        return {"value": _tree(parse_condition(case["resources"]["condition"]))}
    except ConditionError as error:
        return {"error": "parse", "message": error.message}


def refused(case: Case, _folder: Path) -> Answer:
    answer = parsed(case, _folder)
    return {"value": answer.get("error") and "error"}


def _tree(found: Condition) -> dict[str, Any]:
    return _node(found.root)


def _node(node: Any) -> dict[str, Any]:
    if isinstance(node, syntax.Both):
        return {"type": "Logical", "operator": node.operator, "left": _node(node.left), "right": _node(node.right)}
    if isinstance(node, syntax.Not):
        return {"type": "Unary", "operator": "Not", "operand": _node(node.part)}
    if isinstance(node, syntax.Exists):
        name = "NotExists" if node.negated else "Exists"
        return {"type": "Unary", "operator": name, "operand": _node(node.operand)}
    if isinstance(node, syntax.Comparison):
        return {"type": "Binary", "operator": node.operator, "left": _node(node.left), "right": _node(node.right)}
    if isinstance(node, syntax.Attribute):
        named = {} if node.namespace is None else {"namespace": node.namespace}
        return {"type": "AttributeReference", "source": node.source, **named, "attribute": node.name}
    if isinstance(node, syntax.Function):
        arguments = [_node(item) for item in node.arguments]
        return {"type": "FunctionCall", "function": node.name, "arguments": arguments}
    if isinstance(node, syntax.Listed):
        kind = "SetLiteral" if node.braces else "ListLiteral"
        return {"type": kind, "elements": [_node(item) for item in node.items]}
    return _literal(node)


def _literal(node: Any) -> dict[str, Any]:
    if isinstance(node, syntax.Text):
        return {"type": "StringLiteral", "value": node.value}
    if isinstance(node, syntax.Number):
        return {"type": "NumberLiteral", "raw": node.raw}
    if isinstance(node, syntax.Bool):
        return {"type": "BooleanLiteral", "value": node.value}
    if isinstance(node, syntax.Name):
        return {"type": "Identifier", "name": node.name}
    return {"type": "NullLiteral"}


def wildcard(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    return {"value": covers(given["pattern"], given["action"])}


ME = "11111111-1111-1111-1111-111111111111"
SCOPE = "/subscriptions/s"


def _estate(assignments: list[tuple[Any, str]], principal: str, denials: Sequence[dict[str, Any]] = ()) -> Estate:
    """Assignments of roles (names of built-in ones, or their permissions) at scopes, and deny assignments."""
    resources = []
    for index, (role, scope) in enumerate(assignments):
        if isinstance(role, str):
            found = next(item for item in built_in_roles().values() if item.name == role)
            name = found.id
        else:
            name = f"role{index}"
            body = {"properties": {"roleName": name, "permissions": [role]}}
            resources.append(_made("roleDefinitions", name, body, scope))
        body = {
            "properties": {"principalId": principal, "roleDefinitionId": f"{scope}/{PROVIDER}/roleDefinitions/{name}"}
        }
        resources.append(_made("roleAssignments", f"a{index}", body, scope))
    for index, denial in enumerate(denials):
        given = {**denial, "principals": [_principal(item) for item in denial["principals"]]}
        given["excludePrincipals"] = [_principal(item) for item in denial.get("excludePrincipals", [])]
        resources.append(_made("denyAssignments", f"d{index}", {"properties": given}, denial["scope"]))
    return Estate([Reading("inventory", "case", resources)])


PROVIDER = "providers/Microsoft.Authorization"


def _made(type_: str, name: str, body: dict[str, Any], scope: str) -> Resource:
    kind = f"Microsoft.Authorization/{type_}"
    return Resource(f"{scope}/{PROVIDER}/{type_}/{name}", kind, name, body, Origin(source="inventory"))


def _principal(item: Any) -> dict[str, Any]:
    return item if isinstance(item, dict) else {"id": item}


def _may(estate: Estate, principal: str, operation: str, scope: str, data: bool | None = None) -> Answer:
    rights = Rights(estate)
    answer = rights.may(rights.grants.principals.of(principal), operation, scope, data=data)
    return {"value": answer.verdict is Verdict.ALLOWED}


def effective(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    said = re.search(r"\b(control|data)[- ](?:plane|action)", case["question"])
    # Where the question does not say of which plane the operation is, the catalogue does.
    data = None if said is None else said[1] == "data"
    return _may(_estate([(given["role"], SCOPE)], ME), ME, given["action"], SCOPE, data)


def plane(case: Case, folder: Path) -> Answer:
    """What a role cannot do to data, it may by an operation of the control plane."""
    return effective(case, folder)


def additive(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    listed = [(item["role"], item["scope"]) for item in given["assignments"]]
    return _may(_estate(listed, ME), ME, given["action"], given["scope"])


def denied(case: Case, _folder: Path) -> Answer:
    given = case["resources"]
    asked = re.search(r"allowed for ([\w.@-]+)", case["question"])
    if asked is None:
        return {"error": "question", "message": f"the question is of no known form: {case['question']}"}
    own = given["denyAssignment"]["scope"]
    estate = _estate([({"actions": given["roleActions"]}, own)], asked[1], [given["denyAssignment"]])
    return _may(estate, asked[1], given["action"], given.get("scope", own))


def judge(answer: Answer, expected: Any) -> bool:
    return "value" in answer and bool(answer["value"] == expected["value"])
