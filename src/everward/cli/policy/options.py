"""Options that the commands of the bench share, and what they make of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from everward.cli.reading import VariableType, reading_options
from everward.values import clean

if TYPE_CHECKING:
    from everward.estate import Estate, Resource, Unresolved
    from everward.policy import EvaluationContext, Reason
    from everward.policy.bench import Subject

F = TypeVar("F", bound=Callable[..., Any])


class MomentType(click.ParamType):  # type: ignore[type-arg]  # generic in later versions only
    """A moment in ISO 8601."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it; without a zone it is UTC."""
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"`{value}` is no time: write 2026-01-31T12:00:00Z", param, ctx)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


_OPTIONS = (
    click.option(
        "--parameters",
        "parameter_files",
        metavar="FILE",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Values of the policy's parameters (JSON or YAML); a later file wins. Repeatable.",
    ),
    click.option(
        "--parameter",
        "parameter_pairs",
        metavar="NAME=VALUE",
        multiple=True,
        type=VariableType(),
        help="Value of one parameter, as JSON or text; wins over files. Repeatable.",
    ),
    click.option(
        "--library",
        metavar="PATH",
        multiple=True,
        type=click.Path(exists=True, path_type=Path),
        help="Where definitions that are referred to stand, beside the library. Repeatable.",
    ),
    click.option("--api-version", metavar="VERSION", help="API version of the request: chooses the paths of aliases."),
    click.option("--now", metavar="TIME", type=MomentType(), help="What `utcNow()` returns."),
)


def subject_options(command: F) -> F:
    """Add the options that say how a policy is assigned, and those that say how resources are read."""
    command = reading_options(command)
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def load(definition: Path, options: dict[str, Any]) -> Subject:
    """The policy that is meant.

    Raises:
        ProblemError: when it cannot be read, or a parameter does not fit.

    """
    from everward.policy.bench import load_subject, read_parameters

    return load_subject(
        definition,
        parameters=read_parameters(options["parameter_files"], options["parameter_pairs"]),
        context=_context(options),
        library=options["library"],
    )


def _context(options: dict[str, Any]) -> EvaluationContext:
    from dataclasses import replace

    from everward.policy import EvaluationContext

    context = EvaluationContext(api_version=options["api_version"])
    return context if options["now"] is None else replace(context, now=options["now"])


def read(paths: Sequence[Path], options: dict[str, Any], *subjects: Subject) -> Estate:
    """The resources that are meant, with the facts that policies read.

    Raises:
        ProblemError: when a path does not exist, or holds no resources.

    """
    from everward.estate import Estate
    from everward.policy.bench import read_resources
    from everward.sources import Limits, ReadOptions

    read_options = ReadOptions(
        subscription=options["subscription"],
        resource_group=options["resource_group"],
        location=options["location"],
        var_files=options["var_files"],
        variables=dict(options["variables"]),
        environment=options["environment"],
        limits=Limits.given(options["limits"]),
    )
    estate = Estate(read_resources(paths, read_options))
    names = frozenset().union(*(subject.analyses for subject in subjects))
    if not names:
        return estate
    from everward.facts.analyses import add_facts

    return add_facts(estate, names)


def own_resources(estate: Estate) -> list[Resource]:
    """The resources that were read: those that are only implied by others are not judged."""
    read_ones = {resource.key for reading in estate.readings for resource in reading.resources}
    return [resource for resource in estate if resource.key in read_ones]


def tell_gaps(estate: Estate, problems: Iterable[Unresolved]) -> bool:
    """Say on standard error what was not read or not judged, and return whether a verdict may be missing for it."""
    gaps = [item for item in estate.unresolved if item.incomplete]
    listed = [*gaps, *problems]
    for item in listed:
        place = f"{item.origin}: " if item.origin is not None and item.origin.file else ""
        click.echo(
            clean(f"{'incomplete' if item.incomplete else 'note'}: {place}{item.subject}: {item.reason}"), err=True
        )
        if item.help:
            click.echo(clean(f"help: {item.help}"), err=True)
    return any(item.incomplete and not item.represented for item in listed)


def title_of(resource: Resource) -> str:
    """A resource as one line: type, name, and where it stands."""
    place = f" ({resource.origin})" if resource.origin.file else ""
    return clean(f"{resource.type} {resource.name}{place}")


def hidden(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons as they may be shown: values under names of secrets, and values that look like one, are replaced."""
    import msgspec

    return tuple(
        msgspec.structs.replace(
            reason, expected=_safe(reason.expected, reason.path), actual=_safe(reason.actual, reason.path)
        )
        for reason in reasons
    )


def _safe(value: Any, path: str) -> Any:
    from everward.assessment import redact
    from everward.values import Unknown

    return value if isinstance(value, Unknown) else redact(value, path.rpartition(".")[2])


def as_given(name: str, value: Any) -> Any:
    """A value that is given by a name as it may be shown."""
    from everward.values import conceal

    return conceal({name: {"value": value}})[name]["value"]


def as_json(value: Any) -> Iterator[bytes]:
    """A report as JSON: records as objects, holes as `{"$unknown": …}`, no secrets."""
    import msgspec

    from everward.assessment import redact
    from everward.reports.encode import encode

    yield msgspec.json.format(encode(redact(_plain(value))), indent=2) + b"\n"


def _plain(value: Any) -> Any:
    import msgspec

    from everward.values import Unknown

    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, msgspec.Struct) and not isinstance(value, Unknown):
        brief = type(value).__struct_config__.omit_defaults
        return {
            item.encode_name: _plain(found)
            for item in msgspec.structs.fields(value)
            if (found := getattr(value, item.name)) != item.default or not brief
        }
    return value
