import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sources.inventory.support import GROUP, STORE, VAULT, claims, read, shapes, write

from everward.estate import Estate
from everward.sources.interface import ReadOptions
from everward.sources.inventory import InventorySource
from everward.sources.inventory import content as content_module
from everward.sources.inventory import rows as rows_module
from everward.sources.tree import Tree
from everward.values import Unknown


@pytest.mark.parametrize("name", list(shapes()))
@pytest.mark.parametrize("large", [False, True])
def test_every_form_gives_the_same_resources(
    name: str, large: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if large:
        monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
        monkeypatch.setattr(rows_module, "LARGE_BYTES", 10)
    reading = read(write(tmp_path, name, shapes()[name]))
    assert not reading.unresolved
    kept: list[Any] = [(resource.type, resource.name, resource.properties) for resource in reading.resources]
    expected: list[Any] = [("Microsoft.KeyVault/vaults", "kv", {"enablePurgeProtection": True})]
    if name != "one.json":
        expected.append(("Microsoft.Storage/storageAccounts", "st", {"minimumTlsVersion": "TLS1_2"}))
    assert kept == expected
    assert all(set(resource.body) <= {"location", "sku", "properties"} for resource in reading.resources)
    assert [(item.role, item.used) for item in reading.inputs] == [("inventory", True)]


@pytest.mark.parametrize("name", list(shapes()))
def test_every_form_knows_its_places(name: str, tmp_path: Path) -> None:
    reading = read(write(tmp_path, name, shapes()[name]))
    resource = reading.resources[-1]
    assert resource.origin.source == "inventory"
    assert str(resource.origin.file).endswith(name)
    assert resource.origin.line is not None
    path = "properties.minimumtlsversion" if name != "one.json" else "properties.enablePurgeProtection"
    assert resource.origins.get(path) is not None
    assert resource.origin_of(path + ".x[0]") == resource.origin_of(path)
    assert resource.origin_of("tags.none") == resource.origin
    assert resource.origins.get("..") is None
    assert list(resource.origins) == []
    assert len(resource.origins) == 0


def test_lines_of_rows_and_properties_are_exact(tmp_path: Path) -> None:
    text = json.dumps({"value": [VAULT, STORE]}, indent=1)
    reading = read(write(tmp_path, "x.json", text))
    lines = text.splitlines()
    first, second = reading.resources
    assert first.origin.line == 3
    assert second.origin.line == 1 + next(i for i, line in enumerate(lines) if i > 5 and line == "  {")
    assert second.origin.address == "value[1]"
    wanted = 1 + next(i for i, line in enumerate(lines) if "minimumTls" in line)
    assert second.origin_of("properties.minimumTlsVersion").line == wanted
    found = second.origin_of("properties")
    assert (found.line, found.end_line) == (wanted - 1, wanted + 1)


def test_places_of_a_file_that_is_gone_are_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "big.json", [VAULT])
    tree = Tree(path)
    source = InventorySource()
    (item,) = source.find(tree)
    reading = source.read(item, tree, ReadOptions())
    path.unlink()
    tree._contents.clear()
    assert reading.resources[0].origin.line is None
    assert reading.resources[0].origin.file is not None


def test_origins_can_be_set_like_those_of_any_resource(tmp_path: Path) -> None:
    resource = read(write(tmp_path, "x.json", [VAULT])).resources[0]
    resource.origins = {"properties": resource.origin}
    assert resource.origin_of("properties.a") is resource.origin
    resource.origin = resource.origin_of("")
    assert resource.origin.line == 2


