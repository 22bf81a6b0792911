"""One expansion of a root template: what all its deployments share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from everward.estate import Disposed, Disposition, Reading, ReadInput
from everward.expressions import TEMPLATE, ExpressionError, close
from everward.expressions.holes import check_size, count_parts
from everward.expressions.limits import Bounds, bounded_by
from everward.expressions.problem import Failure
from everward.sources.interface import ReadOptions
from everward.sources.limits import limit_help
from everward.sources.template.declaration import Declaration
from everward.sources.template.document import Document, Site, open_document
from everward.sources.template.instance import Instance
from everward.sources.template.problems import Problems
from everward.sources.template.room import room
from everward.sources.tree import Tree, real
from everward.values import Unknown, UnreadableError, Value

if TYPE_CHECKING:
    from everward.sources.template.deployment import Deployment


_INSTANCE: Final = 10
"""Steps that a resource takes, beside what is evaluated for it."""
_SPARED: Final = 10_000
"""Parts of a value that is kept when there can be no more work."""
DEPLOYMENT: Final = 200
"""Steps that a nested deployment takes."""


REFUSED: Final = "Azure refuses it"


def advice(error: ExpressionError) -> str | None:
    """What to do about an expression that fails."""
    return error.help if error.limit is None else limit_help(error.limit)


class Run:
    """Documents, problems and limits of one expansion."""

    def __init__(self, reading: Reading, tree: Tree | None, problems: Problems, options: ReadOptions) -> None:
        self.reading = reading
        self.tree = tree
        self.limits = limits = options.limits
        self.live = options.live
        self.problems = problems
        self.root: Deployment | None = None
        self._documents: dict[Path, Document | None] = {}
        self.bounds = Bounds(
            expression=limits.expression,
            nesting=limits.nesting,
            elements=limits.elements,
            text=limits.text,
            expansion=limits.expansion,
            steps=limits.steps,
            shared=True,
        )
        self._left = limits.instances
        self._searching: set[int] = set()
        self._by_id: dict[str, Instance] = {}
        self._settled = False
        """Whether every deployment is known, and all of its resources."""
        self.speculations = 0
        """How many references are being worked out from the template."""
        self.of_scope = False
        """While an expression is worked out that hangs on the scope alone: what the scope holds is not looked at."""
        self._exceeded = False

    @contextmanager
    def working(self) -> Iterator[None]:
        """While something of it is evaluated: its limits hold, and there is room for deep values."""
        with room(), bounded_by(self.bounds):
            yield

    def spend(self, site: Site) -> bool:
        """Count an instance; False when there are too many."""
        self._left -= 1
        if self._left == -1:
            self.problems.add(
                site,
                f"the template gives more than {self.limits.instances} resources",
                help=limit_help("instances"),
                incomplete=True,
            )
        return self._left >= 0 and self.step(site, _INSTANCE) is None

    def step(self, site: Site, steps: int = 1) -> Unknown | None:
        """Count work; a hole when there was too much of it."""
        try:
            self.bounds.spend(steps)
        except Failure:
            return Unknown(reason=self._exceed(site))
        return None

    def held(self, value: Value, site: Site, *, closed: bool = False) -> Value:
        """A value that was put together, or a hole when it has more parts than a value may have.

        Values share their parts, so a few lines can make one that nobody could write down. With `closed`, objects that
        are only known in part are holes in it.
        """
        try:
            if closed:
                return close(value, counted=True)
            check_size(value)
        except Failure as failure:
            self.failed(site, ExpressionError(failure.message, limit=failure.limit))
            if failure.limit == "steps" and count_parts(value, _SPARED) <= _SPARED:
                return close(value) if closed else value
            return Unknown(reason=failure.message, origin=site.origin())
        return value

    def failed(self, site: Site, error: ExpressionError) -> None:
        """Say that an expression fails."""
        if error.limit == "steps":
            self._exceed(site)
        else:
            self.problems.add(site, error.message, help=advice(error))

    def note_long(self, site: Site, length: int) -> None:
        """Say that an expression is longer than Azure allows."""
        reason = f"the expression has {length} characters, more than the {TEMPLATE.max_length} that Azure takes"
        self.problems.add(site, reason, help=REFUSED)

    def _exceed(self, site: Site) -> str:
        """Say, once, that the whole takes too much work: nothing can be evaluated after that."""
        reason = f"the template takes more than {self.limits.steps} steps to expand"
        if not self._exceeded:
            self._exceeded = True
            self.problems.add(site, reason, help=limit_help("steps"), incomplete=True)
        return reason

    def report_cycle(self, site: Site) -> str:
        """Why something that needs itself is not known. Behind a reference that is no fault: Azure resolves it."""
        if self.speculations:
            return "known only at run time"
        reason = "a cycle: it needs itself"
        self.problems.add(site, reason)
        return reason

    def open(self, path: Path) -> Document | None:
        """A file that a template links, or None when it cannot be read. Links do not leave the repository."""
        try:
            resolved = real(path)
            if resolved not in self._documents:
                self._documents[resolved] = self._read(path, resolved)
        except (OSError, ValueError):
            # What a template names may be no name that a file can have.
            return None
        return self._documents[resolved]

    def _read(self, path: Path, resolved: Path) -> Document | None:
        if self.tree is None or not resolved.is_relative_to(self.tree.repository) or not resolved.is_file():
            return None
        try:
            return open_document(path, self.tree)
        except UnreadableError:
            return None

    def note_linked(self, document: Document) -> None:
        """Say that a linked template was read."""
        if all(item.path != document.shown for item in self.reading.inputs):
            self.reading.inputs.append(ReadInput(path=document.shown, role="linked template"))

    def note_foreign(self, declaration: Declaration) -> None:
        """Say that a declaration has no counterpart in ARM."""
        kind = declaration.get("type")
        site = declaration.site
        address = f"{site.address} ({kind})" if isinstance(kind, str) else site.address
        if all(item.address != address for item in self.reading.dispositions):
            self.reading.dispositions.append(
                Disposed(address=address, disposition=Disposition.NONE, origin=site.origin())
            )

    def lookup(self, name: str, asking: Deployment) -> Instance | None:
        """A resource by its id, anywhere among the deployments that are known."""
        if self.root is None or name[:1] not in ("/", "{"):
            return None
        key = name.lower()
        if not self._settled:
            found = self._search(key, asking)
            if found is not None:
                return found
        return self._by_id.get(key)

    def add(self, instance: Instance) -> None:
        """Take up an instance that was found."""
        self._by_id.setdefault(instance.id.lower(), instance)

    def group_body(self, scope_id: str) -> Mapping[str, Value] | None:
        """What is known of a resource group: what a template of this run says that deploys it, else an inventory."""
        instance = self._by_id.get(scope_id.lower())
        if instance is not None and instance.condition is True and not instance.existing and not instance.busy:
            return instance.body()
        live = self.live.find(scope_id)
        return live.body if live is not None else None

    def _search(self, key: str, asking: Deployment) -> Instance | None:
        """Look through all deployments that can be had now. When none is half done, there are no others."""
        # INVARIANT: there is a root whenever something is looked up.
        pending = [self.root] if self.root is not None else []
        settled = True
        while pending:
            deployment = pending.pop(0)
            if id(deployment) in self._searching:
                settled = False
                continue
            if deployment is not asking:
                self._searching.add(id(deployment))
                try:
                    found = deployment.find(key)
                finally:
                    self._searching.discard(id(deployment))
                if found is not None:
                    return found
            for instance in deployment.instances():
                child = instance.child if instance.condition is not False else None
                if child is not None:
                    pending.append(child)
            settled = settled and deployment.complete
        self._settled = settled
        return None
