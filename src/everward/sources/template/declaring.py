"""From declarations to instances: loops, conditions, types, names and ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from everward.expressions import ExpressionError, OpenObject
from everward.expressions.symbols import symbolic
from everward.sources.template.declaration import DEPLOYMENT, Declaration, is_type
from everward.sources.template.document import Site
from everward.sources.template.environment import Environment, Turn
from everward.sources.template.instance import Instance, counted_within
from everward.sources.template.parts import Text
from everward.sources.template.run import advice
from everward.sources.template.scopes import SUBSCRIPTION_OPEN, Level, Scope, scope_of_id
from everward.sources.template.validation import shorten
from everward.values import Truth, Unknown, Value, build_id, placeholder

if TYPE_CHECKING:
    from everward.sources.template.deployment import Deployment

_PARAMETER = re.compile(r"\[\s*parameters\(\s*'([^']+)'\s*\)\s*\]", re.IGNORECASE)


class _Lost(Exception):
    """Why a declaration gives no resource."""

    def __init__(self, key: str, reason: str, help: str | None = None, *, decided_by: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.key = key
        self.reason = reason
        self.help = help
        self.decided_by = decided_by


def declare(
    deployment: Deployment,
    declaration: Any,
    site: Site,
    environment: Environment,
    parent: Instance | None = None,
) -> Iterator[Instance | Absent]:
    """The instances of one declaration, parents before their children. What is lost is said."""
    run = deployment.run
    if not isinstance(declaration, Declaration):
        run.problems.add(site, f"a resource must be an object, not {shorten(declaration)}", incomplete=True)
        return
    if declaration.foreign:
        run.note_foreign(declaration)
        return
    for turn in _turns(declaration, environment):
        if not run.spend(site):
            return
        inner = environment.inside(turn.loop) if turn.loop is not None else environment
        header = _Header(deployment, declaration, inner, parent)
        if header.condition_held is False and turn.loop is None and not header.existing and not declaration.children:
            yield Absent(header)
            continue
        try:
            instance = header.instance(turn.cardinality)
        except _Lost as lost:
            place = declaration.place(lost.key)
            run.problems.add(place, lost.reason, decided_by=lost.decided_by, help=lost.help, incomplete=True)
            continue
        yield instance
        for child, below in declaration.children:
            yield from declare(deployment, child, below, inner, instance)


class Absent:
    """A resource whose condition is false: what it would be called is worked out when somebody asks for it."""

    def __init__(self, header: _Header) -> None:
        self._header = header
        self.symbol = header.declaration.symbol

    def instance(self) -> Instance | None:
        """What it would be; None when that cannot be told, which hurts nobody."""
        try:
            return self._header.instance(None)
        except _Lost:
            return None


_ONCE: Final = Turn(None)


def _turns(declaration: Declaration, environment: Environment) -> Iterator[Turn]:
    if declaration.get("copy") is None:
        yield _ONCE
        return
    problems = environment.deployment.run.problems
    site = declaration.place("copy")
    copy = declaration.copy
    if copy is None:
        problems.add(site, "`copy` must be an object with `name` and `count`", incomplete=True)
        return
    for turn in environment.turns(copy, whole=True):
        if turn.cardinality is not None:
            problems.add(
                site,
                "how many there are is not known",
                decided_by=turn.cardinality.decided_by,
                help="give it in a parameter file or with --var",
                incomplete=True,
            )
        yield turn


class _Header:
    """What is evaluated of a declaration before anything else may refer to it."""

    def __init__(
        self, deployment: Deployment, declaration: Declaration, environment: Environment, parent: Instance | None
    ) -> None:
        self.deployment = deployment
        self.declaration = declaration
        self.site = declaration.site
        self.environment = environment
        self.parent = parent
        self.existing = declaration.existing
        self.condition_held: Truth = self.condition()
        self.lenient = self.condition_held is False or self.existing
        """What is not deployed may have a name that cannot be worked out: nobody is hurt."""

    def instance(self, cardinality: Unknown | None) -> Instance:
        full_type, types_of_own = self.type()
        value = self.name_value()
        names = self.names(value, len(types_of_own), full_type)
        nested = full_type.lower() == DEPLOYMENT
        target = self.target() if nested else None
        base = target.id if target is not None else self.base()
        resource_id, kind = identify(base, full_type, names)
        own = cardinality if self.parent is None else counted_within(self.parent.cardinality, cardinality)
        return Instance(
            deployment=self.deployment,
            declaration=self.declaration,
            environment=self.environment,
            type=kind,
            id=resource_id,
            name=names[-1],
            name_value=value,
            full_type=full_type,
            names=names,
            base=base,
            condition=self.condition_held,
            cardinality=own,
            existing=self.existing,
            target=target,
        )

    def condition(self) -> Truth:
        part = self.declaration.part("condition")
        if part is None:
            return True
        value = part.value(self.environment)
        if isinstance(value, OpenObject):
            return value.hole
        if isinstance(value, bool | Unknown):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        reason = f"a condition must be true or false, not {shorten(value)}"
        self.deployment.run.problems.add(part.site, reason)
        return Unknown(reason=reason, origin=self.site.origin())

    def type(self) -> tuple[str, list[str]]:
        """The full type, and the parts of it that need a name of this declaration."""
        plain = self.declaration.plain_type
        if plain is not None and self.parent is None:
            return plain
        value = self.text("type")
        if isinstance(value, Unknown):
            told = f": {value.text}" if value.text is not None else ""
            raise _Lost("type", f"the type of the resource is not known{told}", decided_by=value.decided_by)
        if not isinstance(value, str) or not value.strip("/"):
            raise _Lost("type", f"the type of a resource must be text, not {shorten(value)}")
        value = value.strip("/")
        if self.parent is not None:
            around = self.parent.full_type
            if value.lower().startswith(around.lower() + "/"):
                value = value[len(around) + 1 :]
            elif "." in value.split("/", 1)[0] and "/" in value:
                # Of another provider: not a part of its parent, although it is written inside.
                self.parent = None
                return checked(value), value.split("/")[1:]
            return checked(f"{around}/{value}"), value.split("/")
        return checked(value), value.split("/")[1:]

    def text(self, key: str) -> Value:
        part = self.declaration.part(key)
        if not isinstance(part, Text):
            return part.value(self.environment) if part is not None else None
        try:
            return part.strict(self.environment)
        except ExpressionError as error:
            raise _Lost(key, error.message, advice(error)) from None

    def name_value(self) -> Value:
        try:
            value = self.text("name")
        except _Lost as lost:
            if not self.lenient:
                self.deployment.run.problems.add(self.declaration.place("name"), lost.reason, help=lost.help)
            return Unknown(reason=f"its name cannot be evaluated: {lost.reason}", text=f"name of {self.site.address}")
        if isinstance(value, OpenObject):
            return value.hole
        if isinstance(value, Unknown) and value.text is not None and "newguid()" in value.text.lower():
            # Every call gives another value: two resources must not look like one.
            return Unknown(reason=value.reason, text=f"{value.text.strip('[]')} of {self.site.address}", present=True)
        return value

    def names(self, value: Value, count: int, full_type: str) -> tuple[str, ...]:
        if not isinstance(value, str | int | Unknown) or isinstance(value, bool) or value == "":
            if not self.lenient:
                raise _Lost("name", f"the name of a resource must be text, not {shorten(value) if value else 'empty'}")
            value = Unknown(reason="no name", text=f"name of {self.site.address}")
        text = symbolic(value)
        own = _segments(text)
        if len(own) != count:
            if isinstance(value, Unknown):
                own = [placeholder(text.strip("{}"))] if count == 1 else _numbered(text, count)
            elif self.lenient:
                own = _numbered(f"name of {self.site.address}", count)
            else:
                raise _Lost(
                    "name",
                    f"incorrect segment lengths: `{full_type}` needs {count} names here, `{text}` has {len(own)}",
                    "a name has one segment for every part of the type behind its namespace, "
                    "without those of the resource that it is written in",
                )
        return (*self.parent.names, *own) if self.parent is not None else tuple(own)

    def target(self) -> Scope:
        """What a nested deployment deploys to."""
        around = self.deployment.scope
        scope = self.declaration.part("scope")
        if scope is not None:
            text = symbolic(self.environment.attempt(scope, quiet=self.lenient))
            named = scope_of_id(text, around)
            if named is None and not text.startswith("/"):
                named = scope_of_id(f"/providers/{text}", around)
            return named or around
        subscription = self.optional("subscriptionid")
        if subscription is None and around.level in (Level.TENANT, Level.MANAGEMENT_GROUP):
            subscription = self.empty_subscription()
        group = self.optional("resourcegroup")
        if group is not None:
            return around.in_group(group, subscription)
        return around.in_subscription(subscription) if subscription is not None else around

    def empty_subscription(self) -> Value:
        """What stands for a subscription that is written as an expression and is empty; None where none is written.

        Templates leave the subscriptions of parts empty that are switched off, and none of them would be deployed to
        what is around it. Where the switch is open, the subscription is as open.
        """
        raw = self.declaration.get("subscriptionid")
        if raw is None:
            return None
        found = _PARAMETER.fullmatch(raw) if isinstance(raw, str) else None
        decided_by = (f"parameters.{found[1]}",) if found is not None else ()
        if self.condition_held is True:
            self.deployment.run.problems.add(
                # One parameter is told once, however many deployments need it.
                self.deployment.site.below("parameters", found[1])
                if found is not None
                else self.declaration.place("subscriptionid"),
                "the subscription to deploy to is empty",
                subject=decided_by[0] if decided_by else None,
                decided_by=decided_by,
                help="give it in a parameter file beside the template, or with --var",
            )
        return Unknown(
            reason="the subscription is empty",
            decided_by=decided_by,
            present=True,
            text=raw if found is not None else SUBSCRIPTION_OPEN.text,
        )

    def optional(self, key: str) -> Value:
        part = self.declaration.part(key)
        if part is None:
            return None
        value = self.environment.attempt(part, quiet=self.lenient)
        if isinstance(value, OpenObject):
            return value.hole
        return value if isinstance(value, str | Unknown) and value != "" else None

    def base(self) -> str:
        """The id that type and name are put behind."""
        if self.parent is not None:
            return self.parent.base
        around = self.deployment.scope
        scope = self.declaration.part("scope")
        if scope is not None:
            return self.extended(symbolic(self.environment.attempt(scope, quiet=self.lenient)), around)
        if self.existing and any(self.declaration.get(key) is not None for key in ("resourcegroup", "subscriptionid")):
            return self.target().id
        return around.id

    def extended(self, text: str, around: Scope) -> str:
        """The id of the resource that an extension extends."""
        if text == "/" or text.startswith(("/", "{")):
            return text.rstrip("/")
        found = self.deployment.lookup(text)
        if found is not None:
            return found.id
        parts = text.split("/")
        return identify(around.id, "/".join([parts[0], *parts[1::2]]), tuple(parts[2::2]))[0]


def _segments(text: str) -> list[str]:
    """The segments of a name; a placeholder is one, whatever stands in it."""
    return text.split("/") if text else []


def _numbered(text: str, count: int) -> list[str]:
    return [placeholder(f"{text.strip('{}')} {index + 1}") for index in range(count)]


def identify(base: str, full_type: str, names: tuple[str, ...]) -> tuple[str, str]:
    """The id of a resource, and its own type: that of the extension where a legacy type names what it extends."""
    form = _form_of(full_type)
    if form.management_group and names:
        # They stand in the tenant wherever they are deployed.
        base = ""
    if form.group:
        base = "/".join(base.split("/")[:3])
    if form.arity != len(names):
        # Only what is not deployed gets here; it has an id of its own all the same.
        return f"{base}/providers/{full_type}/{names[-1] if names else ''}", full_type
    if form.prefix is not None:
        return f"{base}{form.prefix}{names[0]}", full_type
    resource_id = build_id(base, full_type, names)
    if form.extension:
        return resource_id, "/".join([names[form.extension - 1], *full_type.split("/")[form.extension + 1 :]])
    return resource_id, full_type


class _Form(NamedTuple):
    """What a type says of the ids of its resources."""

    arity: int
    """Names that they have."""
    management_group: bool
    """Whether they are management groups, or parts of them."""
    group: bool
    prefix: str | None
    """What stands between base and name, when there is one name and nothing is special."""
    extension: int
    """Which part of a legacy type says that an extension follows; 0 in others."""


def checked(kind: str) -> str:
    """A type that can be one: of an extension too, which stands behind `/providers/`.

    Raises:
        _Lost: when it cannot.

    """
    if not is_type(kind):
        raise _Lost("type", f"`{kind}` is no resource type", "a type is a namespace and a kind: `Contoso.Web/sites`")
    return kind


@lru_cache(maxsize=4_096)
def _form_of(full_type: str) -> _Form:
    parts = full_type.split("/")
    lowered = full_type.lower()
    group = lowered in ("microsoft.resources/resourcegroups", "microsoft.resources/subscriptions/resourcegroups")
    extension = next((index for index in range(len(parts) - 1, 0, -1) if parts[index].lower() == "providers"), 0)
    special = group or lowered == "microsoft.resources/subscriptions"
    return _Form(
        arity=len(parts) - 1,
        management_group=lowered.startswith("microsoft.management/managementgroups"),
        group=group,
        prefix=f"/providers/{full_type}/" if len(parts) == 2 and not special else None,
        extension=extension,
    )
