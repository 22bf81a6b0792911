"""The body of a block to attributes, in the shape of a plan: blocks are lists of objects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from everward.sources.limits import limit_help
from everward.sources.terraform.instance import Instance
from everward.sources.terraform.language.operations import is_many
from everward.sources.terraform.language.scope import Lazy, Scope
from everward.sources.terraform.language.values import BlockObject, Data, Sensitive, SetValue, kind_name
from everward.sources.terraform.syntax import Attribute, Block, Body, SyntaxProblem, Variable
from everward.values import Unknown, combine

if TYPE_CHECKING:
    from everward.sources.terraform.evaluation.session import Session

_POSITION = re.compile(r"\[\d+\]")
META_ARGUMENTS = frozenset({"count", "for_each", "provider", "depends_on"})
"""What Terraform itself takes from a resource. `source`, `version` and `providers` are such only in a module's call:
a server's `version` is its own. https://developer.hashicorp.com/terraform/language/meta-arguments"""
WRITE_ONLY = "_wo"
"""The ending of arguments that are given to Azure and never stored: passwords, secrets."""
META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection", "timeouts"})


@dataclass(slots=True, eq=False)
class BodyReader:
    """Works out the body of one instance."""

    session: Session
    instance: Instance
    made: int = 0
    """How many blocks dynamic ones have made so far."""

    def read(self, body: Body, scope: Scope) -> BlockObject:
        """The attributes of the instance; origins are put into it."""
        return self._body(body, scope, "", top=True)

    def _body(self, body: Body, scope: Scope, path: str, *, top: bool = False) -> BlockObject:
        target = BlockObject(self.instance, path)
        prefix = f"{path}." if path else ""
        origins = self.instance.origins
        for name, attribute in body.attributes.items():
            if top and name in META_ARGUMENTS:
                continue
            if attribute.nested is not None and self.session.provider.nests(self.instance, _plain(prefix + name)):
                self._nested(attribute, scope, target, prefix)
                continue
            value = self.session.value_of(attribute, scope, self.instance.address)
            if name.endswith(WRITE_ONLY) and value is not None and not isinstance(value, Sensitive | Unknown):
                value = Sensitive(value)
            target[name] = value
            origins[(prefix + name).lower()] = attribute.origin
        for block in body.blocks:
            if block.type == "dynamic" and len(block.labels) == 1:
                self._dynamic(block, scope, target, prefix)
            elif not (top and block.type in META_BLOCKS):
                self._append(target, block.type, block, block.body, scope, prefix)
        return target

    def _nested(self, attribute: Attribute, scope: Scope, target: BlockObject, prefix: str) -> None:
        """The blocks that a value in JSON stands for."""
        if attribute.nested is None:
            return
        try:
            bodies = attribute.nested()
        except SyntaxProblem as problem:
            self.session.report_at(
                self.instance.address, problem.message, problem.origin, incomplete=True, help=problem.help
            )
            bodies = []
        target.setdefault(attribute.name, [])
        for body in bodies:
            block = Block(attribute.name, (), body, attribute.origin)
            self._append(target, attribute.name, block, body, scope, prefix)

    def _append(self, target: BlockObject, name: str, block: Block, body: Body, scope: Scope, prefix: str) -> None:
        listed = target.setdefault(name, [])
        if not isinstance(listed, list):
            self.session.report_at(
                self.instance.address, f"`{name}` is both an argument and a block", block.origin, incomplete=False
            )
            return
        path = f"{prefix}{name}[{len(listed)}]"
        self.instance.origins[path.lower()] = block.origin
        listed.append(self._body(body, scope, path))

    def _dynamic(self, block: Block, scope: Scope, target: BlockObject, prefix: str) -> None:
        name = block.labels[0]
        listed = target.setdefault(name, [])
        content = block.body.blocks_of("content")
        source = block.body.attributes.get("for_each")
        if source is None or not content or not isinstance(listed, list):
            reason = f"the dynamic block `{name}` needs `for_each` and `content`"
            self.session.report_at(self.instance.address, reason, block.origin, incomplete=False)
            if isinstance(listed, list):
                listed.append(_many(Unknown(reason=reason, origin=block.origin)))
            return
        iterator = _iterator(block, name)
        for key, value, hole in self._elements(source, scope):
            if not self._has_room(block):
                listed.append(_many(Unknown(reason="more nested blocks than are made", origin=block.origin)))
                return
            if hole is not None:
                self.instance.origins[f"{prefix}{name}[{len(listed)}]".lower()] = block.origin
                listed.append(hole)
            else:
                inner = scope.with_names({iterator: {"key": key, "value": value}})
                self._append(target, name, block, content[0].body, inner, prefix)
        if not listed:
            # A loop that makes no block is as good as none: the provider may still decide what there is.
            del target[name]

    def _has_room(self, block: Block) -> bool:
        """Count a block that a dynamic one makes; where there are too many, that is told."""
        self.made += 1
        most = self.session.limits.elements
        if self.made > most:
            self.session.report_at(
                self.instance.address,
                f"more than {most:,} nested blocks",
                block.origin,
                incomplete=False,
                help=limit_help("elements"),
            )
        return self.made <= most

    def _elements(self, source: Attribute, scope: Scope) -> list[tuple[Data, Data, Unknown | None]]:
        """Key and value of each element of a `for_each`; a hole for those that cannot be told apart."""
        value = self.session.value_of(source, scope, self.instance.address)
        if isinstance(value, Lazy):
            value = value.settle()
        if isinstance(value, Sensitive):
            value = value.value
        if isinstance(value, Unknown):
            return [(None, None, _many(value))]
        if isinstance(value, dict):
            return [(name, value[name], None) for name in sorted(value)]
        if isinstance(value, list):
            is_set = isinstance(value, SetValue)
            return [
                (None, None, item) if is_many(item) else (item if is_set else position, item, None)
                for position, item in enumerate(value)
            ]
        reason = f"`for_each` needs a collection, not a {kind_name(value)}"
        self.session.report_at(self.instance.address, reason, source.origin, incomplete=False)
        # What the blocks were meant to be is open: none of them would be a guess.
        return [(None, None, _many(Unknown(reason=reason, origin=source.origin)))]


def _plain(path: str) -> str:
    return _POSITION.sub("", path) if "[" in path else path


def _iterator(block: Block, name: str) -> str:
    given = block.body.attributes.get("iterator")
    return given.value.name if given is not None and isinstance(given.value, Variable) else name


def _many(hole: Unknown) -> Unknown:
    whole = combine([hole])
    return Unknown(reason=whole.reason, decided_by=whole.decided_by, many=True, text=hole.text, origin=hole.origin)
