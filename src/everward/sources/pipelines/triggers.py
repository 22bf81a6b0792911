"""What starts a pipeline: branches, pull requests, and the clock.

Azure DevOps: learn.microsoft.com/azure/devops/pipelines/yaml-schema/trigger, pr and schedules; GitHub:
docs.github.com/actions, events that trigger workflows; both read 2026-11.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from everward.values import Unknown


class Triggers(NamedTuple):
    """What starts a pipeline by itself. Whoever may run it by hand can choose any branch."""

    branches: tuple[str, ...] | Unknown
    """Branches, or patterns of them, that a push to starts it."""
    pull_requests: bool | Unknown
    """Whether opening a pull request starts it, with what it then does."""


_RULES = Unknown(reason="the rules of its jobs decide what starts it")
_HOST = Unknown(reason="where the repository is kept decides whether pull requests start it")


def triggers_of(platform: str, document: Any) -> Triggers:
    """What starts the pipeline of a document."""
    if not isinstance(document, dict):
        return Triggers(_RULES, _RULES)
    if platform == "azureDevOps":
        return Triggers(_branches(document.get("trigger", "*")), _requests(document))
    if platform == "github":
        return _of_workflow(document)
    return Triggers(_RULES, _RULES)


def _branches(trigger: Any) -> tuple[str, ...]:
    """The branches of an Azure DevOps trigger. Without one, a push to any branch starts the pipeline."""
    if isinstance(trigger, dict):
        branches = trigger.get("branches")
        return _branches(branches.get("include", "*") if isinstance(branches, dict) else branches or "*")
    named = trigger if isinstance(trigger, list) else [trigger]
    return tuple(str(name) for name in named if name is not None and str(name).lower() != "none")


def _requests(document: dict[Any, Any]) -> bool | Unknown:
    if "pr" not in document:
        # For repositories on GitHub, pull requests start it unless it says otherwise; Azure Repos has policies instead.
        return _HOST
    return document["pr"] is not None and str(document["pr"]).lower() != "none"


def _of_workflow(document: dict[Any, Any]) -> Triggers:
    # YAML 1.1 reads the word `on` as true.
    on = document.get("on", document.get(True))
    events: dict[str, Any] = {}
    if isinstance(on, str):
        events = {on: None}
    elif isinstance(on, list):
        events = {str(name): None for name in on}
    elif isinstance(on, dict):
        events = {str(name): value for name, value in on.items()}
    push = events.get("push")
    given = push.get("branches") if isinstance(push, dict) else None
    named = given if isinstance(given, list) else ([given] if isinstance(given, str) else None)
    branches = tuple(map(str, named)) if named is not None else (("*",) if "push" in events else ())
    return Triggers(branches, bool({"pull_request", "pull_request_target"} & events.keys()))


def schedules_of(document: Any) -> tuple[str, ...]:
    """When a pipeline of Azure DevOps or a workflow of GitHub starts by itself, as five fields of cron."""
    if not isinstance(document, dict):
        return ()
    on = document.get("on", document.get(True))
    listed = document.get("schedules", on.get("schedule") if isinstance(on, dict) else None)
    given = [item.get("cron") for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return tuple(cron.strip() for cron in given if isinstance(cron, str) and len(cron.split()) == 5)
