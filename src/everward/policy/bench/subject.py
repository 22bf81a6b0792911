"""What is tried: a definition, an initiative or an assignment from a file, ready to judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from everward.estate import Estate, Resource, Unresolved
from everward.policy.context import EvaluationContext
from everward.policy.definition import load_definition
from everward.policy.documents import lines_of
from everward.policy.nodes import Definition
from everward.policy.outcome import Explanation, Outcome, State
from everward.policy.policy import Policy, compile_definition
from everward.policy.problem import DefinitionError
from everward.sources.jsontext import load as load_json
from everward.sources.tree import Tree, display
from everward.values import ProblemError, Truth

if TYPE_CHECKING:
    from everward.policy.assignment import Assignment
    from everward.policy.compliance import Verdict
    from everward.policy.initiative import Initiative
    from everward.policy.nodes import Definition
    from everward.policy.shelf import Held, Holder


@dataclass(slots=True, eq=False)
class Row:
    """What one policy says of one resource."""

    resource: Resource
    name: str
    """What tells the policy from others of the same subject: empty for a single definition."""
    title: str
    """How people name the policy."""
    policy: Policy
    outcome: Outcome
    enforced: Truth = True
    message: str = ""
    """What the assignment tells people whose resource does not comply; empty for one that does."""

    def explain(self, estate: Estate) -> Explanation:
        """The same verdict with its reasons."""
        return self.policy.explain(self.resource, estate)


@dataclass(slots=True, eq=False)
class Subject:
    """A definition, an initiative or an assignment."""

    kind: str
    """`definition`, `initiative` or `assignment`."""
    title: str
    file: str
    policies: list[tuple[str, str, Policy]] = field(default_factory=list)
    """Name, title and policy; empty for an assignment, whose policies depend on the resource."""
    problems: list[Unresolved] = field(default_factory=list)
    """References that lead nowhere, and policies that cannot be used: nothing is judged by them."""
    assignment: Assignment | None = None
    holder: Holder | None = None
    context: EvaluationContext = field(default_factory=EvaluationContext)
    text: str = ""
    """The text of the file: places in it are worked out when they are shown."""

    @property
    def analyses(self) -> frozenset[str]:
        """Names of the analyses whose facts its policies read."""
        return frozenset().union(*(policy.analyses for policy in self._every_policy()))

    def _every_policy(self) -> Iterator[Policy]:
        yield from (policy for _, _, policy in self.policies)
        if self.assignment is None or self.holder is None:
            return
        from everward.policy.binding import bind

        given = self.assignment.parameters
        try:
            bound = bind(self.holder, self.assignment.definition_id, given, version=self.assignment.version)
        except ProblemError:
            return  # judging by it says what is wrong with it
        for member in bound.members:
            if not member.held.static:
                try:
                    yield member.policy()
                except ProblemError:
                    continue

    def judge(self, estate: Estate, resources: Iterable[Resource]) -> list[Row]:
        """What every policy says of every resource; what is out of scope of an assignment has no row."""
        if self.assignment is not None:
            return list(self._scanned(estate, {resource.key: resource for resource in resources}))
        return [
            Row(resource, name, title, policy, policy.evaluate(resource, estate))
            for resource in resources
            for name, title, policy in self.policies
        ]

    def _scanned(self, estate: Estate, resources: Mapping[str, Resource]) -> Iterator[Row]:
        from everward.policy.compliance import Rules, scan
        from everward.policy.hierarchy import Hierarchy

        if self.assignment is None or self.holder is None:
            return
        rules = Rules((self.assignment,), hierarchy=Hierarchy.of(estate))
        found = scan(rules, self.holder, estate, context=self.context)
        # What the scan says of the assignment itself is said once, however often it is asked.
        self.problems = [*found.problems]
        for verdict in found.verdicts:
            resource = resources.get(verdict.resource_id.lower())
            if resource is not None and verdict.policy is None:
                self.problems.append(_undecided(verdict))
            elif resource is not None and verdict.policy is not None:
                outcome = Outcome(verdict.state, verdict.effect, verdict.hole, verdict.error)
                member = verdict.member
                told = verdict.message if outcome.state is State.NON_COMPLIANT else ""
                yield Row(resource, member.reference_id, member.title, verdict.policy, outcome, verdict.enforced, told)


def _undecided(verdict: Verdict) -> Unresolved:
    """A verdict that there is no policy for: an override stands on something that is not known."""
    hole = verdict.hole
    return Unresolved(
        subject=f"`{verdict.member.title}` on `{verdict.resource_id.rpartition('/')[2]}`",
        reason=f"it is not known which override holds: {hole.reason if hole is not None else 'its selector is open'}",
        help="give the values that its selectors ask for",
        decided_by=hole.decided_by if hole is not None else (),
        incomplete=True,
    )


def load_subject(
    path: Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    context: EvaluationContext | None = None,
    library: Sequence[Path] = (),
) -> Subject:
    """Read a file with a definition, an initiative or an assignment.

    What initiatives and assignments refer to is looked for in `library`, then in what the user added to the library,
    then beside the file.

    Raises:
        UsageError: when a path does not exist.
        UnreadableError: when the file cannot be read.
        DefinitionError: when it is none of these, or not valid; or a parameter does not fit.

    """
    tree = Tree(path)
    if path.is_dir():
        raise DefinitionError(
            f"`{path}` is a folder", help="name the file of a definition, an initiative or an assignment"
        )
    text, shown = tree.text(path), display(path)
    here = context if context is not None else EvaluationContext()
    document = load_json(tree.read(path), source="policy", file=shown)
    kind = _kind_of(document)
    if kind == "definition":
        definition = load_definition(text, file=shown)
        policy = compile_definition(definition, parameters, context=here)
        title = definition.display_name or definition.name or shown
        return Subject(kind, title, shown, [("", title, policy)], context=here, text=text)
    holder = holder_for(path, library)
    if kind == "initiative":
        return _initiative(document, shown, parameters, here, holder, text)
    if parameters:
        document = _with_parameters(document, parameters)
    from everward.policy.assignment import load_assignment

    with lines_of(text):
        assignment = load_assignment(document, file=shown)
    return Subject(kind, assignment.title, shown, assignment=assignment, holder=holder, context=here, text=text)


def _kind_of(document: Any) -> str:
    if isinstance(document, dict):
        inner = next((value for key, value in document.items() if key.lower() == "properties"), document)
        keys = {key.lower() for key in inner} if isinstance(inner, dict) else set()
        if "policydefinitions" in keys:
            return "initiative"
        if "policydefinitionid" in keys:
            return "assignment"
    # Whatever else is wrong with it, reading it as a definition says so best.
    return "definition"


def _initiative(
    document: Any,
    shown: str,
    parameters: Mapping[str, Any] | None,
    context: EvaluationContext,
    holder: Holder,
    text: str,
) -> Subject:
    from everward.policy.binding import bind_initiative, unresolved
    from everward.policy.initiative import load_initiative

    with lines_of(text):
        initiative: Initiative = load_initiative(document, file=shown)
    bound = bind_initiative(holder, initiative, parameters, context=context)
    subject = Subject(
        "initiative", initiative.title, shown, problems=[*bound.problems], holder=holder, context=context, text=text
    )
    for member in bound.members:
        if member.held.static:
            continue
        try:
            subject.policies.append((member.reference_id, member.title, member.policy()))
        except ProblemError as problem:
            subject.problems.append(unresolved(initiative, member.reference_id, problem))
    return subject


def _with_parameters(document: Any, parameters: Mapping[str, Any]) -> Any:
    """An assignment with other values for some parameters."""
    inner_key = next((key for key in document if key.lower() == "properties"), None)
    body = dict(document[inner_key]) if inner_key is not None else dict(document)
    key = next((key for key in body if key.lower() == "parameters"), "parameters")
    written = body.get(key)
    if written is not None and not isinstance(written, Mapping):
        # Reading the assignment says what is wrong with it.
        return document
    named = {name.lower() for name in parameters}
    kept = {name: value for name, value in (written or {}).items() if name.lower() not in named}
    body[key] = {**kept, **{name: {"value": value} for name, value in parameters.items()}}
    return {**document, inner_key: body} if inner_key is not None else body


def holder_for(path: Path, library: Sequence[Path]) -> Holder:
    """Where the references of a file are looked up."""
    from everward.policy.library import Library
    from everward.policy.shelf import Shelves

    return Shelves([*([Library.load(library)] if library else []), Library.load(), _Beside(path)])


class _Beside:
    """What stands beside a file, read only when nothing else has what is looked for."""

    def __init__(self, path: Path) -> None:
        self._folder = path.resolve().parent
        self._library: Holder | None = None

    def _held(self) -> Holder:
        if self._library is None:
            self._library = _shelf(sorted(self._folder.glob("*.json")))
        return self._library

    def definition(self, id: str, version: str = "") -> Held[Definition]:
        """See `Holder.definition`."""
        return self._held().definition(id, version)

    def initiative(self, id: str, version: str = "") -> Held[Initiative]:
        """See `Holder.initiative`."""
        return self._held().initiative(id, version)


def _shelf(paths: Iterable[Path]) -> Holder:
    """The definitions and initiatives of some files; what cannot be read is not what is looked for."""
    from everward.policy.initiative import load_initiative
    from everward.policy.shelf import Shelf, hold_definition

    shelf = Shelf()
    for path in paths:
        try:
            shown = display(path)
            document = load_json(Tree(path).read(path), source="policy", file=shown)
            kind = _kind_of(document)
            if kind == "initiative":
                shelf.add_initiative(load_initiative(document, file=shown))
            elif kind == "definition":
                definition, id_ = hold_definition(document, file=shown)
                if not definition.name:
                    # As in the library: what has no name is called as its file is.
                    definition = msgspec.structs.replace(definition, name=path.name.split(".", 1)[0])
                shelf.add_definition(definition, id_)
        except ProblemError:
            continue
    return shelf