def test_resource_graph_rows_are_as_arm_has_them(tmp_path: Path) -> None:
    row = {
        "id": STORE["id"].replace("/rg/", "/RG/"),
        "name": "st",
        "type": "microsoft.storage/storageaccounts",
        "tenantId": "t",
        "kind": "",
        "location": "swedencentral",
        "resourceGroup": "rg",
        "subscriptionId": "s",
        "managedBy": "",
        "sku": {"name": "Standard_ZRS"},
        "plan": None,
        "properties": {"a": "", "b": None},
        "tags": None,
        "identity": None,
        "zones": None,
        "extendedLocation": None,
    }
    (resource,) = read(write(tmp_path, "x.json", {"data": [row]})).resources
    assert resource.type == "Microsoft.Storage/storageAccounts"
    assert resource.body == {
        "location": "swedencentral",
        "sku": {"name": "Standard_ZRS"},
        "properties": {"a": "", "b": None},
    }


def test_a_slash_at_the_end_of_an_id_makes_no_other_resource(tmp_path: Path) -> None:
    twin = {**VAULT, "id": f"{VAULT['id'].upper()}/ "}
    reading = read(write(tmp_path, "x.json", [VAULT, twin]))
    assert [resource.id for resource in reading.resources] == [VAULT["id"]]
    assert not reading.unresolved


def test_columns_that_a_query_leaves_out_are_holes(tmp_path: Path) -> None:
    row = {"id": VAULT["id"], "type": "microsoft.keyvault/vaults", "subscriptionId": "s", "resourceGroup": "rg"}
    reading = read(write(tmp_path, "x.json", {"data": [{**row, "location": "x"}]}))
    (resource,) = reading.resources
    assert isinstance(resource.get("identity.type"), Unknown)
    assert isinstance(resource.properties, Unknown)
    assert resource.location == "x"
    (note,) = reading.unresolved
    assert note.reason == "the properties of 1 of 1 resources are not in this export"


def test_the_list_of_the_command_line_leaves_properties_open(tmp_path: Path) -> None:
    bare = {
        **VAULT,
        "properties": None,
        "createdTime": "2026",
        "changedTime": "2026",
        "resourceGroup": "rg",
        "sku": None,
        "identity": None,
    }
    reading = read(write(tmp_path, "x.json", [bare, {**bare, "id": STORE["id"], "type": STORE["type"]}]))
    first = reading.resources[0]
    assert isinstance(first.properties, Unknown)
    assert first.properties.reason == "not in this export"
    assert isinstance(first.get("zones"), Unknown)
    assert "sku" not in first.body
    assert "identity" not in first.body
    assert not first.opaque
    (note,) = reading.unresolved
    assert note.help is not None
    assert "az graph query" in note.help
    assert note.decided_by == ("inventory.properties",)
    assert not reading.incomplete


def test_a_fuller_account_of_a_resource_wins_whatever_the_order(tmp_path: Path) -> None:
    bare = {**VAULT, "properties": None, "createdTime": "2026"}
    for index, rows in enumerate(([bare, VAULT], [VAULT, bare], [VAULT, VAULT])):
        reading = read(write(tmp_path, f"{index}.json", rows))
        (resource,) = reading.resources
        assert resource.properties == {"enablePurgeProtection": True}
        assert not reading.unresolved
        assert reading.inputs[0].detail == "1 resources, 1 rows repeat others"


def test_rows_that_contradict_each_other_are_both_kept(tmp_path: Path) -> None:
    other = {**VAULT, "id": VAULT["id"].upper(), "properties": {"enablePurgeProtection": False}}
    reading = read(write(tmp_path, "x.json", [VAULT, other]))
    assert len(Estate([reading]).versions(VAULT["id"])) == 2


@pytest.mark.parametrize("swapped", [False, True])
def test_files_that_contradict_each_other_are_both_judged_whatever_their_order(tmp_path: Path, swapped: bool) -> None:
    other = {**VAULT, "properties": {"enablePurgeProtection": False}}
    first, second = (other, VAULT) if swapped else (VAULT, other)
    write(tmp_path, "a.json", [first])
    write(tmp_path, "b.json", [second])
    estate = Estate([read(tmp_path)])
    found = [view.find(VAULT["id"]) for view in estate.views]
    protected = [item.get("properties.enablePurgeProtection") for item in found if item is not None]
    assert protected == [not swapped, swapped]
    (note,) = estate.unresolved
    assert note.subject == "1 resource"
    assert [name.rpartition("/")[2] for name in note.reason.rpartition(": ")[2].split(", ")] == ["a.json", "b.json"]


