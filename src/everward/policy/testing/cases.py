"""Test files: cases with resources, and what a policy must say of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import msgspec

from everward.policy.outcome import State
from everward.sources.jsontext import MAX_DEPTH, depth_within
from everward.sources.tree import display
from everward.values import Origin, ProblemError

EXPECTED: Final[dict[str, State]] = {
    "good": State.COMPLIANT,
    "bad": State.NON_COMPLIANT,
    **{str(state): state for state in State},
}
"""The words for verdicts: those of the states, and good and bad."""

Word: TypeAlias = Literal[
    "good",
    "bad",
    "compliant",
    "nonCompliant",
    "unknown",
    "notApplicable",
    "protected",
    "manual",
    "error",
]
_MAX_VALUES: Final = 200_000
"""Values of one test file, with those counted again that anchors repeat."""


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    pass


class ExpectedChange(_Written, frozen=True):
    """One change that append or modify must make."""

    path: str
    """Where in the resource: `properties.minimumTlsVersion`, `tags.owner`."""
    kind: Literal["add", "replace", "remove"] | None = None
    before: Any = msgspec.UNSET
    after: Any = msgspec.UNSET


class Expectation(_Written, frozen=True):
    """What must come out. What is left out is not looked at."""

    state: Word | None = None
    effect: str | None = None
    """The effect that the policy has, without regard to case."""
    request: Literal["allowed", "denied", "unknown"] | None = None
    """What happens to a request that would create or update the resource."""
    changes: tuple[ExpectedChange, ...] | None = None
    """The changes that append and modify make to it: these and no others."""
    deploys: Any = None
    """Whether deployIfNotExists deploys (true, false), or a part of the deployment that must be there."""
    decided_by: tuple[str, ...] = ()
    """What the verdict must wait for, when it is unknown."""
    reasons: tuple[str, ...] = ()
    """Paths that the reasons must name."""
    message: str | None = None
    """A part of the error, when the state is `error`."""


_NOTHING: Final = Expectation()


class CaseContext(_Written, frozen=True):
    """What a case says of time, request and assignment."""

    now: str | None = None
    """What `utcNow()` returns: an ISO 8601 time."""
    api_version: str | None = None
    identity: Any = None
    assignment_id: str = ""
    definition_id: str = ""
    set_definition_id: str = ""
    definition_reference_id: str = ""
    resource_group: dict[str, Any] | None = None
    subscription: dict[str, Any] | None = None


class Selection(_Written, frozen=True):
    """Which resources of a workload are judged."""

    type: str | None = None
    name: str | None = None
    id: str | None = None
    address: str | None = None
    """The source's own name, such as a Terraform address."""


class Case(_Written, frozen=True):
    """One case: what is judged, beside what, and what must come out.

    A resource is its body with `type` and `name` (segments of a child joined with `/`), and `id` or `scope` where it
    does not stand in the group of cases. A hole is written `{$unknown: {reason: …, decidedBy: […]}}`.
    """

    name: str
    expect: Word | Expectation
    resource: dict[str, Any] | None = None
    resources: tuple[dict[str, Any], ...] = ()
    """Further resources that must get the same verdict."""
    related: tuple[dict[str, Any], ...] = ()
    """Resources that stand beside, and are not judged."""
    estate: tuple[dict[str, Any], ...] = ()
    """Resources of a workload, and what stands elsewhere (`Pipelines/connections`).

    Judged is what the policy is about of them, and of the facts that follow from them.
    """
    workload: str | None = None
    """A path to read: a Terraform folder, a template, an inventory. `template` and `terraform` say the same."""
    template: str | None = None
    terraform: str | None = None
    variables: dict[str, Any] = {}
    """Values of the workload's inputs."""
    variable_files: tuple[str, ...] = ()
    environment: str | None = None
    select: Selection | None = None
    """Which resources and facts of the workload are judged; without it, those that the policy is about."""
    parameters: dict[str, Any] = {}
    context: CaseContext | None = None
    source: str = "template"
    """The kind of source that written resources come from."""

    @property
    def path(self) -> str | None:
        """What is to be read, beside the written resources."""
        return self.workload or self.template or self.terraform

    @property
    def expected(self) -> Expectation:
        """What must come out, however it is written."""
        return Expectation(state=self.expect) if isinstance(self.expect, str) else self.expect


