"""What runs steps."""

from typing import Any

import pytest

from everward.sources.pipelines.pools import Kind, Pool, pool_of


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"vmImage": "ubuntu-22.04"}, Pool(Kind.HOSTED, "ubuntu-22.04")),
        ({"name": "Azure Pipelines", "vmImage": "x"}, Pool(Kind.HOSTED, "Azure Pipelines")),
        ({"name": "own"}, Pool(Kind.OWN, "own")),
        ({"name": "$(pool)"}, Pool(Kind.UNKNOWN, "$(pool)")),
        ("own", Pool(Kind.OWN, "own")),
        ("server", Pool(Kind.NONE, "server")),
        (None, Pool(Kind.UNKNOWN, None)),
        ({}, Pool(Kind.UNKNOWN, None)),
        (7, Pool(Kind.UNKNOWN, None)),
    ],
)
def test_a_pool_of_azure_devops(written: Any, expected: Pool) -> None:
    assert pool_of(written, github=False) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ubuntu-latest", Pool(Kind.HOSTED, "ubuntu-latest")),
        (["windows-2022"], Pool(Kind.HOSTED, "windows-2022")),
        (["self-hosted", "linux"], Pool(Kind.OWN, "self-hosted, linux")),
        ({"group": "private"}, Pool(Kind.UNKNOWN, "private")),
        ({"labels": ["self-hosted", "a"]}, Pool(Kind.OWN, "self-hosted, a")),
        ("big-runner", Pool(Kind.UNKNOWN, "big-runner")),
        (None, Pool(Kind.UNKNOWN, None)),
        ({"group": 5}, Pool(Kind.UNKNOWN, None)),
    ],
)
def test_a_runner_of_github(written: Any, expected: Pool) -> None:
    assert pool_of(written, github=True) == expected
