"""One evaluation of one root: what is shared by all its module instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from everward.estate.reading import Unresolved
from everward.sources.limits import limit_help
from everward.sources.terraform.depth import deep_stack
from everward.sources.terraform.evaluation.configurations import Configurations
from everward.sources.terraform.evaluation.data_sources import DataReader
from everward.sources.terraform.evaluation.files import Files
from everward.sources.terraform.evaluation.statements import Statements
from everward.sources.terraform.instance import Instance, Provider
from everward.sources.terraform.language.evaluate import evaluate
from everward.sources.terraform.language.scope import EvaluationError, Scope
from everward.sources.terraform.language.values import Data, Sensitive, inward, outward
from everward.sources.terraform.modules import Module, ModuleLoader
from everward.sources.terraform.modules.declarations import Mode
from everward.sources.terraform.syntax import Attribute, Block
from everward.values import Origin, Unknown, Value, placeholder

if TYPE_CHECKING:
    from everward.sources.terraform.evaluation.module import ModuleInstance

_SMALL = 32
"""Elements of values that are counted again rather than remembered."""
WORKSPACE = "terraform.workspace"
_DEEP = "the expressions refer to one another too deeply"


@dataclass(frozen=True, slots=True)
class GivenValue:
    """A value for a variable of the root, and where it was given."""

    value: Data
    place: str
    """For people: a file, a command line, a pipeline."""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """A block that was read, and of which there is no instance."""

    address: str
    mode: Mode | Literal["module"]
    block: Block
    reason: str


class World(Protocol):
    """What lies outside of a root and is known all the same: other roots, states, what an earlier run found."""

    def attribute(self, kind: str, resource_id: str, path: str) -> Value:
        """An attribute of a resource that something declares, by type and (lower-case) ARM id; else None."""
        ...

    def outputs(self, instance: Instance) -> Data | None:
        """The outputs that a `terraform_remote_state` data source would find."""
        ...


class Session:
    """Evaluates a root once."""

    def __init__(
        self,
        root: Module,
        loader: ModuleLoader,
        provider: Provider,
        given: Mapping[str, GivenValue],
        *,
        workspace: str | None = None,
        world: World | None = None,
    ) -> None:
        self.root = root
        self.loader = loader
        self.provider = provider
        self.given = given
        self.workspace: Data = workspace
        if workspace is None:
            self.workspace = Unknown(
                reason="the workspace is chosen when Terraform runs",
                decided_by=(WORKSPACE,),
                present=True,
                text=placeholder(WORKSPACE),
            )
        self.limits = loader.limits
        self.files = Files(root.folder, loader.tree, self.limits)
        self.instances: list[Instance] = []
        self.modules: dict[str, Module] = {}
        """The modules that were looked at, by real folder."""
        self.absent: list[Absent] = []
        """Blocks without an instance, each once."""
        self.sought: dict[tuple[str, str, str], None] = {}
        """Type, id and attribute of what data sources were asked for and could not tell, in order."""
        self.configurations = Configurations(self)
        self.statements = Statements(self)
        self._data = DataReader(self, world)
        self._root: ModuleInstance | None = None
        self.stack: list[str] = []
        """What is being worked out, outermost first: how a cycle is told."""
        self._weights: dict[int, tuple[int, Data]] = {}
        self._unresolved: dict[tuple[str, str, Origin | None], Unresolved] = {}
        self.vendored, problems = loader.vendored(root.folder)
        for item in problems:
            self.report(item)

    @property
    def top(self) -> ModuleInstance:
        """The instance of the root."""
        from everward.sources.terraform.evaluation.module import ModuleInstance

        if self._root is None:
            self._root = ModuleInstance.of_root(self)
        return self._root

    @property
    def unresolved(self) -> list[Unresolved]:
        """What could not be settled, each once, in the order in which it was met."""
        return list(self._unresolved.values())

    def run(self) -> ModuleInstance:
        """Evaluate everything: all instances, and what else can be wrong."""
        with deep_stack():
            root = self.top
            root.collect()
            root.check()
            self.statements.check()
        return root

    def outputs(self) -> dict[str, Value]:
        """What the root hands to others, by name; what is sensitive is a hole."""
        with deep_stack():
            return {name: outward(self.top.output(name)) for name in self.root.outputs}

    # What goes wrong

    def report(self, item: Unresolved) -> None:
        """Note something once."""
        self._unresolved.setdefault((item.subject, item.reason, item.origin), item)

    def report_at(
        self,
        subject: str,
        reason: str,
        origin: Origin | None,
        *,
        incomplete: bool,
        decided_by: tuple[str, ...] = (),
        help: str | None = None,
        represented: bool = False,
    ) -> None:
        """Note something once, by its parts."""
        self.report(Unresolved(subject, reason, origin, decided_by, help, incomplete, represented))

    def value_of(self, attribute: Attribute, scope: Scope, subject: str) -> Data:
        """The value of an attribute; where it has none, that is noted and a hole stands for it."""
        try:
            value = evaluate(attribute.value, scope)
            most = self.limits.elements
            if isinstance(value, list | dict) and self._weight(value) > most:
                reason = f"the value is too large: more than {most:,} elements"
                return self.failed(reason, None, attribute, subject, limit_help("elements"))
            return value
        except EvaluationError as error:
            return self.failed(error.message, error.line, attribute, subject, error.help, refused=error.refused)
        except RecursionError:
            return self.failed(_DEEP, None, attribute, subject, "split the expressions, or read the plan instead")

    def _weight(self, value: Data) -> int:
        """How many elements a value has at all depths; parts that stand in it several times count each time."""
        total = 0
        stack: list[Data] = [value]
        while stack and total <= self.limits.elements:
            item = stack.pop()
            known = self._weights.get(id(item))
            if known is not None:
                total += known[0]
            elif isinstance(item, Sensitive):
                stack.append(item.value)
            elif isinstance(item, list | dict):
                total += 1 + len(item)
                inner = item.values() if isinstance(item, dict) else item
                stack += [part for part in inner if isinstance(part, list | dict | Sensitive)]
        if total > _SMALL:
            # The value is kept as well: as long as it lives, nothing else has its identity.
            self._weights[id(value)] = (total, value)
        return total

    def failed(
        self,
        reason: str,
        line: int | None,
        attribute: Attribute,
        subject: str,
        help: str | None,
        *,
        refused: bool = False,
    ) -> Unknown:
        """Note that an expression has no value, and give the hole that stands for it.

        A configuration that Terraform refuses deploys nothing, so whatever is judged of it is no pass.
        """
        advice = help or ("mend it first: `terraform validate` refuses it too" if refused else None)
        origin = attribute.origin
        if line is not None and line != origin.line and not attribute.whole:
            origin = Origin(source=origin.source, file=origin.file, line=line)
        # A failure inside a module is told once, however many instances the module has.
        self.report(
            Unresolved(_without_keys(subject), f"`{attribute.name}`: {reason}", origin, help=advice, incomplete=refused)
        )
        return Unknown(reason=reason, origin=origin)

    def computed(self, instance: Instance, path: str) -> Data:
        """An attribute that nobody configured: what is known of a data source, else what the provider has."""
        if instance.mode == "data":
            return self._data.attribute(instance, path)
        if path in instance.computed:
            return inward(instance.computed[path])
        return inward(self.provider.attribute(instance, path))


def _without_keys(address: str) -> str:
    out: list[str] = []
    depth = 0
    quoted = False
    for position, char in enumerate(address):
        if depth and char == '"' and address[position - 1] != "\\":
            quoted = not quoted
        if char == "[" and not quoted:
            depth += 1
        if not depth:
            out.append(char)
        if char == "]" and not quoted:
            depth -= 1
    return "".join(out)