class Suite(_Written, frozen=True):
    """A test file."""

    cases: tuple[Case, ...]
    definition: str | None = None
    """The definition that is tested, as a path from the test file; else the one beside it."""
    parameters: dict[str, Any] = {}
    """Parameters of every case, unless it gives its own."""
    context: CaseContext | None = None


def read_cases(path: Path) -> list[Case]:
    """The cases of a test file.

    Raises:
        ProblemError: when the file is not as it must be.

    """
    return list(read_suite(path).cases)


def read_suite(path: Path) -> Suite:
    """A test file: an object with `cases`, or a list of cases.

    Raises:
        ProblemError: when the file is not as it must be, with the line.

    """
    import yaml

    text = ""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        document = load_yaml(text)
        if isinstance(document, list):
            suite, above = Suite(cases=msgspec.convert(document, tuple[Case, ...])), ""
        else:
            suite, above = msgspec.convert(document, Suite), ".cases"
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$")
        line = _line(text, where.rstrip("`"))
        place = f" at `{where.rstrip('`').lstrip('.')}`" if where else ""
        raise _broken(path, f"{message[:1].lower()}{message[1:]}{place}", line) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise _broken(path, error.problem or "not YAML", mark.line + 1 if mark is not None else None) from error
    except OSError as error:
        raise _broken(path, (error.strerror or "error").lower(), None) from error
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise _broken(path, "nested too deeply" if isinstance(error, RecursionError) else str(error), None) from error
    if not suite.cases:
        raise _broken(path, "there are none", _line(text, above))
    for index, case in enumerate(suite.cases):
        if case.expected == _NOTHING:
            raise _broken(path, f"`{case.name}` expects nothing", _line(text, f"{above}[{index}].expect"))
    return suite


def _broken(path: Path, why: str, line: int | None) -> ProblemError:
    return ProblemError(
        f"`{path.name}` does not hold cases: {why}",
        origin=Origin(source="cases", file=display(path), line=line),
        help="a test file is a list of cases, or an object with `cases`; each has `name`, `expect` and resources",
    )


def load_yaml(text: str) -> Any:
    """Read YAML as JSON would have it: dates stay texts, and what anchors repeat is bounded.

    Raises:
        yaml.YAMLError: when it is not YAML.
        ValueError: when it is too large or nested too deeply, or a key is no text.

    """
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc, valid-type]
        """The safe loader without dates."""

    Loader.yaml_implicit_resolvers = {
        first: [item for item in resolvers if item[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in base.yaml_implicit_resolvers.items()
    }
    document = yaml.load(text, Loader=Loader)  # noqa: S506 - a safe loader with less
    _bounded(document)
    if not depth_within(document, MAX_DEPTH):
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    return document


def _bounded(document: Any) -> None:
    left = _MAX_VALUES
    stack = [document]
    while stack:
        left -= 1
        if left < 0:
            raise ValueError(f"it has more than {_MAX_VALUES} values")
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, dict):
            for key in item:
                if not isinstance(key, str):
                    raise ValueError(f"the key `{key}` is no text: put it in quotes")
            stack.extend(item.values())


def _line(text: str, where: str) -> int | None:
    """The line of a path such as `.cases[0].expect`, or of the deepest part of it that there is."""
    import re

    import yaml

    node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if node is None:
        return None
    for step in re.findall(r"\[(\d+)\]|\.(\w+)", where):
        below = None
        if step[0] and isinstance(node, yaml.SequenceNode) and int(step[0]) < len(node.value):
            below = node.value[int(step[0])]
        elif step[1] and isinstance(node, yaml.MappingNode):
            below = next((value for key, value in node.value if key.value == step[1]), None)
        if below is None:
            break
        node = below
    return int(node.start_mark.line) + 1
