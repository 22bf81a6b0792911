"""What references reach: instances of resources, the outputs of modules, and modules that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from everward.sources.terraform.evaluation.bodies import WRITE_ONLY, BodyReader
from everward.sources.terraform.evaluation.statements import check_condition
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.scope import Lazy, Scope
from everward.sources.terraform.language.values import (
    BlockObject,
    Data,
    RefusedReference,
    ValueProblem,
    describe,
    is_null,
    outward,
    to_string,
)
from everward.sources.terraform.syntax import Block
from everward.values import Origin, Unknown, combine, placeholder

if TYPE_CHECKING:
    from everward.sources.terraform.evaluation.module import ModuleInstance
    from everward.sources.terraform.evaluation.session import Session


def _by_hole(key: Unknown, address: str) -> Unknown:
    return combine([key], text=placeholder(f"{address}[{describe(key)}]"))


class ResourceMember(Lazy):
    """One instance of a resource or data source; its body is worked out when first asked for."""

    def __init__(self, session: Session, instance: Instance, block: Block, scope: Scope) -> None:
        self._session = session
        self.instance = instance
        self._block = block
        self._scope = scope
        self._object: BlockObject | None = None

    def object(self) -> BlockObject:
        """Its configured attributes.

        Raises:
            ValueProblem: when it needs itself to be worked out.

        """
        if self._object is None:
            address = self.instance.address
            stack = self._session.stack
            if address in stack:
                # INVARIANT: whoever asks gets an error, which becomes a hole in one attribute; the body goes on.
                raise RefusedReference(
                    f"`{address}` depends on itself: {' → '.join([*stack[stack.index(address) :], address])}"
                )
            stack.append(address)
            try:
                self._object = BodyReader(self._session, self.instance).read(self._block.body, self._scope)
            finally:
                stack.pop()
            self.instance.attributes = {name: outward(value) for name, value in self._object.items()}
            imported = self._session.statements.imported_id(address) if self.instance.mode == "managed" else None
            if imported is not None:
                self.instance.computed["id"] = imported
        return self._object

    def check(self) -> None:
        """Hold it against its own conditions."""
        for block in self._block.body.blocks_of("lifecycle"):
            for inner in block.body.blocks:
                if inner.type == "precondition":
                    check_condition(self._session, inner, self._scope, self.instance.address, "a precondition")
                elif inner.type == "postcondition":
                    scope = self._scope.with_names({"self": self.object()})
                    check_condition(self._session, inner, scope, self.instance.address, "a postcondition")

    def attribute(self, name: str) -> Data:
        """A configured attribute, else what the provider says."""
        if name.endswith(WRITE_ONLY) and self.instance.mode == "managed":
            # What is only written is never read back: Terraform has null for it.
            return None
        found = self.object().get(name)
        return found if not is_null(found) else self._session.computed(self.instance, name)

    def index(self, key: Data) -> Data:
        """An attribute by name in brackets."""
        if isinstance(key, Unknown):
            return _by_hole(key, self.instance.address)
        if key == 0 and not isinstance(key, bool):
            raise ValueProblem(f"`{self.instance.address}` has neither `count` nor `for_each`")
        return self.attribute(to_string(key))

    def items(self) -> Iterator[tuple[Data, Data, Unknown | None]]:
        """Its attributes."""
        for name, value in self.object().items():
            yield name, value, None

    def settle(self) -> Data:
        """Its attributes as an object."""
        return self.object()


class ModuleMember(Lazy):
    """One instance of a module: its outputs."""

    def __init__(self, module: ModuleInstance) -> None:
        self.module = module

    def attribute(self, name: str) -> Data:
        """An output."""
        return self.module.output(name)

    def index(self, key: Data) -> Data:
        """An output by name in brackets."""
        if isinstance(key, Unknown):
            return _by_hole(key, self.module.address)
        return self.module.output(to_string(key))

    def items(self) -> Iterator[tuple[Data, Data, Unknown | None]]:
        """All outputs."""
        for name in self.module.module.outputs:
            yield name, self.module.output(name), None

    def settle(self) -> Data:
        """All outputs as an object."""
        return {name: self.module.output(name) for name in self.module.module.outputs}


class UnreadModule(Lazy):
    """A module that could not be read: whatever is asked of it is a hole."""

    def __init__(self, address: str, reason: str, origin: Origin) -> None:
        self._address = address
        self._reason = reason
        self._origin = origin

    def _hole(self, name: str) -> Unknown:
        return Unknown(reason=self._reason, decided_by=(name,), text=placeholder(name), origin=self._origin)

    def attribute(self, name: str) -> Data:
        """An output."""
        return self._hole(f"{self._address}.{name}")

    def index(self, key: Data) -> Data:  # noqa: ARG002
        """One of its instances, which is as closed as all of it."""
        return self

    def items(self) -> Iterator[tuple[Data, Data, Unknown | None]]:
        """Nothing that could be told apart."""
        yield None, self._hole(self._address), self._hole(self._address)

    def settle(self) -> Data:
        """A hole."""
        return self._hole(self._address)
