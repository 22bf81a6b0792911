"""Blocks that say something about resources without being one: `import`, `removed`, `moved`, and conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from everward.sources.terraform.evaluation.expansion import key_text
from everward.sources.terraform.language.evaluate import evaluate
from everward.sources.terraform.language.operations import as_truth
from everward.sources.terraform.language.scope import EvaluationError, Scope
from everward.sources.terraform.language.values import Data, Sensitive, SetValue, ValueProblem
from everward.sources.terraform.syntax import Attr, Block, Expression, Index, Literal, Traversal, Variable
from everward.values import Unknown, try_parse_id

if TYPE_CHECKING:
    from everward.sources.terraform.evaluation.session import Session


class Statements:
    """What the root says about resources that exist already. Terraform allows `import` in roots only."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._imported: dict[str, str] | None = None
        self._adopted: list[tuple[str, Block]] = []

    def imported_id(self, address: str) -> str | None:
        """The id that an `import` block gives an instance: that of the resource that is already there."""
        if self._imported is None:
            # INVARIANT: while they are worked out nothing is imported, so that they may refer to resources.
            self._imported = {}
            self._imported = dict(self._imports())
        return self._imported.get(address)

    def _imports(self) -> Iterator[tuple[str, str]]:
        for block in self._blocks("import"):
            for scope in self._scopes(block):
                address = self._address(block, "to", scope)
                attribute = block.body.attributes.get("id")
                if address is None:
                    continue
                self._adopted.append((address, block))
                if attribute is not None:
                    value = self._session.value_of(attribute, scope, f"import of {address}")
                    if isinstance(value, str) and try_parse_id(value) is not None:
                        yield address, value

    def _scopes(self, block: Block) -> list[Scope]:
        """A scope for each element of a `for_each`; none where it is open."""
        scope = self._session.top.scope
        each = block.body.attributes.get("for_each")
        if each is None:
            return [scope]
        value = self._session.value_of(each, scope, "import")
        pairs: list[tuple[Data, Data]] = []
        if isinstance(value, dict):
            pairs = list(value.items())
        elif isinstance(value, SetValue):
            pairs = [(item, item) for item in value if isinstance(item, str)]
        return [scope.with_names({"each": {"key": key, "value": item}}) for key, item in pairs]

    def _blocks(self, kind: str) -> list[Block]:
        return [block for block in self._session.root.statements if block.type == kind]

    def _address(self, block: Block, name: str, scope: Scope) -> str | None:
        attribute = block.body.attributes.get(name)
        if attribute is None:
            return None
        try:
            address = address_text(attribute.value, scope)
        except (EvaluationError, ValueProblem):
            address = None
        if address is None:
            self._session.report_at(
                f"`{block.type}`", f"`{name}` is not the address of a resource", attribute.origin, incomplete=False
            )
        return address

    def check(self) -> None:
        """Hold the statements against what there is, once all instances are known."""
        known = {instance.address for instance in self._session.instances}
        known |= {item.address for item in self._session.absent}
        self.imported_id("")
        for address, block in self._adopted:
            if address not in known and f"{_without_last_key(address)}[*]" not in known:
                self._session.report_at(
                    address,
                    "it is imported, and no block says what it is like",
                    block.origin,
                    incomplete=True,
                    help="write its `resource` block: `terraform plan -generate-config-out=FILE` drafts it",
                )
        for block in self._blocks("removed"):
            self._removed(block)
        for block in self._blocks("moved"):
            for name in ("from", "to"):
                self._address(block, name, self._session.top.scope)

    def _removed(self, block: Block) -> None:
        address = self._address(block, "from", self._session.top.scope)
        kept = any(_is_false(inner, "destroy") for inner in block.body.blocks_of("lifecycle"))
        if address is not None and kept:
            self._session.report_at(
                address,
                "it is left in Azure when it is removed from the configuration, and not read here",
                block.origin,
                incomplete=False,
                help="assess an inventory beside the configuration to see what is left",
            )


def _is_false(block: Block, name: str) -> bool:
    attribute = block.body.attributes.get(name)
    return attribute is not None and isinstance(attribute.value, Literal) and attribute.value.value is False


def _without_last_key(address: str) -> str:
    return address.rpartition("[")[0] if address.endswith("]") else address


def address_text(expression: Expression, scope: Scope) -> str | None:
    """The address that a reference stands for, with its keys worked out; None when it is none.

    Raises:
        EvaluationError: when a key has no value.

    """
    if isinstance(expression, Literal) and isinstance(expression.value, str):
        return expression.value
    if not isinstance(expression, Traversal) or not isinstance(expression.source, Variable):
        return None
    text = expression.source.name
    for step in expression.steps:
        if isinstance(step, Attr):
            text += f".{step.name}"
        elif isinstance(step, Index):
            key = evaluate(step.key, scope)
            text += key_text(key) if isinstance(key, int | str) and not isinstance(key, bool) else "[*]"
        else:
            return None
    return text


def check_condition(session: Session, block: Block, scope: Scope, subject: str, what: str) -> None:
    """Evaluate a `precondition`, `postcondition` or `assert`: where it is false, that is told with its message."""
    attribute = block.body.attributes.get("condition")
    if attribute is None:
        session.report_at(subject, f"{what} has no `condition`", block.origin, incomplete=False)
        return
    try:
        value = evaluate(attribute.value, scope)
        truth = as_truth(value.value if isinstance(value, Sensitive) else value)
    except (EvaluationError, ValueProblem) as problem:
        reason = problem.message if isinstance(problem, EvaluationError) else str(problem)
        advice = problem.help if isinstance(problem, EvaluationError) else None
        session.report_at(
            subject, f"{what} cannot be worked out: {reason}", block.origin, incomplete=False, help=advice
        )
        return
    if not isinstance(truth, Unknown) and not truth:
        session.report_at(subject, f"{what} is false: {_message(block, scope)}", block.origin, incomplete=False)


def _message(block: Block, scope: Scope) -> str:
    attribute = block.body.attributes.get("error_message")
    try:
        message = evaluate(attribute.value, scope) if attribute is not None else None
    except EvaluationError:
        message = None
    return message.strip().rstrip(".") if isinstance(message, str) and message.strip() else "no message"
