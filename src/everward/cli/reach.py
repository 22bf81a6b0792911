"""`everward reach`: who can reach what, by which way, and what decides it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import click

from everward.cli.answering import end, incomplete_option
from everward.cli.group import Entry, LazyGroup
from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options

if TYPE_CHECKING:
    from everward.estate import Estate
    from everward.facts.reach.services import Service


class ReachGroup(LazyGroup):
    """`everward reach COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "ask": ("everward.cli.reach:ask_command", "Can this reach that? With the way and a packet to show it."),
        "exposures": ("everward.cli.reach:exposures_command", "Every way in from the Internet."),
        "origins": ("everward.cli.reach:origins_command", "Which origins of Front Door are reached around it."),
        "matrix": ("everward.cli.reach:matrix_command", "Which subnets can talk to which."),
        "pipelines": ("everward.cli.reach_pipelines:pipelines_command", "What pipelines reach of their targets."),
        "diff": ("everward.cli.reach_changes:diff_command", "What the second of two inputs opens and closes."),
        "whatif": ("everward.cli.reach_changes:whatif_command", "What a change would close, open and break."),
    }

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """A question without a command is one that `ask` answers."""
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            args = ["ask", *args]
        return super().parse_args(ctx, args)


@click.command(cls=ReachGroup)
def reach() -> None:
    """Ask who can reach what over the network: `everward reach --from internet --to NAME --port 443 PATH`."""


@click.command("ask")
@reading_options
@click.option(
    "--from",
    "source",
    metavar="PLACE",
    required=True,
    help="`internet`, `onprem`, or an id or name: an interface, a cluster, a subnet.",
)
@click.option("--to", "target", metavar="ID", required=True, help="What is to be reached: its ARM id, name or address.")
@click.option("--port", metavar="PORT", help="A port or a range; any, without it.")
@click.option("--protocol", type=click.Choice(["tcp", "udp", "icmp"]), default="tcp", show_default=True)
@click.option("--explain", is_flag=True, help="Show the ways that are closed too, and what closes them.")
@incomplete_option
@output_option("text", "json", "svg")
def ask_command(
    paths: tuple[Path, ...],
    source: str,
    target: str,
    port: str | None,
    protocol: str,
    explain: bool,
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    **reading: Any,
) -> int:
    """Say whether PLACE can reach ID in what PATH holds. Ends with 1 when it can, with 3 when that is not known."""
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.reach.paths import Networks
    from everward.facts.reach.questions import Verdict, ask
    from everward.reports.interface import Look
    from everward.reports.reach import replies_json, replies_svg, replies_text

    service = _service(protocol, port)
    estate = Estate(read(paths, **reading))
    world = Networks(estate, [service])
    replies = ask(world, source, target, service)
    for output in outputs:
        if output.form == "json":
            deliver(replies_json(replies), output)
        elif output.form == "svg":
            deliver(replies_svg(replies), output)
        else:
            look = Look(width=width(), colour=colours(output))
            deliver(replies_text(replies, look, explain=explain), output)
    verdicts = {reply.verdict for reply in replies}
    code = 1 if Verdict.OPEN in verdicts else 3 if Verdict.UNKNOWN in verdicts else 0
    return end(estate, code, allow_incomplete=allow_incomplete)


def _service(protocol: str, port: str | None) -> Service:
    from everward.facts.reach.services import Service, parse_ports

    if port is None:
        return Service(protocol)
    ports = parse_ports(port)
    if ports is None:
        raise click.BadParameter(f"`{port}` is no port and no range of ports", param_hint="--port")
    return Service(protocol, ports=ports)


@click.command("exposures")
@reading_options
@click.option("--management", is_flag=True, help="Only those with ports of remote administration.")
@click.option("--type", "types", metavar="TYPE", multiple=True, help="Only targets of this type. Repeatable.")
@incomplete_option
@output_option("text", "json")
def exposures_command(
    paths: tuple[Path, ...],
    management: bool,
    types: tuple[str, ...],
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    **reading: Any,
) -> int:
    """List every way in from the Internet, with what decides it and a packet to show it."""
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.interface import with_facts
    from everward.facts.reach.facts import EXPOSURE, ReachAnalysis
    from everward.reports.encode import encode_resource
    from everward.reports.interface import Look
    from everward.reports.json import document_list, document_member
    from everward.reports.reach import SCHEMA, exposures_text

    estate = with_facts(Estate(read(paths, **reading)), [ReachAnalysis()])
    wanted = {name.lower() for name in types}
    found = [
        fact
        for fact in estate.of_type(f"Everward.{EXPOSURE}")
        if (not management or fact.get("properties.management") is True)
        and (not wanted or str(fact.get("properties.targetType")).lower() in wanted)
    ]
    for output in outputs:
        if output.form == "json":
            rows = (encode_resource(fact) for fact in found)
            pieces = (b"{", document_member("schema", SCHEMA, first=True), *document_list("exposures", rows), b"\n}\n")
            deliver(pieces, output)
        else:
            deliver(exposures_text(found, Look(width=width(), colour=colours(output))), output)
    _tell_unmodelled(estate)
    return end(estate, allow_incomplete=allow_incomplete)


def _tell_unmodelled(estate: Estate) -> None:
    """Say on standard error which entry points nobody looked at."""
    from everward.facts.reach.unmodelled import NOT_LOOKED_AT
    from everward.values import clean

    for item in estate.unresolved:
        if item.reason.startswith(NOT_LOOKED_AT):
            click.echo(clean(f"note: {item.subject}: {item.reason}"), err=True)


@click.command("origins")
@reading_options
@incomplete_option
@output_option("text", "json")
def origins_command(
    paths: tuple[Path, ...], allow_incomplete: bool, targets: tuple[Target, ...], **reading: Any
) -> int:
    """List the origins of every Front Door, and who can reach them around it. Ends with 1 when anybody can."""
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.interface import with_facts
    from everward.facts.reach.facts import ReachAnalysis
    from everward.facts.reach.originfacts import ORIGIN
    from everward.reports.encode import encode_resource
    from everward.reports.interface import Look
    from everward.reports.json import document_list, document_member
    from everward.reports.origins import origins_text
    from everward.reports.reach import SCHEMA

    estate = with_facts(Estate(read(paths, **reading)), [ReachAnalysis()])
    found = list(estate.of_type(f"Everward.{ORIGIN}"))
    for output in outputs:
        if output.form == "json":
            rows = (encode_resource(fact) for fact in found)
            pieces = (b"{", document_member("schema", SCHEMA, first=True), *document_list("origins", rows), b"\n}\n")
            deliver(pieces, output)
        else:
            deliver(origins_text(found, Look(width=width(), colour=colours(output))), output)
    words = {fact.get("properties.bypass") for fact in found if isinstance(fact.get("properties.bypass"), str)}
    return end(estate, 1 if words & {"open", "anyFrontDoor"} else 0, allow_incomplete=allow_incomplete)


@click.command("matrix")
@reading_options
@click.option("--explain", is_flag=True, help="Show what keeps services from passing, for every pair.")
@incomplete_option
@output_option("text", "json", "svg")
def matrix_command(
    paths: tuple[Path, ...], explain: bool, allow_incomplete: bool, targets: tuple[Target, ...], **reading: Any
) -> int:
    """Show which subnets can talk to which, and which pods."""
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.reach.matrix import Matrix
    from everward.facts.reach.paths import Networks
    from everward.facts.reach.pods import PodNetworks
    from everward.reports.interface import Look
    from everward.reports.reach_matrix import matrix_json, matrix_svg, matrix_text

    estate = Estate(read(paths, **reading))
    matrix = Matrix(Networks(estate))
    pods = PodNetworks(estate)
    for output in outputs:
        if output.form == "json":
            deliver(matrix_json(matrix, pods, explain=explain), output)
        elif output.form == "svg":
            deliver(matrix_svg(matrix), output)
        else:
            deliver(matrix_text(matrix, Look(width=width(), colour=colours(output)), pods, explain=explain), output)
    return end(estate, allow_incomplete=allow_incomplete)