def test_children_inside_a_body_are_resources(tmp_path: Path) -> None:
    machine = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"
    row = {
        "id": machine,
        "type": "Microsoft.Compute/virtualMachines",
        "name": "vm",
        "properties": {},
        "resources": [
            {"id": f"{machine}/extensions/a"},
            {
                "id": f"{machine}/extensions/b",
                "name": "vm/b",
                "type": "Microsoft.Compute/virtualMachines/extensions",
                "properties": {"publisher": "x"},
            },
        ],
    }
    reading = read(write(tmp_path, "x.json", [row]))
    vm, first, second = reading.resources
    assert "resources" not in vm.body
    assert (first.name, first.type, first.opaque) == ("a", "Microsoft.Compute/virtualMachines/extensions", True)
    assert (second.name, second.properties, second.opaque) == ("b", {"publisher": "x"}, False)
    assert first.origin.line is not None
    assert vm.origin.line is not None
    assert first.origin.line > vm.origin.line


def test_what_is_no_child_stays_in_the_body(tmp_path: Path) -> None:
    row = {**VAULT, "resources": [{"name": "x"}, 1]}
    assert read(write(tmp_path, "x.json", [row])).resources[0].get("resources") == [{"name": "x"}, 1]
    assert read(write(tmp_path, "y.json", [{**VAULT, "resources": "x"}])).resources[0].get("resources") == "x"


def test_names_that_are_objects_are_kept(tmp_path: Path) -> None:
    row = {**VAULT, "id": f"{VAULT['id']}/providers/Microsoft.Insights/metrics/Used", "name": {"value": "Used"}}
    (resource,) = read(write(tmp_path, "x.json", [row])).resources
    assert resource.name == "Used"
    assert resource.get("name.value") == "Used"
    (resource,) = read(write(tmp_path, "y.json", [{**VAULT, "name": ""}])).resources
    assert resource.name == "kv"


def test_types_come_from_the_id_where_the_row_has_none(tmp_path: Path) -> None:
    row = {"id": f"{GROUP}/providers/microsoft.keyvault/VAULTS/kv", "properties": {}}
    (resource,) = read(write(tmp_path, "x.json", [row])).resources
    assert resource.type == "Microsoft.KeyVault/vaults"
    group = {"id": GROUP, "type": "Microsoft.Resources/resourceGroups", "name": "rg", "properties": {}}
    (resource,) = read(write(tmp_path, "y.json", [group])).resources
    assert resource.type == "Microsoft.Resources/subscriptions/resourceGroups"
    own = {**VAULT, "type": "Contoso.Own/things"}
    (resource,) = read(write(tmp_path, "z.json", [own])).resources
    assert resource.type == "Contoso.Own/things"


def test_a_subscription_keeps_its_own_ids(tmp_path: Path) -> None:
    row = {
        "id": "/subscriptions/s",
        "type": "Microsoft.Resources/subscriptions",
        "subscriptionId": "s",
        "resourceGroup": "",
        "tenantId": "t",
        "properties": {},
    }
    (resource,) = read(write(tmp_path, "x.json", [row])).resources
    assert (resource.get("subscriptionId"), resource.get("tenantId")) == ("s", "t")


def test_rows_that_are_no_resources_are_reported_one_by_one(tmp_path: Path) -> None:
    rows: list[Any] = [VAULT, 1, {"name": "x"}, {"id": "abc"}, {"id": "/subscriptions/a/b", "properties": {}}, STORE]
    reading = read(write(tmp_path, "x.json", rows))
    assert len(reading.resources) == 2
    assert [(note.subject.rsplit("/", 1)[-1], note.reason) for note in reading.unresolved] == [
        ("x.json row 2", "not read as a resource: it is no object"),
        ("x.json row 3", "not read as a resource: it has no `id`"),
        ("x.json row 4", "not read as a resource: its `id` is not the id of a resource"),
        ("x.json row 5", "not read as a resource: it has no `type`, and its `id` tells none"),
    ]
    assert reading.incomplete
    lines = [note.origin.line for note in reading.unresolved if note.origin]
    assert lines == sorted(line for line in lines if line)


