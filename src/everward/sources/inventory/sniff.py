"""Telling inventories from all the other JSON and tables in a repository, by the first part of the file."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path
from typing import Any, Final

from everward.sources.inventory import table
from everward.sources.inventory.content import head_of
from everward.sources.inventory.envelope import Page, looks_like_resource, named_row, unwrap
from everward.sources.inventory.kinds import kind_of
from everward.sources.jsontext import JsonError, parse
from everward.sources.tree import Tree

_HEAD_BYTES: Final = 64 * 1024
_MANY_BYTES: Final = 1024 * 1024
_ROWS: Final = 50
_HINT = re.compile(
    rb'"/(?:subscriptions|providers)/|microsoft\.graph|"userPrincipalName"|"appId"|"securityEnabled"|"cloudName"'
    rb'|"roleTemplateId"|"grantControls"|"directoryScopeId"',
    re.IGNORECASE,
)
"""What every inventory has somewhere: an id of ARM, or what only objects of the directory and accounts have."""
_ID = re.compile(rb"/(?:subscriptions|providers)/", re.IGNORECASE)
_FOREIGN: Final = frozenset(
    {
        "$schema",
        "format_version",
        "terraform_version",
        "planned_values",
        "policyrule",
        "policydefinitions",
        "interactions",
    }
)
"""Keys at the root that make a file something else, whatever stands below."""


def is_inventory(path: Path, tree: Tree) -> bool:
    """Whether a file is an inventory. A file that the user named is one too when it is an empty list of rows."""
    named = path == tree.root
    for size in (_HEAD_BYTES, _MANY_BYTES):
        head = head_of(path, tree, size)
        whole = len(head) < size
        if head.lstrip()[:1] not in (b"{", b"[", b"/"):
            return _is_table(head, named=named)
        if not (_HINT.search(head) or named):
            return False
        root, finished = _begin(head.decode("utf-8", "ignore"))
        if isinstance(root, dict) and any(key.lower() in _FOREIGN for key in root):
            return False
        page = unwrap(root)
        if page is not None and (_has_resource(page) or (named and finished and not page.rows)):
            return True
        if whole or (page is not None and len(page.rows) > _ROWS) or (page is None and not _may_come(root)):
            return False
    return False


def _is_table(head: bytes, *, named: bool) -> bool:
    """Whether a table has ids of resources in columns that are known; a named one may have no rows."""
    if b"\0" in head or not (_ID.search(head) or named):
        return False
    found = table.begin(head)
    if found is None:
        return False
    header, skipped = found
    rows = (header.row(record) for record in islice(table.records(head, header.mark, skipped), _ROWS))
    known = dict.fromkeys(header.names, "")
    return any(map(looks_like_resource, rows)) or (named and ("id" in known or kind_of(known) is not None))


def _begin(text: str) -> tuple[Any, bool]:
    """What the beginning of a text holds, and whether it is whole."""
    try:
        return parse(text)[0], True
    except JsonError as error:
        return error.root, False


def _has_resource(page: Page) -> bool:
    return any(looks_like_resource(named_row(row, page.columns)) for row in page.rows[:_ROWS])


def _may_come(root: Any) -> bool:
    """Whether what the beginning shows could still turn out to be an envelope or a resource."""
    return not isinstance(root, dict) or len(root) <= _ROWS
