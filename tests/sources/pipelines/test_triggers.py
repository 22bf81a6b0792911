"""What starts pipelines."""

from typing import Any

import pytest

from everward.sources.pipelines.triggers import schedules_of, triggers_of
from everward.values import Unknown


@pytest.mark.parametrize(
    ("document", "branches"),
    [
        ({"trigger": "none"}, ()),
        ({"trigger": ["main", "release/*"]}, ("main", "release/*")),
        ({"trigger": {"branches": {"include": ["main"], "exclude": ["x"]}}}, ("main",)),
        ({"trigger": {"branches": ["main"]}}, ("main",)),
        ({"trigger": {"batch": True}}, ("*",)),
        ({"trigger": None}, ()),
        ({}, ("*",)),
    ],
)
def test_branches_of_azure_devops(document: dict[Any, Any], branches: tuple[str, ...]) -> None:
    assert triggers_of("azureDevOps", document).branches == branches


def test_pull_requests_of_azure_devops() -> None:
    assert triggers_of("azureDevOps", {"pr": "none"}).pull_requests is False
    assert triggers_of("azureDevOps", {"pr": ["main"]}).pull_requests is True
    assert isinstance(triggers_of("azureDevOps", {}).pull_requests, Unknown)


@pytest.mark.parametrize(
    ("on", "branches", "requests"),
    [
        ("push", ("*",), False),
        (["push", "pull_request"], ("*",), True),
        ({"push": {"branches": ["main"]}, "pull_request_target": None}, ("main",), True),
        ({"push": {"branches": "main"}}, ("main",), False),
        ({"workflow_dispatch": None}, (), False),
        (None, (), False),
    ],
)
def test_events_of_github(on: Any, branches: tuple[str, ...], requests: bool) -> None:
    # The word `on` is true in YAML 1.1.
    for key in ("on", True):
        assert triggers_of("github", {key: on}) == (branches, requests)


def test_what_files_do_not_tell() -> None:
    assert isinstance(triggers_of("gitlab", {}).branches, Unknown)
    assert isinstance(triggers_of("github", None).pull_requests, Unknown)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"schedules": [{"cron": " 0 3 * * * "}, {"cron": "0 3"}, {"cron": 7}, "x"]}, ("0 3 * * *",)),
        ({"on": {"schedule": [{"cron": "0 0 1 * *"}]}}, ("0 0 1 * *",)),
        ({True: {"schedule": [{"cron": "0 0 1 * *"}]}}, ("0 0 1 * *",)),
        ({"on": {"schedule": "0 0 1 * *"}}, ()),
        ({"on": "push"}, ()),
        ([], ()),
        (None, ()),
    ],
)
def test_the_clock(document: Any, found: tuple[str, ...]) -> None:
    assert schedules_of(document) == found
