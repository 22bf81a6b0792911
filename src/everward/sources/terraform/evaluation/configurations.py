"""Provider configurations: which one a resource uses, and what it says about where resources stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from everward.sources.terraform.language.evaluate import evaluate
from everward.sources.terraform.language.scope import EvaluationError, Scope
from everward.sources.terraform.language.values import Data, Sensitive, outward
from everward.sources.terraform.modules.declarations import provider_name, reference_text
from everward.sources.terraform.syntax import Attr, Block, Expression, Index, ObjectCons, Traversal, Variable
from everward.values import Unknown, Value, placeholder

if TYPE_CHECKING:
    from everward.sources.terraform.evaluation.module import ModuleInstance
    from everward.sources.terraform.evaluation.session import Session

NOT_GIVEN = "the provider configuration is given by whoever calls this module"
"""Why nothing is known of a configuration that a module only names."""


_INSIDE = " in module."
"""Stands between the name of a configuration and the module instance that it belongs to."""


class Configurations:
    """The `provider` blocks of all module instances of a root, by the key that instances carry."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._blocks: dict[str, tuple[Block, Scope]] = {}
        self._open: set[str] = set()
        self._values: dict[tuple[str, str], Value] = {}
        self._busy: set[tuple[str, str]] = set()

    def add(self, key: str, block: Block, scope: Scope) -> None:
        """Note a `provider` block."""
        self._blocks.setdefault(key, (block, scope))

    def leave_open(self, key: str) -> None:
        """Note a configuration that is only named."""
        self._open.add(key)

    def value(self, key: str, name: str) -> Value:
        """An argument of a configuration; None when it does not say it."""
        slot = (key, name)
        if slot in self._values:
            return self._values[slot]
        if slot in self._busy:
            return _hole(key, "the provider configuration needs itself to be worked out")
        found = self._blocks.get(_block_key(key))
        if found is None:
            return _hole(key, NOT_GIVEN) if key in self._open else None
        block, scope = found
        attribute = block.body.attributes.get(name)
        if attribute is None:
            return None
        self._busy.add(slot)
        try:
            value = self._session.value_of(attribute, self._inner(key, block, scope), f"provider {key}")
        finally:
            self._busy.discard(slot)
        return self._values.setdefault(slot, outward(value.value if isinstance(value, Sensitive) else value))

    def _inner(self, key: str, block: Block, scope: Scope) -> Scope:
        """What `each` is where one block configures a provider for many keys, as OpenTofu allows."""
        each = block.body.attributes.get("for_each")
        if each is None:
            return scope
        at = _index(key)
        every = self._session.value_of(each, scope, f"provider {key}")
        value: Data = at
        if isinstance(every, dict):
            value = every.get(at, _hole(key, "the provider has no configuration of this key"))
        elif isinstance(every, Unknown):
            value = every
        return scope.with_names({"each": {"key": at, "value": value}})


class ProviderNames:
    """What the names of provider configurations mean in one module instance."""

    def __init__(self, module: ModuleInstance, given: Mapping[str, str] | None, inherited: Mapping[str, str]) -> None:
        self._configurations = module.session.configurations
        self._place = f" in {module.address}" if module.address else ""
        self._given = given or {}
        """What the call passes, by the name that it has here."""
        self._inherited = inherited
        """Those without alias, which reach every module below by themselves."""
        self._own: dict[str, str] = {}
        for block in module.module.providers:
            name = provider_name(block)
            self._own[name] = name + self._place
            self._configurations.add(name + self._place, block, module.scope)

    def key(self, name: str) -> str:
        """The key of the configuration that a name stands for, as in `azurerm.hub` or `azurerm.by_region["west"]`."""
        base, bracket, index = name.partition("[")
        if base in self._own:
            return f"{base}{bracket}{index}{self._place}"
        if name in self._given:
            return self._given[name]
        if "." not in base:
            return self._inherited.get(name, name)
        self._configurations.leave_open(name + self._place)
        return name + self._place

    def defaults(self) -> dict[str, str]:
        """Those without alias, for the modules below."""
        here = {**self._own, **self._given}
        return {**self._inherited, **{name: key for name, key in here.items() if "." not in name}}

    def passed(self, block: Block, scope: Scope) -> dict[str, str]:
        """What a module call passes on: the name there to the key."""
        given = block.body.attributes.get("providers")
        if given is None or not isinstance(given.value, ObjectCons):
            return {}
        pairs = ((reference_text(key), configuration_name(value, scope)) for key, value in given.value.items)
        return {inner: self.key(outer) for inner, outer in pairs if inner is not None and outer is not None}


def configuration_name(expression: Expression, scope: Scope) -> str | None:
    """`azurerm.hub` or `azurerm.by_region["west"]` from an argument that names a configuration."""
    if isinstance(expression, Traversal) and isinstance(expression.source, Variable):
        *steps, last = expression.steps
        if isinstance(last, Index) and all(isinstance(step, Attr) for step in steps):
            names = [expression.source.name, *(step.name for step in steps if isinstance(step, Attr))]
            try:
                at = evaluate(last.key, scope)
            except EvaluationError:
                at = None
            # INVARIANT: no blank in it, so that a key is never taken for one inside a module.
            return f"{'.'.join(names)}[{quote(at) if isinstance(at, str) else '*'}]"
    return reference_text(expression)


def _hole(key: str, reason: str) -> Unknown:
    return Unknown(reason=reason, decided_by=(key,), present=True, text=placeholder(key))


def _block_key(key: str) -> str:
    name, inside, place = key.partition(_INSIDE)
    return name.partition("[")[0] + inside + place


def _index(key: str) -> str:
    return unquote(key.partition(_INSIDE)[0].partition("[")[2].removesuffix("]"))


class Subscriptions(Mapping[str, "str | Unknown"]):
    """The subscriptions that provider configurations name, asked for while the root is evaluated."""

    def __init__(self) -> None:
        self.session: Session | None = None
        """The evaluation that they are asked of; None before it begins."""

    def __getitem__(self, key: str) -> str | Unknown:
        value = self.session.configurations.value(key, "subscription_id") if self.session is not None else None
        if isinstance(value, Unknown):
            # The root's own default configuration is what the user, or nobody, speaks of; an alias is another one.
            if "." not in key.partition(_INSIDE)[0]:
                raise KeyError(key)
            return value
        if not isinstance(value, str) or not value:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
