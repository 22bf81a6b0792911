"""Files of a policy author: a definition with mistakes, and resources to try it on."""

import json
from pathlib import Path
from typing import Any

from everward.cli import main

STORAGE = "Microsoft.Storage/storageAccounts"
TLS = f"{STORAGE}/minimumTlsVersion"
READER = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


def definition(effect: str = "Modify", **properties: Any) -> dict[str, Any]:
    return {
        "name": "tls",
        "properties": {
            "displayName": "Storage uses TLS 1.2",
            "description": "Older versions can be broken.",
            "mode": "Indexed",
            "metadata": {"category": "Storage", "version": "1.0.0"},
            "parameters": {
                "effect": {
                    "type": "String",
                    "metadata": {"displayName": "Effect", "description": "What happens."},
                    "allowedValues": ["Modify", "Deny", "Disabled"],
                    "defaultValue": effect,
                }
            },
            "policyRule": {
                "if": {"allOf": [{"field": "type", "equals": STORAGE}, {"field": TLS, "notEquals": "TLS1_2"}]},
                "then": {
                    "effect": "[parameters('effect')]",
                    "details": {
                        "roleDefinitionIds": [READER],
                        "operations": [{"operation": "addOrReplace", "field": TLS, "value": "TLS1_2"}],
                    },
                },
            },
            **properties,
        },
    }


def audit_deployment() -> dict[str, Any]:
    """A definition that deploys diagnostic settings."""
    made = definition()
    template = {
        "resources": [
            {"type": "Microsoft.Insights/diagnosticSettings", "name": "d", "apiVersion": "2021-05-01-preview"}
        ]
    }
    del made["properties"]["parameters"]
    made["properties"]["policyRule"]["then"] = {
        "effect": "deployIfNotExists",
        "details": {
            "type": "Microsoft.Insights/diagnosticSettings",
            "roleDefinitionIds": [READER],
            "existenceCondition": {"field": "name", "equals": "d"},
            "deployment": {
                "properties": {
                    "mode": "incremental",
                    "template": template,
                    "parameters": {"target": {"value": "[field('name')]"}},
                }
            },
        },
    }
    return made


def account(name: str = "st1", tls: Any = "TLS1_0", **more: Any) -> dict[str, Any]:
    return {"type": STORAGE, "name": name, "location": "uksouth", "properties": {"minimumTlsVersion": tls}, **more}


HOLE = {"$unknown": {"reason": "variable without value", "decidedBy": ["var.tls"]}}


def write(path: Path, value: Any) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=2), encoding="utf-8")
    return str(path)


def policy(*arguments: str) -> int:
    return main(["policy", *arguments])
