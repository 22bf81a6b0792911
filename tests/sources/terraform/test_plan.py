"""Plans as `terraform show -json` writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.sources.terraform.planned import GROUP, KEYVAULT, VAULT, change, configured, only, plan, read

from everward.sources.interface import ReadOptions
from everward.sources.terraform.mapping.facts import Facts
from everward.sources.terraform.plan import PlanSource
from everward.sources.terraform.plan_json import kind_of
from everward.sources.tree import Tree
from everward.values import Unknown

# Which files are plans


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"format_version": "1.2", "terraform_version": "1", "resource_changes": []}, "plan"),
        ({"configuration": {}, "format_version": "1.2", "planned_values": {}}, "plan"),
        ({"terraform_version": "1", "resource_changes": []}, "plan"),
        ({"format_version": "1.0", "terraform_version": "1", "values": {}}, "state"),
        ({"format_version": "1.0"}, "state"),
        ({"version": 4, "serial": 1, "lineage": "x", "resources": []}, "tfstate"),
        ({"format_version": "1.0", "provider_schemas": {}}, None),
        ({"format_version": "1.0", "valid": True}, None),
        ({"values": {}}, None),
        ({"format_version": "1.0", "resource_providers": {}, "serial": 1}, None),
        ([{"format_version": "1.0"}], None),
        ({}, None),
    ],
)
def test_kinds_of_files(content: Any, kind: str | None, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert kind_of(path) == kind


def test_large_files_are_told_by_their_ends(tmp_path: Path) -> None:
    filler = {f"k{index}": "x" * 1000 for index in range(5000)}
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"configuration": filler, "format_version": "1.2", "resource_changes": []}), "utf-8")
    assert kind_of(path) == "plan"
    path.write_text(json.dumps({"format_version": "1.2", "planned_values": filler}), "utf-8")
    assert kind_of(path) == "plan"
    path.write_text(json.dumps({"filler": filler}), "utf-8")
    assert kind_of(path) is None
    path.write_text(
        json.dumps({"format_version": "1.2", "variables": list(filler)[:50] * 50, "planned_values": {}}), "utf-8"
    )
    assert kind_of(path) == "plan"


def test_file_that_cannot_be_opened(tmp_path: Path) -> None:
    assert kind_of(tmp_path / "none.json") is None


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan()), encoding="utf-8")
    (tmp_path / "state.json").write_text('{"format_version": "1.0", "values": {}}', encoding="utf-8")
    (tmp_path / "plan.txt").write_text(json.dumps(plan()), encoding="utf-8")
    assert [item.path.name for item in PlanSource().find(Tree(tmp_path))] == ["plan.json"]


# What is read


def test_a_planned_resource(tmp_path: Path) -> None:
    reading = read(plan(change("azurerm_key_vault.kv", VAULT, {"id": True})), tmp_path)
    vault = only(reading, KEYVAULT)
    assert vault.id == f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
    assert vault.get("properties.enableSoftDelete") is True
    assert vault.origin.address == "azurerm_key_vault.kv"
    assert vault.origin.source == "plan"
    assert [(one.address, one.disposition.value) for one in reading.dispositions] == [
        ("azurerm_key_vault.kv", "resource")
    ]
    assert reading.unresolved == []
    assert (reading.source, reading.inputs[0].role) == ("plan", "plan")


@pytest.mark.parametrize("actions", [["delete"], ["forget"]])
def test_what_goes_away_is_not_there(actions: list[str], tmp_path: Path) -> None:
    gone = change("azurerm_key_vault.kv", None, None, actions=actions)
    assert read(plan(gone), tmp_path).resources == []


@pytest.mark.parametrize("actions", [["no-op"], ["update"], ["delete", "create"], ["create", "delete"]])
def test_what_stays_is_there(actions: list[str], tmp_path: Path) -> None:
    reading = read(plan(change("azurerm_key_vault.kv", VAULT, None, actions=actions)), tmp_path)
    assert only(reading, KEYVAULT)


def test_deposed_object_is_not_a_second_resource(tmp_path: Path) -> None:
    deposed = change("azurerm_key_vault.kv", None, None, deposed="abc", actions=["delete"])
    deposed["change"]["after"] = None
    reading = read(plan(change("azurerm_key_vault.kv", VAULT), deposed), tmp_path)
    assert len(reading.resources) == 1


def test_default_that_nobody_wrote_is_not_a_hole(tmp_path: Path) -> None:
    unknown = {"id": True, "network_acls": True, "access_policy": True, "vault_uri": True, "tenant_id": True}
    resources = [configured("azurerm_key_vault.kv", name="kv", tenant_id=["data.azurerm_client_config.c.tenant_id"])]
    vault = only(read(plan(change("azurerm_key_vault.kv", VAULT, unknown), resources=resources), tmp_path), KEYVAULT)
    assert vault.get("properties.accessPolicies") == []
    assert "networkAcls" not in vault.properties
    tenant = vault.get("properties.tenantId")
    assert isinstance(tenant, Unknown)
    assert tenant.decided_by == ("data.azurerm_client_config.c.tenant_id",)


def test_secret_is_a_hole_and_its_text_nowhere(tmp_path: Path) -> None:
    after = {**VAULT, "tags": {"owner": "me", "token": "S3CRET"}, "tenant_id": "S3CRET", "sku_name": None}
    sensitive = {"tags": {"token": True}, "tenant_id": True, "sku_name": True}
    reading = read(plan(change("azurerm_key_vault.kv", after, None, sensitive=sensitive)), tmp_path)
    vault = only(reading, KEYVAULT)
    assert vault.tags["owner"] == "me"
    for hidden in (vault.tags["token"], vault.get("properties.tenantId")):
        assert (hidden.reason, hidden.present) == ("sensitive", True)
    assert "S3CRET" not in repr(vault.body)
    assert "sku" in vault.properties
    assert "name" not in vault.properties["sku"]


def test_secret_blocks(tmp_path: Path) -> None:
    after = {**VAULT, "network_acls": [{"default_action": "Deny", "bypass": "None", "ip_rules": ["1.1.1.1"]}]}
    hidden = {"network_acls": [{"ip_rules": [True], "bypass": True}]}
    vault = only(read(plan(change("azurerm_key_vault.kv", after, None, sensitive=hidden)), tmp_path), KEYVAULT)
    assert vault.get("properties.networkAcls.defaultAction") == "Deny"
    assert isinstance(vault.get("properties.networkAcls.bypass"), Unknown)
    assert isinstance(vault.get("properties.networkAcls.ipRules")[0]["value"], Unknown)
    for whole in ({"network_acls": True}, {"network_acls": [True]}):
        vault = only(read(plan(change("azurerm_key_vault.kv", after, None, sensitive=whole)), tmp_path), KEYVAULT)
        assert isinstance(vault.get("properties.networkAcls"), Unknown)


# Dynamic blocks, which a plan's configuration does not show


SETTING = {"name": "d", "target_resource_id": GROUP, "log_analytics_workspace_id": f"{GROUP}/providers/a.b/c/w"}
DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"


def test_unknown_block_that_the_provider_never_fills_in_is_dynamic(tmp_path: Path) -> None:
    unknown = {"id": True, "enabled_log": True, "metric": True}
    resources = [configured("azurerm_monitor_diagnostic_setting.d", name="d", target_resource_id=["x.y"])]
    content = plan(change("azurerm_monitor_diagnostic_setting.d", SETTING, unknown), resources=resources)
    setting = only(read(content, tmp_path), DIAGNOSTICS)
    assert isinstance(setting.get("properties.metrics"), Unknown)
    assert isinstance(setting.get("properties.logs"), Unknown)


def test_hidden_dependency_leaves_blocks_open(tmp_path: Path) -> None:
    group = change(
        "azurerm_network_security_group.n", {"name": "n", "resource_group_name": "rg"}, {"security_rule": True}
    )
    read_later = change("data.azurerm_subnet.s", {"name": "s"}, {"address_prefix": True, "id": True}, actions=["read"])
    resources = [
        configured("azurerm_network_security_group.n", name="n"),
        configured("data.azurerm_subnet.s", name="s"),
    ]
    relevant = [{"resource": "data.azurerm_subnet.s", "attribute": ["address_prefix"]}]
    kind = "Microsoft.Network/networkSecurityGroups"

    def rules(**more: Any) -> Any:
        return only(read(plan(group, read_later, resources=resources, **more), tmp_path), kind).get(
            "properties.securityRules"
        )

    assert isinstance(rules(relevant_attributes=relevant), Unknown)
    assert rules() == []
    assert rules(relevant_attributes=[{"resource": "data.azurerm_subnet.s", "attribute": ["name"]}, {}, 3]) == []
    # An expression that mentions the attribute accounts for it.
    outputs = {"outputs": {"prefix": {"expression": {"references": ["data.azurerm_subnet.s.address_prefix"]}}}}
    assert rules(relevant_attributes=relevant, root=outputs) == []


def test_block_of_a_known_number_with_unknown_parts(tmp_path: Path) -> None:
    after = {**VAULT, "network_acls": [{"default_action": "Deny", "bypass": "None"}]}
    unknown = {"network_acls": [{"virtual_network_subnet_ids": True}]}
    resources = [
        configured("azurerm_key_vault.kv", network_acls=[{"virtual_network_subnet_ids": ["azurerm_subnet.s.id"]}])
    ]
    vault = only(read(plan(change("azurerm_key_vault.kv", after, unknown), resources=resources), tmp_path), KEYVAULT)
    assert isinstance(vault.get("properties.networkAcls.virtualNetworkRules"), Unknown)
    assert vault.get("properties.networkAcls.defaultAction") == "Deny"


def test_unknown_blocks_in_a_list(tmp_path: Path) -> None:
    after = {**VAULT, "access_policy": [None, {"object_id": "o"}, 3]}
    vault = only(read(plan(change("azurerm_key_vault.kv", after, {"access_policy": [True, {}]})), tmp_path), KEYVAULT)
    first, second = vault.get("properties.accessPolicies")
    assert isinstance(first, Unknown)
    assert second["objectId"] == "o"


# Subscriptions and versions


@pytest.mark.parametrize(
    ("more", "subscription"),
    [
        (
            {
                "providers": {
                    "azurerm": {"name": "azurerm", "expressions": {"subscription_id": {"constant_value": "one"}}}
                }
            },
            "one",
        ),
        (
            {
                "providers": {
                    "azurerm": {"name": "azurerm", "expressions": {"subscription_id": {"references": ["var.s"]}}}
                },
                "variables": {"s": {"value": "two"}},
            },
            "two",
        ),
        (
            {
                "prior_state": {
                    "values": {
                        "root_module": {
                            "resources": [3, {"type": "x"}],
                            "child_modules": [
                                {
                                    "resources": [
                                        {"type": "azurerm_client_config", "values": {"subscription_id": "three"}}
                                    ]
                                }
                            ],
                        }
                    }
                }
            },
            "three",
        ),
        ({"prior_state": {"values": {"root_module": 3}}}, "{subscription}"),
        ({"providers": {"azurerm": 3, "random": {"name": "random"}}}, "{subscription}"),
        (
            {
                "providers": {
                    "azurerm": {"name": "azurerm", "expressions": {"subscription_id": {"references": ["local.s"]}}}
                }
            },
            "{subscription}",
        ),
        ({"providers": {"azurerm": {"name": "azurerm", "expressions": {"subscription_id": 3}}}}, "{subscription}"),
    ],
)
def test_subscription_that_the_plan_names(more: dict[str, Any], subscription: str, tmp_path: Path) -> None:
    vault = only(read(plan(change("azurerm_key_vault.kv", VAULT), **more), tmp_path, None), KEYVAULT)
    assert vault.id.startswith(f"/subscriptions/{subscription}/")


def test_subscription_of_another_provider_configuration(tmp_path: Path) -> None:
    providers = {
        "azurerm": {"name": "azurerm", "version_constraint": "4.1.0"},
        "azurerm.hub": {
            "name": "azurerm",
            "alias": "hub",
            "expressions": {"subscription_id": {"constant_value": "hub"}},
        },
    }
    resource = {**configured("azurerm_key_vault.kv"), "provider_config_key": "azurerm.hub"}
    content = plan(change("azurerm_key_vault.kv", VAULT), resources=[resource], providers=providers)
    assert only(read(content, tmp_path), KEYVAULT).id.startswith("/subscriptions/hub/")


@pytest.mark.parametrize(("major", "public"), [(3, True), (4, True), (5, False)])
def test_version_that_the_constraint_leaves_open_is_told_by_the_attributes(
    major: int, public: bool, tmp_path: Path
) -> None:
    facts = Facts.load(major).of("azurerm_storage_account")
    assert facts is not None
    given_names: dict[str, Any] = {path: None for path in facts.attributes if "." not in path}
    after = {**given_names, "name": "st", "resource_group_name": "rg"}
    content = plan(change("azurerm_storage_account.s", after), providers={"azurerm": {"name": "azurerm"}})
    reading = read(content, tmp_path)
    assert reading.unresolved == []
    assert only(reading, "Microsoft.Storage/storageAccounts").get("properties.allowBlobPublicAccess") is public


# Broken plans


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"format_version": "1.2", "planned_values": {"a', "not readable as JSON"),
        (b'{"format_version": "1.2", "planned_values": ' + b"[" * 100_000, "not readable as JSON"),
    ],
)
def test_cut_and_deep_files(content: bytes, reason: str, tmp_path: Path) -> None:
    reading = read(content, tmp_path)
    (said,) = reading.unresolved
    assert reason in said.reason
    assert said.incomplete
    assert said.origin is not None
    assert said.origin.line == 1


def test_file_that_is_not_an_object(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan()), encoding="utf-8")
    tree = Tree(path)
    (item,) = PlanSource().find(tree)
    path.write_text('["format_version"]', encoding="utf-8")
    reading = PlanSource().read(item, tree, ReadOptions())
    assert reading.incomplete
    assert "not a JSON object" in reading.unresolved[0].reason


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"format_version": "2.0"}, "the plan has format version `2.0`, which is not known"),
        ({"format_version": 1}, "the plan has format version `1`, which is not known"),
        ({"errored": True}, "planning ended with an error"),
        ({"complete": False}, "the plan is not complete: some changes are deferred"),
        ({"resource_changes": {}}, "not an array"),
        ({"resource_changes": [3]}, "not an object"),
        ({"resource_changes": [None]}, "not an object"),
        ({"resource_changes": [{}]}, "an empty object"),
        ({"resource_changes": [{}, {"address": 3}]}, "no `address`"),
        ({"resource_changes": [{"address": "a.b"}]}, "no `type`"),
        ({"resource_changes": [{"address": "a.b", "type": "a", "name": "b"}]}, "no `change`"),
        (
            {"resource_changes": [{"address": "a.b", "type": "a", "name": "b", "change": {"after": 3}}]},
            "its planned values are missing",
        ),
        ({"configuration": []}, "not an object"),
    ],
)
def test_parts_that_are_not_as_they_should_be(more: dict[str, Any], reason: str, tmp_path: Path) -> None:
    reading = read({**plan(change("azurerm_key_vault.kv", VAULT)), **more}, tmp_path)
    said = [one for one in reading.unresolved if one.incomplete]
    assert reason in [one.reason for one in said]
    assert all(one.origin is not None and one.origin.file is not None for one in said)


def test_plan_without_resources_is_cut(tmp_path: Path) -> None:
    content = {"format_version": "1.2", "terraform_version": "1.11.4", "configuration": {}}
    reading = read(content, tmp_path)
    assert [one.reason for one in reading.unresolved] == ["the plan has no resources"]
    assert reading.incomplete


ODD: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.sampled_from(["azurerm_subnet.s.id", "var.x"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "address",
                    "change",
                    "after",
                    "after_unknown",
                    "references",
                    "expressions",
                    "resources",
                    "name",
                    "type",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    st.sampled_from(["resource_changes", "configuration", "prior_state", "relevant_attributes", "variables"]),
    ODD,
    ODD,
)
def test_nothing_breaks_reading(tmp_path: Path, part: str, value: Any, inner: Any) -> None:
    first = change("azurerm_key_vault.kv", VAULT, {"network_acls": inner, "tenant_id": True})
    first["change"]["after_sensitive"] = inner
    first["change"]["after"] = {**VAULT, "network_acls": inner, "tags": value}
    content = plan(first, resources=[configured("azurerm_key_vault.kv"), inner, {"expressions": value}])
    content[part] = value
    read(content, tmp_path)
    whole = {
        **content,
        "resource_changes": [first],
        "configuration": {
            "root_module": {
                "resources": [configured("azurerm_key_vault.kv", tenant_id=["x.y"])],
                "module_calls": value,
                "outputs": inner,
            },
            "provider_config": value,
        },
    }
    assert read(whole, tmp_path).dispositions
