"""What clusters take out of vaults, and how often."""

from typing import Any

import pytest
from tests.facts.keys.objects import CLUSTER, deployment, kube, pods, provider_class, rotating, scaler, secret
from tests.facts.keys.test_keys import HOLE, keys, made, vault

from everward.estate import Estate, Reading, Resource
from everward.facts.keys.keyring import Keys
from everward.facts.keys.load import Load
from everward.facts.keys.uses import Delivery, Use
from everward.values import Unknown

KV = vault().key


def about(number: float) -> Any:
    return pytest.approx(number)


def load(*resources: Any) -> Load:
    return keys(vault(), *resources).loads.of(KV)


def test_each_pod_reads_each_object_each_time() -> None:
    found = load(rotating(), provider_class(), pods(replicas=3), deployment())
    assert (found.least, found.most, found.burst, found.complete) == (about(0.2), about(0.2), 6, True)
    [part] = found.parts
    assert (part.what, part.pods, part.objects, part.seconds) == ("mounted", (3, 3), 2, 300)


def test_autoscalers_decide_how_many_pods_there_can_be() -> None:
    auto = scaler(minReplicas=3, maxReplicas=20)
    found = load(rotating(), provider_class(), pods(replicas=1, autoscalers=[auto.id]), auto)
    assert (found.least, found.most, found.burst) == (about(0.2), about(2 * 20 / 30), 40)
    lost = load(rotating(), provider_class(), pods(replicas=1, autoscalers=[auto.id, 7]))
    assert lost.burst == 2
    open_ended = scaler(maxReplicas=HOLE)
    unknown = load(rotating(), provider_class(), pods(autoscalers=[open_ended.id]), open_ended)
    assert (unknown.least, unknown.most, unknown.burst, unknown.complete) == (about(1 / 15), None, None, False)


def test_daemons_have_a_pod_on_each_node() -> None:
    profiles = {"addonProfiles": rotating().body["properties"]["addonProfiles"],  # type: ignore[index,call-overload]
                "agentPoolProfiles": [{"minCount": 2, "maxCount": 4}, {"count": 1}]}  # fmt: skip
    pool = made("Microsoft.ContainerService/managedClusters/agentPools", "aks/more", {"minCount": 1, "maxCount": 5})
    found = load(rotating(properties=profiles), pool, provider_class(), pods(kind="DaemonSet"))
    assert found.parts[0].pods == (4, 10)
    strange = load(
        rotating(properties={**profiles, "agentPoolProfiles": HOLE}), provider_class(), pods(kind="DaemonSet")
    )
    assert strange.parts[0].pods == (None, None)
    apart = load(provider_class(), pods(kind="DaemonSet"))
    assert apart.parts[0].pods == (None, None)


def test_without_rotation_only_starts_read() -> None:
    still = rotating()
    found = load(still.with_body({"properties": {}}), provider_class(), pods(replicas=3))
    assert (found.least, found.most, found.burst, found.complete) == (None, None, 6, False)


def test_objects_that_are_not_known_count_as_the_whole_vault() -> None:
    found = load(rotating(), provider_class(objects=HOLE), pods(replicas=2), secret("a"), secret("b"), secret("c"))
    assert (found.burst, found.complete, found.parts[0].at_most) == (6, False, True)
    nothing = load(rotating(), provider_class(objects=[{"objectName": HOLE}]), pods(replicas=2))
    assert (nothing.burst, nothing.complete) == (None, False)


def test_a_class_that_nobody_mounts_asks_for_nothing_that_is_known() -> None:
    found = load(rotating(), provider_class())
    assert (found.most, found.burst, found.complete) == (None, None, False)
    assert load().parts == []
    assert load().most is None