def test_many_bad_rows_are_summed_up(tmp_path: Path) -> None:
    reading = read(write(tmp_path, "x.json", [VAULT, *range(50)]))
    assert len(reading.unresolved) == 21
    assert reading.unresolved[-1].reason == "30 further rows are not resources"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"skip_token": "abc", "total_records": 1400}, "the export is one page of several: 2 rows of 1400"),
        ({"nextLink": "https://x"}, "the export is one page of several: 2 rows"),
        ({"resultTruncated": "true"}, "the export is one page of several: 2 rows"),
    ],
)
def test_a_page_without_its_successors_is_incomplete(more: dict[str, Any], reason: str, tmp_path: Path) -> None:
    reading = read(write(tmp_path, "x.json", {"data": [VAULT, STORE], **more}))
    assert [note.reason for note in reading.unresolved] == [reason]
    assert reading.incomplete


def test_pages_that_are_all_there_are_complete(tmp_path: Path) -> None:
    write(tmp_path, "1.json", {"data": [VAULT], "skip_token": "abc", "total_records": 2})
    write(tmp_path, "2.json", {"data": [STORE], "skip_token": None, "total_records": 2})
    assert not read(tmp_path).unresolved


def test_a_file_that_breaks_off_gives_the_rows_before(tmp_path: Path) -> None:
    text = json.dumps({"value": [VAULT, STORE]}, indent=1)
    reading = read(write(tmp_path, "x.json", text[: text.index("TLS1_2")]))
    assert [resource.name for resource in reading.resources] == ["kv"]
    (note,) = reading.unresolved
    assert note.reason == "not readable as JSON: string that does not end; the 1 rows before it were read"
    assert note.incomplete
    assert note.origin is not None
    assert note.origin.line == 1 + text[: text.index("TLS1_2")].count("\n")
    assert reading.resources[0].origin.line == 3
    reading = read(write(tmp_path, "y.json", json.dumps(VAULT)[:-20]))
    assert [note.reason for note in reading.unresolved] == ["not readable as JSON: string that does not end"]


def test_bad_lines_do_not_cost_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = json.dumps({"value": [STORE, STORE]})
    lines = [
        json.dumps(VAULT),
        '{"id": ',
        json.dumps(STORE) + " // a comment",
        page[:-40],
        "",
        '{"a": 1}',
        '{"b": "\xff"}',
        json.dumps(STORE | {"id": STORE["id"] + "2"}),
    ]
    content = "\n".join(lines).encode("latin-1")
    for large in (False, True):
        if large:
            monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
            monkeypatch.setattr(rows_module, "LARGE_BYTES", 10)
        reading = read(write(tmp_path, f"{large}.jsonl", content))
        assert [resource.name for resource in reading.resources] == ["kv", "st", "st"]
        assert [note.origin.line for note in reading.unresolved if note.origin] == [2, 4, 7, 6]
        assert [resource.origin.line for resource in reading.resources] == [1, 3, 8]


