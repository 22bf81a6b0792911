"""`everward access`: who may do what, by which path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

import click

from everward.cli.answering import end, incomplete_option, nothing_hidden
from everward.cli.group import Entry, LazyGroup
from everward.cli.output import Target, check_targets, colours, deliver, output_option, width
from everward.cli.reading import read, reading_options
from everward.values import UsageError, clean

if TYPE_CHECKING:
    from everward.facts.access.principals import Principal
    from everward.facts.access.rights import Rights


_SHOWN: Final = 5
_READ_GROUPS: Final = "read an export of it too, `az rest --url '.../v1.0/groups?$expand=members'`"


class AccessGroup(LazyGroup):
    """`everward access COMMAND`."""

    entries: ClassVar[Mapping[str, Entry]] = {
        "who-can": ("everward.cli.access:who_can", "Who may do something somewhere, and by which path."),
        "what-can": ("everward.cli.access:what_can", "What somebody may do, and whom they can become."),
        "limits": ("everward.cli.access:limits", "How many role assignments there are, and with more stamps."),
    }


@click.command(cls=AccessGroup)
def access() -> None:
    """Ask who may do what: by roles, conditions, access policies and data roles."""


@click.command("who-can")
@click.argument("operation", metavar="ACTION")
@click.argument("scope", metavar="SCOPE")
@reading_options
@click.option("--data/--control", "data", default=None, help="The plane of ACTION; by the catalogue, without it.")
@click.option("--explain", is_flag=True, help="Show every path, not the surest one only, ids and conditions whole.")
@incomplete_option
@output_option("text", "json", "svg")
def who_can(
    operation: str,
    scope: str,
    paths: tuple[Path, ...],
    data: bool | None,
    explain: bool,
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    **reading: Any,
) -> int:
    """Say who may do ACTION at SCOPE (an ARM id, or the name of a resource), in what PATH holds."""
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.access.rights import Rights
    from everward.reports.access import who_can_json, who_can_svg, who_can_text
    from everward.reports.access_words import is_open_group
    from everward.reports.interface import Look

    _check_operation(operation)
    estate = Estate(read(paths, **reading))
    rights = Rights(estate)
    with nothing_hidden(estate):
        where = _scope(rights, scope)
    _check_known(operation)
    found = list(rights.who_may(operation, where, data=data))
    for output in outputs:
        if output.form == "json":
            deliver(who_can_json(operation, where, found, rights), output)
        elif output.form == "svg":
            deliver(who_can_svg(operation, where, found, rights), output)
        else:
            look = Look(width=width(), colour=colours(output))
            deliver(who_can_text(operation, where, found, rights, look, explain=explain), output)
    open_groups = [one for one, answer in found if is_open_group(rights, one) and answer.denial is None]
    return _end(rights, allow_incomplete=allow_incomplete, groups=open_groups)


def _check_operation(operation: str) -> None:
    """Refuse what is no operation: a pattern would be compared letter by letter, and nobody would be found."""
    fault = "is a pattern, not one operation" if "*" in operation else "is no operation"
    if "*" in operation or not all(part.strip() for part in operation.partition("/")):
        raise click.BadParameter(
            f"`{clean(operation)}` {fault}: write `Microsoft.KeyVault/vaults/write`", param_hint="ACTION"
        )


def _end(rights: Rights, *, allow_incomplete: bool, groups: Sequence[Principal] = ()) -> int:
    """The exit code; roles that nobody knows, and groups of unknown members, may give somebody what was asked for."""
    from everward.assessment import Exit
    from everward.reports.words import place_text

    unread = rights.grants.unread
    for resource, reason in unread[:_SHOWN]:
        click.echo(clean(f"warning: {place_text(resource.origin)}: `{resource.name}`: {reason}"), err=True)
    if len(unread) > _SHOWN:
        click.echo(f"warning: and {len(unread) - _SHOWN} more grants that are not known", err=True)
    for group in groups[:_SHOWN]:
        click.echo(clean(f"warning: who is in the group `{group.name}` is not known: {_READ_GROUPS}"), err=True)
    code = end(rights.estate, allow_incomplete=allow_incomplete)
    return int(Exit.INCOMPLETE) if (unread or groups) and not code and not allow_incomplete else code


def _check_known(operation: str) -> None:
    """Warn of an operation that the catalogue lacks: wildcards grant it all the same, so a slip gets an answer."""
    from everward.facts.access.roles import is_known_operation, operations_like

    if is_known_operation(operation):
        return
    near = ", ".join(f"`{name}`" for name in operations_like(operation))
    meant = f"did you mean {near}?" if near else "the catalogue may be older than it"
    click.echo(f"warning: `{clean(operation)}` is not among the known operations; {meant}", err=True)


def _scope(rights: Rights, text: str) -> str:
    """The id of a scope: as given, or that of the only resource of the name, or of what grants alone name so."""
    estate = rights.estate
    if text.startswith("/"):
        key = text.rstrip("/").lower()
        if key and not any(f"{item.key}/".startswith(f"{key}/") for item in estate):
            shown = clean(text)
            click.echo(f"warning: no source has anything at `{shown}`: only what is held above it counts", err=True)
        return text
    named = [item.id for item in estate if item.name.lower() == text.lower()]
    if not named and text.strip():
        # Another root makes it, or nobody has read it: its name stands in what is granted there.
        scopes = {grant.scope.lower(): grant.scope for grant in rights.grants.all}
        named = [scope for key, scope in scopes.items() if key.rpartition("/")[2] == text.lower()]
    if len(named) == 1:
        return named[0]
    if not named:
        wanted = text.strip().lower()
        near = [item.name for item in estate if wanted and wanted in item.name.lower()][:5]
        meant = ", ".join(f"`{name}`" for name in near)
        raise UsageError(f"nothing is called `{text}`", help=f"did you mean {meant}?" if near else "give an ARM id")
    ids = ", ".join(f"`{id_}`" for id_ in named[:5])
    raise UsageError(f"`{text}` are {len(named)} resources", help=f"give the id: {ids}")


@click.command("what-can")
@click.argument("name", metavar="PRINCIPAL")
@reading_options
@click.option("--explain", is_flag=True, help="Show ids and conditions whole, and every step that can be taken.")
@incomplete_option
@output_option("text", "json", "svg")
def what_can(
    name: str,
    paths: tuple[Path, ...],
    explain: bool,
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    **reading: Any,
) -> int:
    """Say what PRINCIPAL may do in what PATH holds: an object id, the id or name of a resource, `deployer`."""
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.access.escalation import escalations
    from everward.facts.access.radius import Reach
    from everward.facts.access.rights import Rights
    from everward.reports.access_what import what_can_json, what_can_svg, what_can_text
    from everward.reports.interface import Look

    estate = Estate(read(paths, **reading))
    rights = Rights(estate)
    reach = Reach(rights, escalations(rights))
    with nothing_hidden(estate):
        chosen = _principals(rights, name)
    for output in outputs:
        if output.form == "json":
            deliver(what_can_json(chosen, reach), output)
        elif output.form == "svg":
            deliver(what_can_svg(chosen, reach), output)
        else:
            look = Look(width=width(), colour=colours(output))
            told = (what_can_text(principal, reach, look, explain=explain) for principal in chosen)
            deliver((line for lines in told for line in lines), output)
    return _end(rights, allow_incomplete=allow_incomplete)


@click.command("limits")
@reading_options
@click.option("--stamps", type=click.IntRange(1, 100_000), help="Tell how many there would be with this many stamps.")
@incomplete_option
@output_option("text", "json")
def limits(
    paths: tuple[Path, ...],
    stamps: int | None,
    allow_incomplete: bool,
    targets: tuple[Target, ...],
    **reading: Any,
) -> int:
    """Say how many role assignments each subscription of what PATH holds has, beside the most that it can have."""
    outputs = check_targets(targets)
    from everward.estate import Estate
    from everward.facts.access.counts import counts
    from everward.facts.access.rights import Rights
    from everward.reports.access_limits import limits_json, limits_text
    from everward.reports.interface import Look

    rights = Rights(Estate(read(paths, **reading)))
    found = counts(rights)
    for output in outputs:
        if output.form == "json":
            deliver(limits_json(found, stamps), output)
        else:
            deliver(limits_text(found, stamps, Look(width=width(), colour=colours(output))), output)
    return _end(rights, allow_incomplete=allow_incomplete)


def _principals(rights: Rights, name: str) -> list[Principal]:
    found = rights.grants.principals.find(name) if name.strip() else []
    if not found:
        names = sorted({item.name for item in rights.grants.principals.all.values()})[:8]
        shown = ", ".join(f"`{item}`" for item in names)
        raise UsageError(
            f"nobody is called `{name}`", help=f"there are {shown}" if names else "no source names anybody"
        )
    return found
