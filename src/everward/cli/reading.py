"""Options about what is read and how, shared by all commands that read a workload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click

if TYPE_CHECKING:
    from everward.estate import Reading

F = TypeVar("F", bound=Callable[..., Any])


class SubscriptionType(click.ParamType):  # type: ignore[type-arg]  # generic in later versions only
    """The id of a subscription."""

    name = "guid"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check that it is a GUID."""
        try:
            return str(UUID(str(value)))
        except ValueError:
            self.fail(f"`{value}` is not the id of a subscription (a GUID)", param, ctx)


class VariableType(click.ParamType):  # type: ignore[type-arg]  # generic in later versions only
    """`NAME=VALUE`."""

    name = "name=value"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split at the first `=`."""
        if isinstance(value, tuple):
            return value
        name, equals, text = str(value).partition("=")
        if not equals or not name.strip():
            # What is not a name may be the value, and that may be secret.
            shown = name if name.isidentifier() else "..."
            self.fail(f"`{shown}` is not NAME=VALUE", param, ctx)
        return name.strip(), text


class ClusterType(click.ParamType):  # type: ignore[type-arg]  # generic in later versions only
    """`[PATH=]CLUSTER`."""

    name = "[path=]cluster"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Path | None, str]:
        """Split at the last `=`, and check that the path is there."""
        if isinstance(value, tuple):
            return value
        path, equals, cluster = str(value).rpartition("=")
        if not cluster.strip():
            self.fail(f"`{value}` names no cluster; write PATH=CLUSTER, or CLUSTER alone", param, ctx)
        if equals and not Path(path).exists():
            self.fail(f"`{path}` does not exist", param, ctx)
        return (Path(path) if equals else None), cluster.strip()


class WorkloadType(click.Path):
    """A path to read; an empty one is a variable without a value, not the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Check that it names something."""
        if not str(value):
            self.fail("it is empty; name a file or a folder, `.` for the current one", param, ctx)
        return super().convert(value, param, ctx)


class ValuesType(click.Path):
    """A file of input values. It is read more than once, so a pipe will not do."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Check that it is a regular file."""
        path = super().convert(value, param, ctx)
        if not Path(str(value)).is_file():
            self.fail(f"`{value}` is not a regular file; write the values to one", param, ctx)
        return path


_OPTIONS = (
    click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=WorkloadType(path_type=Path)),
    click.option(
        "--var-file",
        "var_files",
        metavar="FILE",
        multiple=True,
        type=ValuesType(exists=True, dir_okay=False, path_type=Path),
        help="Values of inputs (*.tfvars, parameter file); a later file wins. Repeatable.",
    ),
    click.option(
        "--var",
        "variables",
        metavar="NAME=VALUE",
        multiple=True,
        type=VariableType(),
        help="Value of one input; wins over files. Repeatable.",
    ),
    click.option(
        "--subscription",
        metavar="GUID",
        type=SubscriptionType(),
        help="Where resources stand whose source does not say it.",
    ),
    click.option("--resource-group", metavar="NAME", help="Where templates of a resource group are deployed."),
    click.option("--location", metavar="REGION", help="Region of deployments that do not name one."),
    click.option(
        "--environment", metavar="NAME", help="Environment whose inputs are looked for in the repository: prod, int."
    ),
    click.option(
        "--cluster",
        "clusters",
        metavar="[PATH=]CLUSTER",
        multiple=True,
        type=ClusterType(),
        help="Cluster (name or id) that charts and manifests go to, where pipelines do not tell. Repeatable.",
    ),
    click.option(
        "--limit",
        "limits",
        metavar="NAME=N",
        multiple=True,
        type=VariableType(),
        help="Raises a limit of reading that a message named. Repeatable.",
    ),
)


def reading_options(command: F) -> F:
    """Add PATH and the options that say how to read."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read(
    paths: tuple[Path, ...],
    *,
    var_files: tuple[Path, ...],
    variables: tuple[tuple[str, str], ...],
    subscription: str | None,
    resource_group: str | None,
    location: str | None,
    environment: str | None,
    limits: tuple[tuple[str, str], ...],
    clusters: tuple[tuple[Path | None, str], ...] = (),
) -> list[Reading]:
    """Read everything below `paths`.

    Raises:
        UsageError: when a path or a limit does not exist.
        UnreadableError: when nobody may look whether it does.

    """
    from everward.sources import Limits, ReadOptions, read_workload

    options = ReadOptions(
        subscription=subscription,
        resource_group=resource_group,
        location=location,
        var_files=var_files,
        variables=dict(variables),
        environment=environment,
        limits=Limits.given(limits),
        clusters=clusters,
    )
    return read_workload(paths, options)
