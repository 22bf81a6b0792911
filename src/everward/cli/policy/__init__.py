"""`everward policy COMMAND`: the bench for the people who write policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import click

from everward.cli.group import Entry, LazyGroup


class PolicyGroup(LazyGroup):
    """`everward policy COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "eval": ("everward.cli.policy.eval:eval_command", "Judge resources or a workload by a policy, with reasons."),
        "test": ("everward.cli.policy.test:test_command", "Run the test files that stand beside definitions."),
        "lint": ("everward.cli.policy.lint:lint_command", "Find what is wrong in definitions and initiatives."),
        "explain": ("everward.cli.policy.explain:explain_command", "Show how one verdict came about."),
        "diff": ("everward.cli.policy.diff:diff_command", "Compare two versions of a policy over a workload."),
        "whatif": ("everward.cli.policy.whatif:whatif_command", "Show what an assignment would deny, change or flag."),
        "library": ("everward.cli.policy.library:library_command", "Keep definitions and initiatives at hand by name."),
    }


@click.command(cls=PolicyGroup)
def policy() -> None:
    """Write, test and understand Azure Policies, offline."""
