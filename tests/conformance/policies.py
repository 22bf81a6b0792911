"""Adapters for the policy language: parsing, operators, functions, and whole policies."""

import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from tests.conformance.cases import Answer, Case

from everward.estate import Estate, Reading, Resource
from everward.expressions import POLICY, Evaluator, ExpressionError, Functions, parse_expression
from everward.policy import (
    Aliases,
    Catalogue,
    DefinitionError,
    EvaluationContext,
    ListedTables,
    State,
    compile_definition,
    load_definition,
    shipped_aliases,
)
from everward.policy.operators import OPERATORS
from everward.policy.placement import is_below
from everward.values import MISSING, Origin, Step, parse_path

ORIGIN = Origin(source="case")


class RawPaths:
    """Every name is a path from the resource's root."""

    def steps(self, type_key: str, alias: str, api_version: str | None = None) -> tuple[Step, ...] | None:
        try:
            return parse_path(re.sub(r"\[['\"]([^'\"\]]+)['\"]\]", r".\1", alias))
        except ValueError:
            return None

    def suggest(self, alias: str) -> str | None:
        return None


def parse(case: Case, _folder: Path) -> Answer:
    """Does the text parse? At level `constraint` the document is a rule or, without `if`, a bare condition."""
    try:
        load_definition(case["policy_text"], aliases=RawPaths())
    except DefinitionError as error:
        return {"error": "parse", "message": str(error)}
    return {"ok": True}


def judge_parse(answer: Answer, expected: Any) -> bool:
    return bool(answer.get("error") == expected.get("error") and answer.get("ok") == expected.get("ok"))


def operator(case: Case, _folder: Path) -> Answer:
    left, right = (_side(case.get(side)) for side in ("left", "right"))
    if case["operator"] == "not":
        # `not` turns what is true into false, and everything else into true.
        return {"value": left is not True}
    return {"value": OPERATORS[case["operator"]](left, right)}


def _side(side: dict[str, Any] | None) -> Any:
    return MISSING if side is None or side.get("undefined") else side["value"]


def judge_value(answer: Answer, expected: Any) -> bool:
    if "error" in expected or "undefined" in expected:
        return "error" in answer or answer.get("value") is None
    return "value" in answer and json.dumps(answer["value"], sort_keys=True) == json.dumps(
        expected["value"], sort_keys=True
    )


def function(case: Case, _folder: Path) -> Answer:
    """A function called with the arguments, handed over as parameters so that any value can be one."""
    arguments = case["args"]
    call = f"{case['function']}({', '.join(f'p({index})' for index in range(len(arguments)))})"

    text = re.sub(r"p\((\d+)\)", r"parameters('\1')", call)
    host = Functions({"parameters": lambda name: arguments[int(name)]})
    try:
        return {"value": Evaluator(POLICY, host).evaluate(parse_expression(text))}
    except ExpressionError as error:
        return {"error": "evaluation", "message": str(error)}


@lru_cache
def _aliases(path: Path | None) -> Aliases:
    if path is None:
        return RawPaths()
    return Catalogue(ListedTables(json.loads(path.read_bytes())))


def policy(case: Case, folder: Path) -> Answer:
    """One policy on one resource, with the related resources that a search would return."""
    aliases: Aliases = RawPaths()
    if case["field_resolution"] == "aliases":
        aliases = _aliases(folder / case["aliases_file"]) if case["aliases_file"] else shipped_aliases()
    try:
        definition = load_definition(json.dumps(case["policy"]), aliases=aliases)
        # A case's resource may lack what mode Indexed asks for: the mode is not what is tested.
        policy = compile_definition(
            replace(definition, mode="All"), case["parameters"], context=_context(case), aliases=aliases
        )
    except DefinitionError as error:
        return {"error": "parse", "message": str(error)}
    resource = _resource(case["resource"] or {}, case["context"])
    existence = definition.rule.existence
    related = []
    for index, body in enumerate(case.get("related_resources") or ()):
        name = str(existence.name.raw) if existence is not None and existence.name is not None else ""
        related.append(_related(body, resource, name, index))
    estate = Estate([Reading("case", "case", [resource, *related])])
    outcome = policy.evaluate(resource, estate)
    slow = policy.explain(resource, estate).outcome
    if (slow.state, slow.effect) != (outcome.state, outcome.effect):
        return {"error": "the two evaluations differ", "message": f"{outcome} {slow}"}
    if outcome.state is State.ERROR:
        return {"error": "evaluation", "message": outcome.error}
    triggered = outcome.state in (State.NON_COMPLIANT, State.PROTECTED, State.MANUAL)
    if outcome.state is State.UNKNOWN:
        return {"error": "unknown", "message": str(outcome.hole)}
    return {"effect": outcome.effect if triggered else None}


def judge_policy(answer: Answer, expected: Any) -> bool:
    if "error" in expected:
        return bool(answer.get("error") == expected["error"])
    if "effect" not in answer:
        return False
    one, two = answer["effect"], expected["effect"]
    # Effects compare without case.
    return one == two or (one is not None and two is not None and one.lower() == two.lower())


def _context(case: Case) -> EvaluationContext:
    given = case["context"]
    request = given.get("requestContext") or {}
    assigned = given.get("policy") or {}
    now = datetime.fromisoformat(given["utcNow"]) if "utcNow" in given else datetime.now(UTC)
    return EvaluationContext(
        api_version=case.get("api_version") or request.get("apiVersion"),
        identity=request.get("identity"),
        assignment_id=assigned.get("assignmentId", ""),
        definition_id=assigned.get("definitionId", ""),
        set_definition_id=assigned.get("setDefinitionId", ""),
        definition_reference_id=assigned.get("definitionReferenceId", ""),
        resource_group=given.get("resourceGroup"),
        subscription=given.get("subscription"),
        now=now,
    )


def _resource(body: dict[str, Any], context: dict[str, Any]) -> Resource:
    kind = body.get("type", "")
    name = body.get("name", "")
    group = (context.get("resourceGroup") or {}).get("name", "group")
    subscription = context["subscription"].get("subscriptionId", "0")
    full = str(body.get("fullName") or name or "it")
    default = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{_interleave(kind, full)}"
    return Resource(id=body.get("id", default), type=kind, name=name, body=body, origin=ORIGIN)


def _interleave(kind: str, full_name: str) -> str:
    names = full_name.split("/")
    namespace, *types = (kind or "/".join(["Case.Test", *("things" for _ in names)])).split("/")
    names += ["x"] * (len(types) - len(names))
    return "/".join([namespace, *(part for pair in zip(types, names, strict=False) for part in pair)])


def _related(body: dict[str, Any], primary: Resource, name: str, index: int) -> Resource:
    """A related resource where a search finds it: the case says that it was found, so its place is not the question."""
    kind = body["type"]
    last = body.get("name", name if name and not name.startswith("[") else f"related{index}").split("/")[-1]
    if kind.lower().startswith(primary.type_key + "/"):
        resource_id = f"{primary.id}/{kind.rsplit('/', 1)[1]}/{last}"
    elif is_below(kind.lower(), primary):
        resource_id = f"{primary.id}/providers/{kind}/{last}"
    else:
        head = primary.id.split("/providers/")[0]
        resource_id = f"{head}/providers/{_interleave(kind, str(body.get('fullName') or last))}"
    return Resource(id=resource_id, type=kind, name=last, body=body, origin=ORIGIN)
