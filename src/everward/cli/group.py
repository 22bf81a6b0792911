"""A group whose commands are imported when they are needed, so that `--help` stays fast."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import ClassVar

import click

Entry = tuple[str, str]
"""`module:attribute` of a command, and its line in the group's help."""


class LazyGroup(click.Group):
    """Knows the names and help lines of its commands without importing them."""

    entries: ClassVar[Mapping[str, Entry]] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names in the order in which they were declared: the main job first."""
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import a command."""
        if cmd_name not in self.entries:
            return None
        module, _, attribute = self.entries[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """List the commands from their help lines."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.entries.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and say what was perhaps meant when there is none of that name."""
        if args and args[0] not in self.entries and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.entries, n=1)
            meant = f" Did you mean `{close[0]}`?" if close else ""
            raise click.UsageError(f"No such command `{args[0]}`.{meant}", ctx)
        return super().resolve_command(ctx, args)


class MainGroup(LazyGroup):
    """`everward COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "assess": ("everward.cli.assess:assess", "Judge a workload: how it can go down, and why."),
        "estate": ("everward.cli.estate:estate", "Show the resources as they were read."),
        "criteria": ("everward.cli.criteria:criteria", "Show the criteria that workloads are judged by."),
        "reach": ("everward.cli.reach:reach", "Ask who can reach what over the network, and what decides it."),
        "access": ("everward.cli.access:access", "Ask who may do what, and by which path."),
        "keys": ("everward.cli.keys:keys", "Ask what hangs on which key, secret or certificate."),
        "policy": ("everward.cli.policy:policy", "Write, test and understand Azure Policies, offline."),
        "data": ("everward.cli.data:data", "Look into the facts that the product ships with."),
    }
