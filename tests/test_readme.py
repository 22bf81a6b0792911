"""The README's console blocks, help among them, are what the commands print."""

from pathlib import Path

import click
import pytest
from tests.readme import ROOT, Shown, blocks

from everward.cli.run import everward

BLOCKS = list(blocks())


def test_the_readme_shows_the_help_of_every_command() -> None:
    assert isinstance(everward, click.Group)
    commands = everward.list_commands(click.Context(everward))
    shown = {block.name for block in BLOCKS if block.arguments[-1:] == ("--help",)}
    assert shown == {"--help", *(f"{name} --help" for name in commands)}


@pytest.mark.parametrize("block", BLOCKS, ids=[block.name for block in BLOCKS])
def test_a_block_is_what_the_command_prints(block: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert block.body == block.printed()


def test_what_the_readme_links_to_exists() -> None:
    import re

    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert links
    assert not [link for link in links if not (Path(ROOT) / link).exists()]
