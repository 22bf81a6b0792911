"""Tables of text: quotes, line breaks, marks, wrong numbers of cells, cells that were cut."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.inventory.support import STORE, VAULT, claims, read, write

from everward.sources.inventory import content as content_module
from everward.sources.inventory import rows as rows_module
from everward.sources.inventory import table

HEADER = "id,name,type,location,resourceGroup,subscriptionId,properties,tags"


def cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return '"' + text.replace('"', '""') + '"'


def line(row: dict[str, Any], mark: str = ",") -> str:
    kind = row["type"].lower()
    cells = (row["id"], row["name"], kind, "swedencentral", "rg", "s", row["properties"], {"a": "x\ny"})
    return mark.join(map(cell, cells))


def portal(mark: str = ",", end: str = "\r\n") -> str:
    return end.join([HEADER.replace(",", mark), line(VAULT, mark), line(STORE, mark), ""])


@pytest.mark.parametrize("mark", table.MARKS)
@pytest.mark.parametrize("before", ["", "sep=;\r\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("large", [False, True])
def test_a_table_of_resource_graph_gives_resources(
    mark: str, before: str, encoding: str, large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
        monkeypatch.setattr(rows_module, "RELEASED_ROWS", 1)
    write(tmp_path, "x.csv", (before + portal(mark)).encode(encoding))
    assert claims(tmp_path) == ["x.csv"]
    reading = read(tmp_path)
    assert not reading.unresolved
    vault, store = reading.resources
    assert (vault.type, vault.location, vault.properties) == (VAULT["type"], "swedencentral", VAULT["properties"])
    assert store.tags == {"a": "x\ny"}
    first = 3 if before else 2
    assert [(item.origin.line, item.origin.end_line) for item in (vault, store)] == [(first, None), (first + 1, None)]
    assert store.origin_of("properties.minimumTlsVersion").line == first + 1


def test_line_breaks_in_cells_are_part_of_the_record(tmp_path: Path) -> None:
    text = (
        "Resource ID,NAME,TYPE,Comment\n" + f'{VAULT["id"]},kv,Key vault,"one\ntwo, ""three"""\n{STORE["id"]},st,x,y\n'
    )
    reading = read(write(tmp_path, "x.csv", text))
    assert [(item.name, item.origin.line, item.origin.end_line) for item in reading.resources] == [
        ("kv", 2, 3),
        ("st", 4, None),
    ]
    assert reading.resources[0].type == "Microsoft.KeyVault/vaults"


def test_records_that_are_broken_are_told_by_line_and_cost_only_themselves(tmp_path: Path) -> None:
    good = line(VAULT)
    lines = [
        HEADER,
        good,
        good + ",more",
        "short",
        good.replace('"kv"', '"kv'),
        line(STORE),
        good.replace("{", '"x" {', 1),
        line({**STORE, "id": STORE["id"] + "2", "properties": "{"}),
        line({**STORE, "id": STORE["id"] + "3", "properties": "{" + "x" * table.EXCEL_CELL}),
        line({**STORE, "id": STORE["id"] + "4"}).replace('"st"', '"\xff"'),
        line({**STORE, "id": STORE["id"] + "5"}),
    ]
    reading = read(write(tmp_path, "x.csv", "\n".join(lines).encode("latin-1")))
    assert [item.id.removeprefix(STORE["id"]) for item in reading.resources] == [VAULT["id"], "", "5"]
    told = [(note.origin.line, note.reason) for note in reading.unresolved if note.origin]
    assert told == [
        (3, "the row is not read: it has 9 cells, and the table has 8 columns"),
        (4, "the row is not read: it has 1 cells, and the table has 8 columns"),
        (5, "the row is not read: a quote in it does not end"),
        (7, "the row is not read: its quotes are not those of a table"),
        (8, "the row is not read: its `properties` is not JSON"),
        (9, "the row is not read: its `properties` is not JSON: it was cut, as Excel cuts long cells"),
        (10, "the row is not read: it is not text in UTF-8"),
    ]
    assert reading.incomplete