def test_external_secrets_are_read_once_however_many_pods_there_are() -> None:
    store = kube("SecretStore", "kv", "external-secrets.io", spec={
        "provider": {"azurekv": {"vaultUrl": "https://KV.vault.azure.net"}}})  # fmt: skip
    apart = kube("SecretStore", "aws", "external-secrets.io", spec={"provider": {"aws": {}}})
    wanted = kube("ExternalSecret", "one", "external-secrets.io", spec={
        "refreshInterval": "10s", "secretStoreRef": {"name": "kv"}, "data": [{}, {}], "dataFrom": [{}]})  # fmt: skip
    hourly = kube("ExternalSecret", "two", "external-secrets.io", spec={
        "secretStoreRef": {"name": "kv"}, "data": [{}]})  # fmt: skip
    never = kube("ExternalSecret", "three", "external-secrets.io", spec={
        "refreshInterval": "0", "secretStoreRef": {"name": "kv"}, "data": [{}]})  # fmt: skip
    other = kube("ExternalSecret", "four", "external-secrets.io", spec={"secretStoreRef": {"name": "aws"}})
    found = load(store, apart, wanted, hourly, never, other)
    assert [part.most for part in found.parts] == [about(3), about(1 / 360), None]
    assert [part.burst for part in found.parts] == [3, 1, 1]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30", 30), (30, 30), ("00:05:00", 300), ("1.00:00:00", 86400), ("PT5M", 300), ("5m", 300)],
)
def test_clients_that_ask_themselves(written: Any, seconds: float) -> None:
    environment = [
        {"name": "VAULT", "value": "https://kv.vault.azure.net/"},
        {"name": "Vault__ReloadInterval", "value": written},
    ]
    body = {"spec": {"template": {"spec": {"containers": [{"env": environment}]}}}}
    found = load(
        rotating(),
        kube("Deployment", "api", "apps", **body),
        pods(replicas=4, volumes=[], containers=[{"env": environment}]),
    )
    [part] = found.parts
    assert (part.what, part.most, part.burst) == ("client", about(40 / seconds), 4)


@pytest.mark.parametrize("written", ["0", "-1", "soon", True, None, HOLE, "1e9", "9" * 30, "0:0:0", "00:00:00", "P"])
def test_intervals_that_say_nothing(written: Any) -> None:
    environment = [{"name": "VAULT", "value": "https://kv.vault.azure.net/"}, {"name": "POLL", "value": written}]
    body = {"spec": {"containers": [{"env": environment}]}}
    found = load(kube("Deployment", "api", "apps", **body), pods(volumes=[], containers=[{"env": environment}]))
    assert found.parts == []


def test_intervals_in_config_maps_of_the_same_namespace() -> None:
    environment = [{"name": "VAULT", "value": "https://kv.vault.azure.net/"}]
    containers = [{"env": environment, "envFrom": [{"configMapRef": {"name": "settings"}}]}]
    maps = kube("ConfigMap", "settings", data={"OTHER": "5s", "KEYVAULT_REFRESH_SECONDS": "20"})
    found = load(
        kube("Deployment", "api", "apps", spec={"containers": containers}),
        pods(replicas=2, volumes=[], containers=containers),
        maps,
    )
    assert found.most == about(1)


def delivered(*resources: Any) -> list[tuple[str, str, str | None, str, Any]]:
    world = keys(vault(), *resources)
    return [
        (use.consumer.name, str(use.delivery), use.item, use.kind, world.following(use).follows) for use in world.uses
    ]


def test_who_mounts_what() -> None:
    assert delivered(rotating(), provider_class(), pods(), deployment()) == [
        ("api", "mounted", "a", "secret", True),
        ("api", "mounted", "b", "certificate", True),
    ]
    versioned = provider_class(objects=[{"objectName": "a", "objectVersion": "1"}, "nonsense", {"objectName": ""}])
    assert delivered(rotating(), versioned, pods()) == [("api", "mounted", "a", "secret", False)]
    assert delivered(rotating(), provider_class(provider="vault"), pods()) == []
    assert delivered(rotating(), provider_class(), pods(mounts="other"))[0][0] == "app"


@pytest.mark.parametrize("how", [{"env": [{"valueFrom": {"secretKeyRef": {"name": "made"}}}]},
                                 {"envFrom": [{"secretRef": {"name": "made"}}]}])  # fmt: skip
def test_environment_is_read_when_pods_start(how: dict[str, Any]) -> None:
    synced = provider_class(objects=[{"objectName": "a"}], secretObjects=[{"secretName": "made"}])
    assert delivered(rotating(), synced, pods(containers=[how])) == [("api", "environment", "a", "secret", False)]
    assert delivered(rotating(), synced, pods(containers=[{"env": []}])) == [("api", "mounted", "a", "secret", True)]


