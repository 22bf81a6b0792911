"""The concrete tree of tree-sitter made into our own small one, with what the grammar lets pass checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import TYPE_CHECKING

from everward.sources.limits import limit_help
from everward.sources.terraform.syntax import templates
from everward.sources.terraform.syntax.errors import HELP
from everward.sources.terraform.syntax.nodes import (
    Attr,
    Attribute,
    Binary,
    Block,
    Body,
    Call,
    Conditional,
    Expression,
    ForObject,
    ForTuple,
    Index,
    Literal,
    ObjectCons,
    Parenthesis,
    SourceFile,
    SyntaxProblem,
    Template,
    Traversal,
    TupleCons,
    Unary,
    Variable,
)
from everward.sources.terraform.syntax.steps import WrittenStep, assemble
from everward.values import Origin

if TYPE_CHECKING:
    from tree_sitter import Node

_GAP = re.compile(rb"/\*.*?\*/|(?:#|//)[^\n]*", re.DOTALL)
"""Comments between two parts; that of a whole line leaves its line end."""
_HEREDOC = re.compile(r"<<-?(?!\d)\w[\w-]*\r?\n")
_NAME = re.compile(r"(?!\d)\w[\w-]*")
_KEYWORDS = frozenset({"for", "in", "if", "else", "endif", "endfor"})
_GOES_ON = re.compile(rb"[\w-]|[\x80-\xff]")
_FULL_SPLAT = re.compile(rb"\[\s*\*\s*\]")
_REST_OF_LINE = re.compile(rb"[^\n]*\n")
_TEMPLATE_MARK = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
_OPERATORS = frozenset({"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"})


class Reader:
    """Turns the concrete tree of one text into ours."""

    def __init__(self, content: bytes, file: SourceFile, offset: int, deepest: int) -> None:
        self._content = content
        self._file = file
        self._offset = offset + 1
        self._depth = 0
        self._deepest = deepest
        self._line_ends_count = True
        """Whether a line end means something here: it does not within parentheses, brackets and interpolations."""

    def top(self, root: Node) -> None:
        """Read all; problems are kept in the file's list."""
        for child in root.children:
            if child.type == "body":
                self._body(child, self._file.body, top=True)
            elif child.type != "comment":
                self._file.problems.append(self._problem(child, "syntax error near `{}`: a name is missing"))

    # Bodies

    def _body(self, node: Node, body: Body, *, top: bool = False) -> None:
        previous: Node | None = None
        for child in node.children:
            kind = child.type
            if kind == "comment":
                continue
            try:
                if previous is not None and not self._line_ends_between(previous.end_byte, child):
                    raise self._problem(child, "syntax error: expected a new line before `{}`")
                if kind == "attribute":
                    self._attribute(child, body)
                elif kind == "block":
                    body.blocks.append(self._block(child))
            except SyntaxProblem as problem:
                if not top:
                    raise
                self._depth = 0
                self._line_ends_count = True
                self._file.problems.append(problem)
            previous = child

    def _attribute(self, node: Node, body: Body) -> None:
        children = [child for child in node.children if child.type != "comment"]
        self._hang_together(children)
        name = self._name(children[0])
        if name in body.attributes:
            raise self._problem(node, f"the argument `{name}` is given twice")
        text = self._text(children[2]) if name in ("count", "for_each") else None
        body.attributes[name] = Attribute(name, self._expression(children[2]), self._origin(node), text)

    def _block(self, node: Node) -> Block:
        labels: list[str] = []
        body = Body()
        children = [child for child in node.children if child.type != "comment"]
        self._deeper(node)
        opening = next(index for index, child in enumerate(children) if child.type == "block_start")
        self._hang_together(children[: opening + 1])
        for child in children[1:]:
            if child.type == "string_lit":
                labels.append(self._label(child))
            elif child.type == "identifier":
                labels.append(self._name(child))
            elif child.type == "body":
                self._check_lines(children[opening], child, children[-1])
                self._body(child, body)
        self._depth -= 1
        return Block(self._name(children[0]), tuple(labels), body, self._origin(node))

    def _label(self, node: Node) -> str:
        if _TEMPLATE_MARK.search(self._text(node)):
            raise self._problem(node, "syntax error: a label has no interpolations, as `{}` has")
        return self._string(node)

    def _check_lines(self, opening: Node, body: Node, closing: Node) -> None:
        """A block in one line holds one argument; in any other, each item stands in lines of its own."""
        items = [child for child in body.children if child.type != "comment"]
        if not items:
            return
        if self._line_ends_between(opening.end_byte, items[0]):
            if not self._line_ends_between(items[-1].end_byte, closing):
                raise self._problem(closing, "syntax error: expected a new line before `{}`")
        elif items[0].type == "block":
            raise self._problem(
                items[0], "syntax error: a block in one line holds no other block: expected a new line before `{}`"
            )
        elif len(items) > 1 or self._line_ends_between(items[-1].end_byte, closing):
            raise self._problem(
                items[0], "syntax error: a block in one line holds one argument: expected a new line before `{}`"
            )

    # Lines

    def _line_ends_between(self, end: int, after: Node) -> bool:
        """Whether a line ends between a place and a node, in other than a comment."""
        gap = self._content[end : after.start_byte]
        return b"\n" in (_GAP.sub(b"", gap) if b"*/" in gap else gap)

    def _hang_together(self, nodes: list[Node]) -> None:
        """Check that an expression does not go on in another line where line ends count."""
        if not self._line_ends_count:
            return
        for before, after in pairwise(nodes):
            if before.type == "(" or after.type == ")":
                continue
            if before.end_point[0] != after.start_point[0] and self._line_ends_between(before.end_byte, after):
                raise self._problem(after, "syntax error: a line cannot begin with `{}` outside of parentheses")

    def _inside(self, node: Node, *, line_ends_count: bool = False) -> Expression:
        """An expression in brackets of its own."""
        before, self._line_ends_count = self._line_ends_count, line_ends_count
        value = self._expression(node)
        self._line_ends_count = before
        return value

    # Places

    def _text(self, node: Node) -> str:
        return self._content[node.start_byte : node.end_byte].decode()

    def _line(self, node: Node) -> int:
        return node.start_point[0] + self._offset

    def _origin(self, node: Node) -> Origin:
        line = self._line(node)
        end = node.end_point[0] + self._offset
        return Origin(source="terraform", file=self._file.name, line=line, end_line=end if end > line else None)

    def _problem(self, node: Node, message: str) -> SyntaxProblem:
        text = self._text(node).split("\n", 1)[0][:40]
        return SyntaxProblem(message.replace("{}", text), origin=self._origin(node), help=HELP)

    def _deeper(self, node: Node) -> None:
        self._depth += 1
        if self._depth > self._deepest:
            raise SyntaxProblem(
                f"nested more than {self._deepest} levels deep",
                origin=Origin(source="terraform", file=self._file.name, line=self._line(node)),
                help=f"split the expression into locals; {limit_help('nesting')}",
            )

    # Expressions

    def _expression(self, node: Node) -> Expression:
        return self._sequence([child for child in node.children if child.type != "comment"])

    def _sequence(self, nodes: list[Node]) -> Expression:
        """A head and the steps after it."""
        head = nodes[0]
        self._deeper(head)
        if head.type == "(":
            source: Expression = Parenthesis(self._line(head), self._inside(nodes[1]))
            nodes = nodes[2:]
        else:
            source = self._head(head)
        written = []
        if len(nodes) > 1:
            self._hang_together(nodes)
            self._check_positions(nodes)
            written = [step for node in nodes[1:] for step in self._steps(node)]
        try:
            steps = assemble(written)
        except ValueError as error:
            raise self._problem(head, f"syntax error: {error}") from None
        self._depth -= 1
        return Traversal(self._line(head), source, steps) if steps else source

    def _head(self, node: Node) -> Expression:
        kind = node.type
        if kind == "literal_value":
            return self._literal(node.children[0])
        if kind == "variable_expr":
            return Variable(self._line(node), self._name(node))
        if kind == "template_expr":
            return self._template(node.children[0])
        if kind == "expression":
            return self._expression(node)
        if kind == "operation":
            return self._operation(node.children[0])
        if kind == "conditional":
            return self._conditional(node)
        if kind == "function_call":
            return self._call(node)
        if kind == "collection_value":
            return self._collection(node.children[0])
        if kind == "for_expr":
            return self._for(node.children[0])
        raise self._problem(node, "syntax error near `{}`")

    def _name(self, node: Node) -> str:
        name = self._text(node)
        if "::" in name:
            raise self._problem(node, "syntax error: `{}` is a function: it needs parentheses")
        return name

    def _check_words(self, nodes: list[Node]) -> None:
        """Check that words of the language end where the grammar lets them end: `iny` is not `in y`."""
        for node in nodes:
            if node.type in _KEYWORDS and _GOES_ON.match(self._content, node.end_byte):
                raise self._problem(node, "syntax error near `{}`")

    def _literal(self, node: Node) -> Expression:
        kind = node.type
        line = self._line(node)
        if kind == "string_lit":
            return Literal(line, self._string(node))
        if kind == "numeric_lit":
            try:
                return Literal(line, number(self._text(node)))
            except ValueError as error:
                raise self._problem(node, f"syntax error: {error}") from None
        if kind == "bool_lit":
            return Literal(line, self._text(node) == "true")
        return Literal(line, None)

    def _string(self, node: Node) -> str:
        # White space at the edges of the literal is no part of its node: the quotes are the border.
        raw = self._content[node.start_byte + 1 : node.end_byte - 1].decode()
        return self._unescape(raw, node)

    def _unescape(self, raw: str, node: Node) -> str:
        if "\n" in raw:
            raise self._problem(node, "syntax error: text in quotes runs over the line end")
        try:
            return templates.unescape_quoted(raw)
        except ValueError as error:
            raise self._problem(node, f"syntax error: {error}") from None

    def _operation(self, node: Node) -> Expression:
        children = [child for child in node.children if child.type != "comment"]
        self._hang_together(children)
        if node.type == "unary_operation":
            return Unary(self._line(node), self._text(children[0]), self._sequence(children[1:]))
        middle = next(index for index, child in enumerate(children) if index and child.type in _OPERATORS)
        left, right = self._sequence(children[:middle]), self._sequence(children[middle + 1 :])
        return Binary(self._line(node), children[middle].type, left, right)

    def _conditional(self, node: Node) -> Expression:
        # The grammar nests `a ? b : c ? d : e` to the left; the language nests it to the right.
        self._hang_together([child for child in node.children if child.type != "comment"])
        condition, then, otherwise = (child for child in node.children if child.type == "expression")
        line = self._line(node)
        inner = condition.children[0]
        if inner.type != "conditional":
            return Conditional(line, self._expression(condition), self._expression(then), self._expression(otherwise))
        chain = [(then, otherwise)]
        while inner.type == "conditional":
            self._hang_together([child for child in inner.children if child.type != "comment"])
            condition, then, otherwise = (child for child in inner.children if child.type == "expression")
            chain.append((then, otherwise))
            inner = condition.children[0]
        # `condition ? chain[-1].then : chain[-1].otherwise ? chain[-2].then : …`
        result = self._expression(chain[0][1])
        for position in range(len(chain) - 1):
            test = self._expression(chain[position + 1][1])
            result = Conditional(test.line, test, self._expression(chain[position][0]), result)
        return Conditional(line, self._expression(condition), self._expression(chain[-1][0]), result)

    def _call(self, node: Node) -> Expression:
        arguments: list[Expression] = []
        spread = False
        name = "".join(self._text(node.children[0]).split())
        if "::" in name and not all(map(_NAME.fullmatch, name.split("::"))):
            raise self._problem(node, "syntax error near `{}`: a part of the function's name is missing")
        self._hang_together([child for child in node.children if child.type != "comment"][:2])
        for child in node.children:
            if child.type == "function_arguments":
                for item in child.children:
                    if item.type == "expression":
                        arguments.append(self._inside(item))
                    elif item.type == "ellipsis":
                        spread = True
        return Call(self._line(node), name, tuple(arguments), spread)

    def _collection(self, node: Node) -> Expression:
        line = self._line(node)
        if node.type == "tuple":
            return TupleCons(line, tuple(self._inside(c) for c in node.children if c.type == "expression"))
        items: list[tuple[Expression, Expression]] = []
        previous: Node | None = None
        before, self._line_ends_count = self._line_ends_count, True
        for child in node.children:
            if child.type == ",":
                if previous is None or self._line_ends_between(previous.end_byte, child):
                    raise self._problem(child, "syntax error near `{}`")
                previous = None
            elif child.type == "object_elem":
                if previous is not None and not self._line_ends_between(previous.end_byte, child):
                    raise self._problem(child, "syntax error: expected `,` or a new line before `{}`")
                previous = child
                parts = [part for part in child.children if part.type != "comment"]
                self._hang_together(parts)
                items.append((self._key(parts[0]), self._expression(parts[2])))
        self._line_ends_count = before
        return ObjectCons(line, tuple(items))

    def _key(self, node: Node) -> Expression:
        key = self._expression(node)
        if isinstance(key, Variable):
            return Literal(key.line, key.name)
        return Literal(key.line, "null") if isinstance(key, Literal) and key.value is None else key

    def _for(self, node: Node) -> Expression:
        intro = next(child for child in node.children if child.type == "for_intro")
        key, value, collection = self._intro(intro)
        condition = next((child for child in node.children if child.type == "for_cond"), None)
        expressions = [self._inside(child) for child in node.children if child.type == "expression"]
        test = None
        if condition is not None:
            self._check_words(condition.children)
            test = self._inside(next(child for child in condition.children if child.type == "expression"))
        line = self._line(node)
        if node.type == "for_tuple_expr":
            return ForTuple(line, key, value, collection, expressions[0], test)
        grouped = any(child.type == "ellipsis" for child in node.children)
        return ForObject(line, key, value, collection, expressions[0], expressions[1], grouped, test)

    def _intro(self, node: Node) -> tuple[str | None, str, Expression]:
        self._check_words(node.children)
        names = [self._name(child) for child in node.children if child.type == "identifier"]
        collection = self._inside(next(child for child in node.children if child.type == "expression"))
        return (names[0] if len(names) > 1 else None), names[-1], collection

    def _check_positions(self, nodes: list[Node]) -> None:
        """`x.0.1` would be the position 0.1, which is none."""
        for before, after in pairwise(nodes):
            if after.type == "index" and after.children[0].type == "legacy_index":
                number = before.type == "literal_value" and before.children[0].type == "numeric_lit"
                legacy = before.type == "index" and before.children[0].type == "legacy_index"
                near = before.end_byte == after.start_byte and self._text(after)[1:].isdigit()
                if (number or legacy) and near:
                    raise self._problem(after, "syntax error near `{}`: write positions in brackets")

    def _steps(self, node: Node) -> Iterator[WrittenStep]:
        if node.type == "get_attr":
            self._hang_together(node.children)
            yield WrittenStep("dotted", Attr(self._name(node.children[-1])))
            return
        inner = node.children[0]
        if node.type == "splat":
            yield WrittenStep("[*]" if inner.type == "full_splat" else ".*")
            parts = [child for child in inner.children if child.type != "comment"]
            self._hang_together(parts)
            self._check_positions(parts)
            written = _FULL_SPLAT.match(self._content, inner.start_byte)
            if written and b"\n" in written.group() and self._line_ends_count:
                raise self._problem(inner, "syntax error near `{}`")
            for child in parts:
                if child.type in ("get_attr", "index", "splat"):
                    yield from self._steps(child)
        elif inner.type == "legacy_index":
            try:
                position = number(self._text(inner).lstrip(". \t\r\n"))
            except ValueError as error:
                raise self._problem(inner, f"syntax error: {error}") from None
            yield WrittenStep("dotted", Index(Literal(self._line(inner), position)))
        else:
            key = next(child for child in inner.children if child.type == "expression")
            yield WrittenStep("bracketed", Index(self._inside(key)))

    # Templates

    def _template(self, node: Node) -> Expression:
        heredoc = node.type == "heredoc_template"
        tokens: list[templates.Token] = []
        if heredoc:
            start, end = self._heredoc_span(node)
        else:
            start, end = node.start_byte + 1, node.end_byte - 1
        position = start
        for child in self._template_sequences(node):
            self._literal_text(position, child.start_byte, tokens, node, heredoc=heredoc)
            tokens.append(self._sequence_token(child))
            position = child.end_byte
        self._literal_text(position, end, tokens, node, heredoc=heredoc)
        templates.strip(tokens)
        if heredoc and self._content.startswith(b"<<-", node.start_byte):
            templates.flush(tokens)
        line = self._line(node)
        try:
            parts = templates.assemble(tokens, line)
        except SyntaxProblem as problem:
            raise self._problem(node, problem.message) from None
        if not parts:
            return Literal(line, "")
        if len(parts) == 1 and isinstance(parts[0], str):
            return Literal(line, parts[0])
        return Template(line, parts, sole=len(tokens) == 1 and isinstance(parts[0], Expression))

    def _heredoc_span(self, node: Node) -> tuple[int, int]:
        """From the line after the opening word to the line of the closing one."""
        closing = _REST_OF_LINE.match(self._content, node.end_byte)
        opening = _REST_OF_LINE.match(self._content, node.start_byte)
        if (
            opening is None
            or not _HEREDOC.fullmatch(opening.group().decode())
            or closing is None
            or closing.group().strip()
        ):
            raise self._problem(node, "syntax error near `{}`: the words around a heredoc end their lines")
        start = self._content.index(b"\n", node.start_byte) + 1
        end = self._content.rindex(b"\n", 0, node.children[-1].start_byte) + 1
        return start, max(start, end)

    def _template_sequences(self, node: Node) -> list[Node]:
        """Interpolations and directives in the order of the text; the tree nests directives, we do that ourselves."""
        out: list[Node] = []
        stack = list(reversed(node.children))
        while stack:
            child = stack.pop()
            if child.type in ("template_directive", "template_if", "template_for"):
                stack.extend(reversed(child.children))
            elif child.type in _SEQUENCES:
                out.append(child)
        return out

    def _sequence_token(self, node: Node) -> templates.Sequence:
        children = node.children
        token = templates.Sequence(_SEQUENCES[node.type])
        self._check_words(children)
        for before, after in ((children[0], children[1]), (children[-2], children[-1])):
            if "strip_marker" in (before.type, after.type) and before.end_byte != after.start_byte:
                raise self._problem(node, "syntax error near `{}`: `~` stands beside the brace")
        token.strip_before = len(children) > 1 and children[1].type == "strip_marker"
        token.strip_after = len(children) > 2 and children[-2].type == "strip_marker"
        expression = next((child for child in children if child.type == "expression"), None)
        if expression is not None:
            token.expression = self._inside(expression)
        if token.kind == "for":
            names = [self._name(child) for child in children if child.type == "identifier"]
            token.key, token.value = (names[0] if len(names) > 1 else None), names[-1]
        return token

    def _literal_text(self, start: int, end: int, tokens: list[templates.Token], node: Node, *, heredoc: bool) -> None:
        if start >= end:
            return
        raw = self._content[start:end].decode()
        if heredoc:
            tokens.extend(templates.split_lines(templates.unescape_markers(raw)))
        else:
            tokens.append(templates.Text(self._unescape(raw, node)))


_SEQUENCES = {
    "template_interpolation": "interpolation",
    "template_if_intro": "if",
    "template_else_intro": "else",
    "template_if_end": "endif",
    "template_for_start": "for",
    "template_for_end": "endfor",
}


def number(text: str) -> int | Decimal:
    """The exact value of a number as written.

    Raises:
        ValueError: when it is not a number that fits.

    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"`{text}` is not a number") from None
    if not value.is_finite() or value.adjusted() > 400 or value.adjusted() < -400:
        raise ValueError(f"`{text}` is not a number within reach")
    return int(value) if value == value.to_integral_value() else value
