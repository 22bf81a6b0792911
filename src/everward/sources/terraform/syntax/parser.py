"""Text to tree: tree-sitter's concrete syntax made into our own small one, with what it lets pass checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from math import isqrt
from typing import TYPE_CHECKING

from everward.sources.limits import Limits, limit_help
from everward.sources.terraform.depth import deep_stack
from everward.sources.terraform.syntax import templates
from everward.sources.terraform.syntax.errors import HELP, error_in
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
    from tree_sitter import Node, Parser

_OPERATORS = frozenset({"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"})
_EXPONENT = re.compile(rb"(?<![\w.])(\d+)[eE][+-]?\d+\b")
_PLAIN_TEXT = frozenset({"template_literal", "comment", "heredoc_template", "quoted_template", "string_lit"})
_INTERPOLATION = re.compile(r"(?P<escape>\$\$\{)|\$\{(?:[ \t]*(?P<name>[A-Za-z_][\w-]*)[ \t]*\})?", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None}
_TEMPLATE_OFFSET = 2
"""The first line of a template is the second of the text that the grammar reads: before it stands the opening mark."""
_LONG_BLANKS = re.compile(rb"[ \t\r\n\f]{200,}")
_TOP_LEVEL = re.compile(rb"^[A-Za-z_]", re.MULTILINE)


@cache
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def parse_file(content: bytes, name: str, limits: Limits | None = None) -> SourceFile:
    """Read a `.tf` or `.tfvars` file. `name` is how origins name it.

    Errors are collected in the result's `problems`; the top-level items beside a broken one are kept.
    """
    return _parse(content, name, limits, in_parts=True)


def _parse(content: bytes, name: str, limits: Limits | None = None, *, in_parts: bool) -> SourceFile:
    limits = limits or Limits()
    deepest = limits.nesting
    content = content.removeprefix(b"\xef\xbb\xbf")
    file = SourceFile(name, Body())
    if not _is_affordable(content, limits, file):
        return file
    try:
        content.decode()
        if b"\0" in content:
            raise ValueError("binary")
    except ValueError:
        file.problems.append(
            SyntaxProblem(
                f"`{name}` is not text in UTF-8",
                origin=Origin(source="terraform", file=name),
                help="remove the file, or save it as UTF-8",
            )
        )
        return file
    with deep_stack():
        root = _parser().parse(content).root_node
        if root.has_error:
            content, root = _with_plain_exponents(content, root)
        if root.has_error and in_parts:
            _recover(content, file, deepest)
        elif root.has_error:
            file.problems.append(error_in(root, content, name, 0))
        else:
            _Reader(content, file, 0, deepest).top(root)
    return file


def _is_affordable(content: bytes, limits: Limits, file: SourceFile) -> bool:
    """Whether a text is read at all; why it is not, is told."""
    limit, message = None, ""
    if len(content) > limits.source_bytes:
        limit, message = "source_bytes", f"the file has more than {limits.source_bytes:,} bytes"
    elif isqrt(sum(len(run) ** 2 for run in _LONG_BLANKS.findall(content))) > limits.blanks:
        limit, message = "blanks", f"more than {limits.blanks:,} blanks in a row"
    if limit is not None:
        origin = Origin(source="terraform", file=file.name)
        file.problems.append(SyntaxProblem(message, origin=origin, help=limit_help(limit)))
    return limit is None


def _with_plain_exponents(content: bytes, root: Node) -> tuple[bytes, Node]:
    """The grammar wants a fraction before an exponent, the language does not: `1e9` is written `1.0e9` for it."""
    parts: list[bytes] = []
    end = 0
    for match in _EXPONENT.finditer(content):
        node = root.descendant_for_byte_range(match.start(), match.end())
        if node is None or node.type not in _PLAIN_TEXT:
            parts += [content[end : match.end(1)], b".0"]
            end = match.end(1)
    if not parts:
        return content, root
    patched = b"".join([*parts, content[end:]])
    return patched, _parser().parse(patched).root_node


def _recover(content: bytes, file: SourceFile, deepest: int) -> None:
    """Read a broken file item by item, so that one error costs one item."""
    starts = [match.start() for match in _TOP_LEVEL.finditer(content)]
    if not starts or starts[0] > 0:
        starts.insert(0, 0)
    offset = content.count(b"\n", 0, starts[0])
    for start, end in zip(starts, [*starts[1:], len(content)], strict=True):
        part = content[start:end]
        root = _parser().parse(part).root_node
        if root.has_error:
            file.problems.append(error_in(root, part, file.name, offset))
        else:
            _Reader(part, file, offset, deepest).top(root)
        offset += part.count(b"\n")
    if not file.problems:
        root = _parser().parse(content).root_node
        file.problems.append(error_in(root, content, file.name, 0))


def parse_expression(text: str, name: str) -> Expression:
    """Read one expression, such as a value on a command line.

    Raises:
        SyntaxProblem: when it is not one.

    """
    # The brackets make line ends inside the text mean nothing, as they do not on a command line.
    file = _parse(f"x = (\n{text}\n)".encode(), name, in_parts=False)
    attribute = file.body.attributes.get("x")
    if file.problems or attribute is None or len(file.body.attributes) > 1 or file.body.blocks:
        raise SyntaxProblem(f"`{text[:80]}` is not an expression", help="quote text, and close every bracket")
    value = attribute.value
    return value.inner if isinstance(value, Parenthesis) else value


def parse_template(text: str, name: str) -> Expression:
    """Read a whole text as a template, as `templatefile` does.

    Raises:
        SyntaxProblem: when its interpolations or directives are not well formed.

    """
    if "${" not in text and "%{" not in text:
        return Literal(_TEMPLATE_OFFSET, text)
    plain = _plain_template(text)
    if plain is not None:
        return plain
    fence = "EVERWARD"
    while fence in text:
        fence += "_"
    content = f"x = <<{fence}\n{text}\n{fence}\n".encode()
    file = _parse(content, name, in_parts=False)
    attribute = file.body.attributes.get("x")
    if file.problems or attribute is None:
        problem = file.problems[0] if file.problems else None
        line = max((problem.origin.line or 1) - 1, 1) if problem is not None and problem.origin is not None else 1
        raise SyntaxProblem(
            f"the template `{name}` is not well formed",
            origin=Origin(source="terraform", file=name, line=line),
            help="close every `${` and `%{`",
        )
    value = attribute.value
    if isinstance(value, Literal) and isinstance(value.value, str):
        return Literal(_TEMPLATE_OFFSET, value.value[:-1])
    # INVARIANT: the line end before the fence is the last literal of the text and not part of it.
    if isinstance(value, Template) and isinstance(value.parts[-1], str):
        parts = (*value.parts[:-1], value.parts[-1][:-1]) if len(value.parts[-1]) > 1 else value.parts[:-1]
        return Template(1, parts, sole=len(parts) == 1 and isinstance(parts[0], Expression))
    return value


def _plain_template(text: str) -> Expression | None:
    """A template whose every interpolation is a bare name, which is most of them and needs no grammar."""
    if "%{" in text or "\r" in text:
        return None
    parts: list[str | Expression] = []
    end, line = 0, _TEMPLATE_OFFSET
    for match in _INTERPOLATION.finditer(text):
        name = match["name"]
        if match["escape"] is None and name is None:
            return None
        literal = text[end : match.start()]
        line += literal.count("\n")
        if match["escape"] is not None:
            literal += "${"
        if parts and isinstance(parts[-1], str):
            parts[-1] += literal
        elif literal:
            parts.append(literal)
        if name is not None:
            parts.append(Literal(line, _WORDS[name]) if name in _WORDS else Variable(line, name))
        end = match.end()
    rest = text[end:]
    if parts and isinstance(parts[-1], str):
        parts[-1] += rest
    elif rest:
        parts.append(rest)
    return Template(_TEMPLATE_OFFSET, tuple(parts), sole=len(parts) == 1 and isinstance(parts[0], Expression))


class _Reader:
    """Turns the concrete tree of one text into ours."""

    def __init__(self, content: bytes, file: SourceFile, offset: int, deepest: int) -> None:
        self._content = content
        self._file = file
        self._offset = offset + 1
        self._depth = 0
        self._deepest = deepest

    def top(self, root: Node) -> None:
        for child in root.children:
            if child.type == "body":
                self._body(child, self._file.body, top=True)

    # Bodies

    def _body(self, node: Node, body: Body, *, top: bool = False) -> None:
        last_row = -1
        for child in node.children:
            kind = child.type
            if kind == "comment":
                continue
            try:
                if child.start_point[0] == last_row:
                    raise self._problem(child, "syntax error: expected a new line before `{}`")
                if kind == "attribute":
                    self._attribute(child, body)
                elif kind == "block":
                    body.blocks.append(self._block(child))
            except SyntaxProblem as problem:
                if not top:
                    raise
                self._depth = 0
                self._file.problems.append(problem)
            last_row = child.end_point[0]

    def _attribute(self, node: Node, body: Body) -> None:
        children = [child for child in node.children if child.type != "comment"]
        name = self._text(children[0])
        if name in body.attributes:
            raise self._problem(node, f"the argument `{name}` is given twice")
        text = self._text(children[2]) if name in ("count", "for_each") else None
        body.attributes[name] = Attribute(name, self._expression(children[2]), self._origin(node), text)

    def _block(self, node: Node) -> Block:
        labels: list[str] = []
        body = Body()
        children = node.children
        self._deeper(node)
        for child in children[1:]:
            if child.type == "string_lit":
                labels.append(self._string(child))
            elif child.type == "identifier":
                labels.append(self._text(child))
            elif child.type == "body":
                self._body(child, body)
        self._depth -= 1
        return Block(self._text(children[0]), tuple(labels), body, self._origin(node))

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
            source: Expression = Parenthesis(self._line(head), self._expression(nodes[1]))
            nodes = nodes[2:]
        else:
            source = self._head(head)
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
            return Variable(self._line(node), self._text(node))
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
        if node.type == "unary_operation":
            return Unary(self._line(node), self._text(children[0]), self._sequence(children[1:]))
        middle = next(index for index, child in enumerate(children) if index and child.type in _OPERATORS)
        left, right = self._sequence(children[:middle]), self._sequence(children[middle + 1 :])
        return Binary(self._line(node), children[middle].type, left, right)

    def _conditional(self, node: Node) -> Expression:
        # The grammar nests `a ? b : c ? d : e` to the left; the language nests it to the right.
        condition, then, otherwise = (child for child in node.children if child.type == "expression")
        line = self._line(node)
        inner = condition.children[0]
        if inner.type != "conditional":
            return Conditional(line, self._expression(condition), self._expression(then), self._expression(otherwise))
        chain = [(then, otherwise)]
        while inner.type == "conditional":
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
        name = self._text(node.children[0])
        for child in node.children:
            if child.type == "function_arguments":
                for item in child.children:
                    if item.type == "expression":
                        arguments.append(self._expression(item))
                    elif item.type == "ellipsis":
                        spread = True
        return Call(self._line(node), name, tuple(arguments), spread)

    def _collection(self, node: Node) -> Expression:
        line = self._line(node)
        if node.type == "tuple":
            return TupleCons(line, tuple(self._expression(c) for c in node.children if c.type == "expression"))
        items: list[tuple[Expression, Expression]] = []
        last_row = -1
        for child in node.children:
            if child.type == ",":
                last_row = -1
            elif child.type == "object_elem":
                if child.start_point[0] == last_row:
                    raise self._problem(child, "syntax error: expected `,` or a new line before `{}`")
                last_row = child.end_point[0]
                key, value = (part for part in child.children if part.type == "expression")
                items.append((self._key(key), self._expression(value)))
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
        expressions = [self._expression(child) for child in node.children if child.type == "expression"]
        test = None
        if condition is not None:
            test = self._expression(next(child for child in condition.children if child.type == "expression"))
        line = self._line(node)
        if node.type == "for_tuple_expr":
            return ForTuple(line, key, value, collection, expressions[0], test)
        grouped = any(child.type == "ellipsis" for child in node.children)
        return ForObject(line, key, value, collection, expressions[0], expressions[1], grouped, test)

    def _intro(self, node: Node) -> tuple[str | None, str, Expression]:
        names = [self._text(child) for child in node.children if child.type == "identifier"]
        collection = self._expression(next(child for child in node.children if child.type == "expression"))
        return (names[0] if len(names) > 1 else None), names[-1], collection

    def _steps(self, node: Node) -> Iterator[WrittenStep]:
        if node.type == "get_attr":
            yield WrittenStep("dotted", Attr(self._text(node.children[-1])))
            return
        inner = node.children[0]
        if node.type == "splat":
            yield WrittenStep("[*]" if inner.type == "full_splat" else ".*")
            for child in inner.children:
                if child.type in ("get_attr", "index", "splat"):
                    yield from self._steps(child)
        elif inner.type == "legacy_index":
            yield WrittenStep("dotted", Index(Literal(self._line(inner), int(self._text(inner).lstrip(". \t")))))
        else:
            key = next(child for child in inner.children if child.type == "expression")
            yield WrittenStep("bracketed", Index(self._expression(key)))

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
            elif child.type in _SEQUENCES and not self._escaped(child):
                out.append(child)
        return out

    def _escaped(self, node: Node) -> bool:
        """Whether `$${` or `%%{` stands there: the grammar takes `$$${` for an interpolation, the language does not."""
        start = node.start_byte
        return start > 0 and self._content[start - 1] == self._content[start]

    def _sequence_token(self, node: Node) -> templates.Sequence:
        children = node.children
        token = templates.Sequence(_SEQUENCES[node.type])
        token.strip_before = len(children) > 1 and children[1].type == "strip_marker"
        token.strip_after = len(children) > 2 and children[-2].type == "strip_marker"
        expression = next((child for child in children if child.type == "expression"), None)
        if expression is not None:
            token.expression = self._expression(expression)
        if token.kind == "for":
            names = [self._text(child) for child in children if child.type == "identifier"]
            token.key, token.value = (names[0] if len(names) > 1 else None), names[-1]
        return token

    def _literal_text(self, start: int, end: int, tokens: list[templates.Token], node: Node, *, heredoc: bool) -> None:
        if start >= end:
            return
        raw = self._content[start:end].decode()
        if heredoc:
            tokens.extend(templates.split_lines(templates.unescape_markers(raw.replace("\r\n", "\n"))))
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
