"""One instance of a module: its variables, locals, resources, calls and outputs, each worked out once, when needed."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from everward.sources.limits import limit_help
from everward.sources.terraform.evaluation.calls import check_arguments, module_of, note_absent
from everward.sources.terraform.evaluation.configurations import ProviderNames, configuration_name
from everward.sources.terraform.evaluation.expansion import (
    Allowed,
    Expansion,
    Key,
    Keys,
    identify,
    key_text,
    keys_of_count,
    keys_of_for_each,
    names_for,
    names_for_rest,
)
from everward.sources.terraform.evaluation.members import ModuleMember, ResourceMember, UnreadModule
from everward.sources.terraform.evaluation.session import Absent, Session
from everward.sources.terraform.evaluation.statements import check_condition
from everward.sources.terraform.evaluation.variables import Argument, VariableReader
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.operations import as_truth
from everward.sources.terraform.language.scope import Lazy, Scope
from everward.sources.terraform.language.values import (
    Data,
    LimitProblem,
    RefusedReference,
    Sensitive,
    UndeclaredOutput,
    ValueProblem,
    has_sensitive,
    named,
)
from everward.sources.terraform.modules import Module
from everward.sources.terraform.modules.declarations import ResourceKey
from everward.sources.terraform.syntax import Attr, Attribute, Block, Literal, Step
from everward.values import Origin, Unknown

Slot: TypeAlias = "tuple[str, str]"
_NOTHING: Final = object()


class ModuleInstance:
    """A module with its arguments."""

    def __init__(
        self,
        session: Session,
        module: Module,
        *,
        address: str = "",
        path: tuple[str, ...] = (),
        arguments: Mapping[str, Argument] | None = None,
        providers: Mapping[str, str] | None = None,
        inherited: Mapping[str, str] | None = None,
        cardinality: Unknown | None = None,
        chain: tuple[str, ...] = (),
    ) -> None:
        self.session = session
        self.module = module
        self.address = address
        self.path = path
        """The names of the calls that lead here."""
        self.scope = Scope(self, session.files)
        self.cardinality = cardinality
        self.chain = (*chain, os.path.realpath(module.folder))
        """The folders of the modules that lead here, this one last."""
        session.modules[self.chain[-1]] = module
        self._variables = VariableReader(self, arguments)
        self._values: dict[Slot, Data] = {}
        self._busy: set[Slot] = set()
        self._resources: dict[ResourceKey, Expansion] = {}
        self._calls: dict[str, Lazy] = {}
        self._modules: dict[str, Module] = {}
        """What the calls call."""
        self._providers = ProviderNames(self, providers, inherited or {})

    @classmethod
    def of_root(cls, session: Session) -> ModuleInstance:
        """The root module."""
        return cls(session, session.root)

    # References

    def resolve(self, name: str, steps: tuple[Step, ...]) -> tuple[Data, int]:
        """The value that a reference's head leads to."""
        if name in ("local", "var") and steps and type(steps[0]) is Attr:
            # Most references are to what was worked out before.
            known = self._values.get((name, steps[0].name), _NOTHING)
            if known is not _NOTHING:
                return known, 1
        if name == "data":
            kind, label = self._names(name, steps, 2)
            return _there(self.resource(("data", kind, label))), 2
        if name == "ephemeral":
            return self._ephemeral(*self._names(name, steps, 2)), 2
        if name in ("each", "count", "self"):
            raise RefusedReference(f"`{name}` is not known here")
        (label,) = self._names(name, steps, 1)
        if name == "var":
            return self._once(("var", label), lambda: self._variables.value(label)), 1
        if name == "local":
            return self.local(label), 1
        if name == "module":
            return _there(self.call(label)), 1
        if name == "path":
            return self._path(label), 1
        if name == "terraform":
            if label in ("workspace", "env"):
                return self.session.workspace, 1
            raise RefusedReference(f"`terraform.{label}` does not exist")
        return _there(self.resource(("managed", name, label))), 1

    def _ephemeral(self, kind: str, label: str) -> Unknown:
        address = f"ephemeral.{kind}.{label}"
        if ("ephemeral", kind, label) not in self.module.resources:
            raise RefusedReference(f"`{address}` is not declared")
        address = f"{self.address}.{address}" if self.address else address
        return Unknown(reason="a value that is never stored", decided_by=(address,), present=True)

    def _names(self, head: str, steps: tuple[Step, ...], count: int) -> list[str]:
        names = [step.name for step in steps[:count] if isinstance(step, Attr)]
        if len(names) < count:
            raise RefusedReference(f"`{'.'.join([head, *names])}` refers to nothing")
        return names

    def _path(self, label: str) -> Data:
        root = self.session.root.folder
        if label == "root":
            return "."
        if label == "module":
            return posixpath.normpath(Path(os.path.relpath(self.module.folder, root)).as_posix())
        if label == "cwd":
            return Unknown(reason="depends on the machine that runs Terraform", decided_by=("path.cwd",), present=True)
        raise RefusedReference(f"`path.{label}` does not exist")

    def computed(self, instance: Instance, path: str) -> Data:
        """An attribute that nobody configured."""
        return self.session.computed(instance, path)

    def _once(self, slot: Slot, work: Callable[[], Data]) -> Data:
        """Work something out the first time; asked for again while at it, it is a cycle."""
        if slot in self._values:
            return self._values[slot]
        stack = self.session.stack
        name = slot[1] if slot[0] in ("count", "for_each") else ".".join(part for part in (self.address, *slot) if part)
        if slot in self._busy:
            self._cycle([*stack[stack.index(name) :], name], slot)
            return Unknown(reason="part of a cycle", decided_by=(name,))
        self._busy.add(slot)
        stack.append(name)
        try:
            value = work()
        finally:
            stack.pop()
            self._busy.discard(slot)
        return self._values.setdefault(slot, value)

    def _cycle(self, names: list[str], slot: Slot) -> None:
        first = min(range(len(names) - 1), key=lambda at: names[at])
        ring = [*names[first:-1], *names[:first], names[first]]
        declared = self.module.locals.get(slot[1]) if slot[0] == "local" else None
        self.session.report_at(
            ring[0],
            f"depends on itself: {' → '.join(ring)}",
            declared.origin if declared is not None else None,
            incomplete=True,
            help="break the cycle; `terraform validate` shows it too",
        )

    def local(self, name: str) -> Data:
        """A local value.

        Raises:
            ValueProblem: when there is none of that name.

        """
        attribute = self.module.locals.get(name)
        if attribute is None:
            raise RefusedReference(f"`local.{name}` is not declared")
        subject = f"{self.address}.local.{name}" if self.address else f"local.{name}"
        return self._once(("local", name), lambda: named(self.session.value_of(attribute, self.scope, subject), name))

    def output(self, name: str) -> Data:
        """An output.

        Raises:
            ValueProblem: when there is none of that name.

        """
        block = self.module.outputs.get(name)
        if block is None:
            raise UndeclaredOutput(f"`{self.address}` has no output `{name}`")
        return self._once(("output", name), lambda: self._output(name, block))

    def _output(self, name: str, block: Block) -> Data:
        attribute, subject = block.body.attributes.get("value"), self._within(f"output.{name}")
        if attribute is None:
            self.session.report_at(subject, "it has no `value`", block.origin, incomplete=False)
            return None
        value = self.session.value_of(attribute, self.scope, subject)
        marked = block.body.attributes.get("sensitive")
        if marked is not None and isinstance(marked.value, Literal) and marked.value.value is True:
            return value if isinstance(value, Sensitive) else Sensitive(value)
        if marked is None and not self.address and has_sensitive(value):
            advice = "write `sensitive = true`, or `nonsensitive(…)` around what may be shown"
            reason = "it would show something sensitive, which Terraform refuses"
            self.session.report_at(subject, reason, attribute.origin, incomplete=False, help=advice)
        return value

    # Instances

    def resource(self, key: ResourceKey) -> Expansion:
        """The instances of a resource or data source.

        Raises:
            ValueProblem: when it is not declared.

        """
        found = self._resources.get(key)
        if found is None:
            block = self.module.resources.get(key)
            mode, kind, name = key
            label = f"{kind}.{name}" if mode == "managed" else f"{mode}.{kind}.{name}"
            if block is None:
                raise RefusedReference(f"`{label}` is not declared")
            address = f"{self.address}.{label}" if self.address else label
            keys = self._keys(block, address, incomplete=mode == "managed")

            def make(at: Key | None) -> Lazy:
                return self._member(key, block, address, keys, at)

            found = self._resources.setdefault(key, Expansion(address, keys, make))
        return found

    def _member(self, key: ResourceKey, block: Block, address: str, keys: Keys, at: Key | None) -> ResourceMember:
        mode, kind, name = key
        origin = block.origin
        own = _address_of(address, keys, at)
        scope = self._inner(address, keys, at)
        instance = Instance(
            address=own,
            type=kind,
            name=name,
            attributes={},
            origin=Origin(origin.source, origin.file, origin.line, origin.end_line, own),
            mode="managed" if mode == "managed" else "data",
            module=self.address,
            provider=self._provider(block, kind, scope),
            cardinality=keys.cardinality(at, self.cardinality),
        )
        return ResourceMember(self.session, instance, block, scope)

    def _inner(self, address: str, keys: Keys, at: Key | None) -> Scope:
        if keys.kind == "single":
            return self.scope
        names = names_for_rest(keys, address) if at is None else names_for(keys, at)
        return self.scope.with_names(names)

    def _keys(self, block: Block, address: str, *, incomplete: bool) -> Keys:
        count, each = (block.body.attributes.get(name) for name in ("count", "for_each"))
        attribute = count or each
        if attribute is None:
            return self._enabled(block, address)
        if count is not None and each is not None:
            return self._contradiction(each, address)
        label = f"{address}.{attribute.name}"
        slot = (attribute.name, label)
        value = self._once(slot, lambda: self.session.value_of(attribute, self.scope, address))
        try:
            keys = (keys_of_count if count is not None else keys_of_for_each)(value, self._most())
        except ValueProblem as problem:
            hole = Unknown(reason=str(problem), decided_by=(label,), origin=attribute.origin)
            hole = identify(hole, attribute.name, attribute.text or label, self.address)
            keys = Keys("count" if count is not None else "for_each", hole=hole)
            advice = limit_help(problem.limit) if isinstance(problem, LimitProblem) else None
            self.session.report_at(
                address, str(problem), attribute.origin, incomplete=True, represented=True, help=advice
            )
            return keys
        if keys.hole is not None:
            keys.hole = identify(keys.hole, attribute.name, attribute.text or label, self.address)
            self.session.report_at(
                address,
                f"it is not known how many there are: {keys.hole.reason}",
                attribute.origin,
                incomplete=incomplete,
                decided_by=keys.hole.decided_by,
                help=_settle(keys.hole),
                represented=True,
            )
        return keys

    def _contradiction(self, each: Attribute, address: str) -> Keys:
        """A block with `count` and `for_each`, which Terraform refuses: how many there are is anybody's guess."""
        reason = "`count` and `for_each` cannot stand together"
        advice = "keep one of them; `terraform validate` refuses it too"
        self.session.report_at(address, reason, each.origin, incomplete=True, represented=True, help=advice)
        hole = Unknown(reason=reason, decided_by=(address,), origin=each.origin)
        return Keys("for_each", hole=identify(hole, "for_each", f"{address}.for_each", self.address))

    def _most(self) -> Allowed:
        """How many instances a block may have."""
        limits = self.session.limits
        left = max(limits.instances - len(self.session.instances), 0)
        return (limits.expansion, "expansion") if limits.expansion <= left else (left, "instances")

    def _enabled(self, block: Block, address: str) -> Keys:
        """The one instance of a block, if `enabled` does not say that there is none: so OpenTofu has it."""
        inner = next((one for one in block.body.blocks if one.type == "lifecycle"), None)
        attribute = inner.body.attributes.get("enabled") if inner is not None else None
        if attribute is None:
            return Keys("single", {0: None})
        value = self._once(
            ("enabled", f"{address}.enabled"), lambda: self.session.value_of(attribute, self.scope, address)
        )
        try:
            truth = as_truth(value.value if isinstance(value, Sensitive) else value)
        except ValueProblem as problem:
            self.session.report_at(address, f"`enabled`: {problem}", attribute.origin, incomplete=True)
            return Keys("single", {0: None})
        if isinstance(truth, Unknown):
            return Keys("single", {0: None}, doubt=truth)
        return Keys("single", {0: None} if truth else {})

    def _provider(self, block: Block, kind: str, scope: Scope) -> str:
        attribute = block.body.attributes.get("provider")
        name = configuration_name(attribute.value, scope) if attribute is not None else None
        return self._providers.key(name or kind.partition("_")[0])

    # Calls

    def call(self, name: str) -> Lazy:
        """The instances of a module call.

        Raises:
            ValueProblem: when it is not declared.

        """
        found = self._calls.get(name)
        if found is None:
            block = self.module.calls.get(name)
            if block is None:
                raise RefusedReference(f"`module.{name}` is not declared")
            found = self._calls.setdefault(name, self._call(name, block))
        return found

    def _call(self, name: str, block: Block) -> Lazy:
        address = f"{self.address}.module.{name}" if self.address else f"module.{name}"
        module = module_of(self, name, block)
        if isinstance(module, str):
            return UnreadModule(address, module, block.origin)
        self._modules[name] = module
        keys = self._keys(block, address, incomplete=True)
        check_arguments(self, name, block, module)

        def make(at: Key | None) -> Lazy:
            scope = self._inner(address, keys, at)
            child = ModuleInstance(
                self.session,
                module,
                address=_address_of(address, keys, at),
                path=(*self.path, name),
                arguments={key: Argument(item, scope) for key, item in block.body.attributes.items()},
                providers=self._providers.passed(block, scope),
                inherited=self._providers.defaults(),
                cardinality=keys.cardinality(at, self.cardinality),
                chain=self.chain,
            )
            return ModuleMember(child)

        return Expansion(address, keys, make)

    # All of it

    def collect(self) -> None:
        """Work out every instance of this module and of those below, in the order of the files."""
        for key, block in self.module.resources.items():
            found = self.resource(key)
            if not found.members:
                self.session.absent.append(Absent(found.address, key[0], block, found.why_none(block)))
            for member in found.members:
                if isinstance(member, ResourceMember):
                    member.object()
                    if key[0] != "ephemeral":
                        self.session.instances.append(member.instance)
        for name, block in self.module.calls.items():
            call = self.call(name)
            if isinstance(call, Expansion) and not call.members:
                note_absent(self, name, block, self._modules[name], call.why_none(block))
        for child in self._children():
            child.collect()

    def check(self) -> None:
        """Work out what no instance asked for, so that what is wrong there is told as well."""
        for name in self.module.variables:
            self.resolve("var", (Attr(name),))
        self._variables.check()
        for name in self.module.locals:
            self.local(name)
        for name, block in self.module.outputs.items():
            self.output(name)
            for inner in block.body.blocks_of("precondition"):
                check_condition(self.session, inner, self.scope, self._within(f"output.{name}"), "a precondition")
        for name, block in self.module.checks.items():
            for inner in block.body.blocks_of("assert"):
                check_condition(self.session, inner, self.scope, self._within(f"check.{name}"), "an assertion")
        for found in self._resources.values():
            for member in found.members:
                if isinstance(member, ResourceMember):
                    member.check()
        for child in self._children():
            child.check()

    def _within(self, label: str) -> str:
        return f"{self.address}.{label}" if self.address else label

    def _children(self) -> list[ModuleInstance]:
        children: list[ModuleInstance] = []
        for name in self.module.calls:
            found = self.call(name)
            if isinstance(found, Expansion):
                children += [member.module for member in found.members if isinstance(member, ModuleMember)]
        return children


def _there(found: Lazy) -> Lazy | None:
    """What a reference leads to: null where the only instance is not enabled."""
    return None if isinstance(found, Expansion) and found.keys.kind == "single" and not found.members else found


def _address_of(address: str, keys: Keys, at: Key | None) -> str:
    if keys.kind == "single":
        return address
    return f"{address}[*]" if at is None else address + key_text(at)


def _settle(hole: Unknown) -> str | None:
    names = [name.removeprefix("var.") for name in hole.decided_by if name.startswith("var.")]
    return f"give it a value: `--var {names[0]}=…` or `--var-file FILE`" if names else None