def test_many_broken_records_are_summed_up(tmp_path: Path) -> None:
    reading = read(write(tmp_path, "x.csv", "\n".join([HEADER, line(VAULT), *["a,b"] * 50])))
    assert len(reading.unresolved) == 21
    assert reading.unresolved[-1].reason == "30 further rows are not readable, the first of them here"


def test_an_open_quote_does_not_swallow_a_large_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_RECORD_BYTES", 2_000)
    rows = [line({**STORE, "id": f"{STORE['id']}{number}"}) for number in range(300)]
    rows[10] = rows[10].replace('"st"', '"st')
    reading = read(write(tmp_path, "x.csv", "\n".join([HEADER, *rows])))
    assert len(reading.resources) == 299
    assert [note.origin.line for note in reading.unresolved if note.origin] == [12]


def test_objects_of_powershell_without_depth_are_no_values(tmp_path: Path) -> None:
    text = f'"id","name","type","tags","sku"\n"{VAULT["id"]}","kv","","@{{a=b}}","System.Object[]"\n'
    (resource,) = read(write(tmp_path, "x.csv", text)).resources
    assert resource.tags is None
    assert "sku" not in resource.body


@pytest.mark.parametrize(
    "text",
    [
        "name,type\n/subscriptions/a,b\n",
        "id,name\n/subscriptions/a/b,c\n",
        "just text about /subscriptions/x, and more\nof it\n",
        "\n\n\n\n\nid,name,type\n/subscriptions/a/resourceGroups/b,b,c/d\n",
        "id\n/subscriptions/a/resourceGroups/b\n",
        "id,name,type\x00\n/subscriptions/a/resourceGroups/b,b,c/d\n",
        'id,"name,type\n/subscriptions/a/resourceGroups/b,b,c/d\n',
        "",
    ],
)
def test_other_tables_and_texts_are_not_claimed(text: str, tmp_path: Path) -> None:
    write(tmp_path, "x.csv", text)
    assert claims(tmp_path) == []


def test_a_table_in_another_encoding_is_not_guessed(tmp_path: Path) -> None:
    content = f"id,name,type,größe\n{VAULT['id']},kv,a/b,1\n".encode("cp1252")
    assert claims(write(tmp_path, "x.csv", content)) == []


def test_a_named_table_may_have_no_rows(tmp_path: Path) -> None:
    path = write(tmp_path, "x.csv", HEADER + "\n")
    assert claims(path) == ["x.csv"]
    assert read(path).resources == []
    assert claims(tmp_path) == []
    assert claims(write(tmp_path, "y.csv", "RoleAssignmentId;RoleId;ObjectId;ScopeTenOrMgOrSubOrRGOrRes\n")) == [
        "y.csv"
    ]
    assert claims(write(tmp_path, "z.csv", "a;b\n")) == []


def test_a_table_that_turns_out_to_be_none_is_told(tmp_path: Path) -> None:
    from everward.sources.inventory.rows import Rows

    rows = Rows(b"x", "x.csv")
    assert list(rows) == []
    assert [note.reason for note in rows.problems] == ["no resources in a form that is known"]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(table.MARKS))
def test_what_python_writes_is_read_as_python_reads_it(rows: list[list[str]], mark: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    content = out.getvalue().encode()
    found = list(table.records(content, mark, 0))
    assert [list(record.cells) for record in found] == rows
    assert "".join(content[record.start : record.end].decode() for record in found) == out.getvalue()


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.sampled_from('a",;\n '), max_size=20), max_size=8))
def test_any_text_is_parted_into_records_without_loss(lines: list[str]) -> None:
    content = "\n".join(lines).encode()
    found = list(table.records(content, ",", 0))
    assert [record.start for record in found] == sorted(record.start for record in found)
    rest = bytearray(content)
    for record in reversed(found):
        del rest[record.start : record.end]
    assert not rest.strip()