def test_a_driver_that_does_not_rotate_follows_nothing() -> None:
    still = made("Microsoft.ContainerService/managedClusters", "aks", {
        "addonProfiles": {"azureKeyvaultSecretsProvider": {"enabled": True}}})  # fmt: skip
    off = made("Microsoft.ContainerService/managedClusters", "aks", {})
    hidden = made("Microsoft.ContainerService/managedClusters", "aks", {
        "addonProfiles": {"azureKeyvaultSecretsProvider": {"enabled": HOLE}}})  # fmt: skip
    one = provider_class(objects=[{"objectName": "a"}])
    assert delivered(still, one, pods())[0][-1] is False
    assert delivered(off, one, pods())[0][-1] is False
    assert isinstance(delivered(hidden, one, pods())[0][-1], Unknown)
    assert isinstance(delivered(one, pods())[0][-1], Unknown)


def test_a_vault_that_is_not_named_is_the_one_beside_the_cluster() -> None:
    world = keys(vault(), rotating(), provider_class(vault=HOLE), pods())
    [use] = {use.vault: use for use in world.uses}.values()
    assert (use.vault, isinstance(use.certain, Unknown)) == (KV, True)
    two = keys(vault(), vault("other"), rotating(), provider_class(vault=HOLE), pods())
    assert {use.vault for use in two.uses} == {""}
    told = provider_class(vault=HOLE)
    told.body["properties"]["keyVault"] = Unknown(reason="x", reference=vault("other").id)  # type: ignore[index,call-overload]
    assert {use.vault for use in keys(vault(), vault("other"), rotating(), told).uses} == {vault("other").key}


def test_several_clusters_are_told_apart_by_where_a_class_stands() -> None:
    elsewhere = made("Microsoft.ContainerService/managedClusters", "far", {})
    world = keys(vault(), elsewhere, rotating(), provider_class(), pods())
    assert [mount.cluster is not None and mount.cluster.id == CLUSTER for mount in world.mounts.all] == [True]
    assert world.uses[0].delivery is Delivery.MOUNTED


def test_vaults_of_a_subscription_share_a_limit() -> None:
    world = keys(vault(), vault("other"), rotating(), provider_class(), provider_class("more", vault="other"),
                 pods(replicas=3), pods("two", "more", replicas=3))  # fmt: skip
    [one, two] = world.vaults.all.values()
    assert world.loads.of_subscription(one) == about(0.4)
    assert world.loads.of_subscription(two) == about(0.4)


def test_a_cluster_that_is_not_known_is_the_only_one() -> None:
    def apart(resource: Any) -> Any:
        other = "/providers/Everward.Kubernetes/Cluster/{cluster of x}"
        body: dict[str, Any] = {"properties": {**resource.body["properties"], "cluster": other}}
        id_ = resource.id.replace(CLUSTER, other)
        return Resource(id_, resource.type, resource.name, body, resource.origin)

    for name in ("kv", HOLE):
        world = keys(vault(), rotating(), apart(provider_class(vault=name)), apart(pods()))
        assert {use.vault for use in world.uses} == {KV}
        assert all(isinstance(use.certain, Unknown) for use in world.uses)
        assert {world.following(use).follows for use in world.uses} == {True}
    two = keys(
        vault(), rotating(), made("Microsoft.ContainerService/managedClusters", "b", {}), apart(provider_class())
    )
    assert [mount.cluster for mount in two.mounts.all] == [None]


def test_an_identity_of_pods_that_mount_is_not_told_as_a_right() -> None:
    type_ = "Microsoft.ManagedIdentity/userAssignedIdentities"

    def identity(name: str, subject: Any) -> list[Resource]:
        credential = made(f"{type_}/federatedIdentityCredentials", f"{name}/f", {"subject": subject})
        return [made(type_, name, {}), credential]

    mine, other = identity("mine", "system:serviceaccount:web:api"), identity("other", "system:serviceaccount:web:x")
    open_ = identity("open", Unknown(reason="variable without value"))
    rights = [Use(one[0], "may", vault().key, kind="secret", delivery=Delivery.RIGHT) for one in (mine, other, open_)]
    world = [vault(), rotating(), provider_class(), pods(serviceAccountName="api"), *mine, *other, *open_]
    found = Keys(Estate([Reading("terraform", "test", world)]), rights).of_vault(vault().key)
    assert [use.consumer.name for use in found if use.delivery is Delivery.RIGHT] == ["other", "open"]
    assert any(use.delivery is Delivery.MOUNTED for use in found)