def test_large_files_read_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
    monkeypatch.setattr(rows_module, "LARGE_BYTES", 10)
    monkeypatch.setattr(rows_module, "RELEASED_ROWS", 2)
    bad = '{"id": "/subscriptions/x/y", "size": 1e999}'
    worse = '{"id": "\xff"}'
    rows = [json.dumps(VAULT), bad, worse, json.dumps(STORE), json.dumps(STORE)]
    reading = read(write(tmp_path, "x.json", f"[{', '.join(rows)}]".encode("latin-1")))
    assert [resource.name for resource in reading.resources] == ["kv", "st"]
    assert [note.reason for note in reading.unresolved] == [
        "row 2 is not readable as JSON: number out of range: `1e999`",
        "row 3 is not readable as JSON: not text in UTF-8",
    ]
    assert reading.resources[1].origin.address == "[3]"
    cut = read(write(tmp_path, "cut.json", json.dumps([VAULT, STORE])[:-9]))
    assert [note.reason for note in cut.unresolved] == [
        "not readable as JSON: string that does not end; the 1 rows before it were read"
    ]
    monkeypatch.setattr("everward.sources.inventory.places.LARGE_BYTES", 10)
    assert cut.resources[0].origin.line is None
    monkeypatch.setattr(rows_module, "MAX_PATIENT_BYTES", 10)
    cut = read(tmp_path / "cut.json")
    assert [note.reason.split(":")[0] for note in cut.unresolved] == [
        "it is not valid json, and too large to be read with patience"
    ]
    assert read(write(tmp_path, "marked.json", b"\xef\xbb\xbf" + json.dumps([VAULT]).encode())).resources


def test_equal_rows_of_a_large_file_are_not_one_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
    monkeypatch.setattr(rows_module, "LARGE_BYTES", 10)
    page = json.dumps({"value": [STORE]})
    assert len(read(write(tmp_path, "x.jsonl", f"{page}\n{page}\n")).resources) == 1


def test_large_files_share_equal_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_module, "LARGE_BYTES", 10)
    monkeypatch.setattr(rows_module, "LARGE_BYTES", 10)
    rows = [{**STORE, "id": f"{STORE['id']}{index}", "properties": {"acls": {"x": [1]}}} for index in range(3)]
    first, second, _ = read(write(tmp_path, "x.json", rows)).resources
    assert first.body["sku"] is second.body["sku"]
    assert first.get("properties.acls") is second.get("properties.acls")


def test_a_file_that_vanishes_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path, "x.json", [VAULT])
    tree = Tree(path)
    source = InventorySource()
    (item,) = source.find(tree)
    path.unlink()
    reading = source.read(item, tree, ReadOptions())
    assert reading.incomplete
    assert reading.unresolved[0].reason.startswith("cannot read")
    assert list(InventorySource().find(tree)) == []


def test_deep_nesting_is_an_error_with_a_line(tmp_path: Path) -> None:
    deep = '{"properties": ' + '{"a": ' * 100_000 + "1" + "}" * 100_001
    reading = read(write(tmp_path, "x.json", f"[{json.dumps(VAULT)},\n{deep}]"))
    assert [resource.name for resource in reading.resources] == ["kv"]
    assert "nested deeper than 500 levels" in reading.unresolved[0].reason
    assert reading.unresolved[0].origin is not None
    assert reading.unresolved[0].origin.line == 2


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", VAULT["id"], "a/b"]),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "type", "name", "properties", "resources", "value", "data", "columns", "rows", "zones"]
            ),
            below,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(ODD, max_size=4), st.sampled_from(["list", "value", "lines", "table"]))
def test_wrong_types_everywhere_never_raise(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], form: str
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    content: Any = [VAULT, *rows]
    if form == "value":
        content = {"value": content}
    elif form == "lines":
        content = "\n".join(json.dumps(row) for row in content)
    elif form == "table":
        content = {"columns": [{"name": "id"}, "type", 1], "rows": [[VAULT["id"], VAULT["type"], 1], *rows]}
    reading = read(write(folder, "x.json", content))
    assert reading.resources[0].key == VAULT["id"].lower()
    for resource in reading.resources:
        assert resource.origin.file is not None
        assert isinstance(resource.origin_of("properties.a[0]").source, str)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_file_cut_anywhere_never_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([json.dumps([VAULT, STORE], indent=1), shapes()["lines.jsonl"]]))
    at = data.draw(st.integers(len(json.dumps(VAULT["id"])) + 60, len(text)))
    path = write(tmp_path_factory.mktemp("cut"), "x.json", text[:at])
    if claims(path):
        reading = read(path)
        assert len(reading.resources) == 2 or reading.incomplete or text[at - 1 : at + 1] in ("}\n", "\n{")
        assert all(resource.origin.line for resource in reading.resources)
