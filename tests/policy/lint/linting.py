"""Makers of definitions that have one thing wrong, and what lint says of them."""

import json
from typing import Any

from everward.policy.lint import Known, Linter, Remark, apply_fixes

STORAGE = "Microsoft.Storage/storageAccounts"
TLS = f"{STORAGE}/minimumTlsVersion"
RULES_OF = f"{STORAGE}/networkAcls.ipRules[*]"
READER = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
IS_STORAGE = {"field": "type", "equals": STORAGE}
OLD_TLS = {"field": TLS, "notEquals": "TLS1_2"}


def definition(
    condition: Any = None,
    effect: Any = "audit",
    details: Any = None,
    *,
    parameters: Any = None,
    mode: Any = "All",
    **properties: Any,
) -> dict[str, Any]:
    """A definition that lint has nothing to say of, but for what it is given."""
    then = {"effect": effect}
    if details is not None:
        then["details"] = details
    made: dict[str, Any] = {
        "displayName": "Storage accounts use TLS 1.2",
        "description": "Older versions can be broken.",
        "policyType": "Custom",
        "mode": mode,
        "metadata": {"category": "Storage", "version": "1.0.0"},
        "policyRule": {
            "if": condition if condition is not None else {"allOf": [IS_STORAGE, OLD_TLS]},
            "then": then,
        },
    }
    if parameters is not None:
        made["parameters"] = parameters
    return {"name": "storage-tls", "properties": {**made, **properties}}


def parameter(kind: str = "String", **more: Any) -> dict[str, Any]:
    return {"type": kind, "metadata": {"displayName": "It", "description": "What it is."}, **more}


def beside(*conditions: Any) -> dict[str, Any]:
    return {"allOf": [IS_STORAGE, *conditions]}


def lint(document: Any, *, known: Known | None = None, only: tuple[str, ...] = ()) -> list[Remark]:
    text = document if isinstance(document, str) else json.dumps(document, indent=2)
    return Linter(known=known, only=only).remarks(text, "policy.json")


def said(document: Any, rule: str, **options: Any) -> list[str]:
    """The messages of one rule."""
    return [remark.message for remark in lint(document, **options) if remark.rule == rule]


def rules(document: Any, **options: Any) -> list[str]:
    """The ids of the rules that say something, in the order of the file."""
    return [remark.rule for remark in lint(document, **options)]


def repaired(document: Any) -> Any:
    text = document if isinstance(document, str) else json.dumps(document, indent=2)
    return json.loads(apply_fixes(Linter(), text, "policy.json")[0])
