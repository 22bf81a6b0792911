"""Commands of the data plane in scripts."""

import pytest

from everward.sources.pipelines.commands import (
    CLUSTER,
    CONFIGURATION,
    MODULE,
    MYSQL,
    POSTGRESQL,
    REGISTRY,
    SQL,
    STORAGE,
    VAULT,
    assignments,
    commands_in,
    last_name,
    opens_firewall,
)


def found(script: str) -> list[tuple[str, str, str | None]]:
    return [(item.service, item.name, item.target) for item in commands_in(script)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("az acr login -n $(acr_name)", (REGISTRY, "az acr login", "$(acr_name)")),
        ("az acr build --image a:1 --registry reg .", (REGISTRY, "az acr build", "reg")),
        ("az acr repository list --name=reg", (REGISTRY, "az acr repository", "reg")),
        ("docker push reg.azurecr.io/app:1", (REGISTRY, "docker push", "reg")),
        ("sudo docker pull $image", (REGISTRY, "docker pull", "$image")),
        ("az storage blob upload-batch --account-name st -d '$web'", (STORAGE, "az storage blob upload-batch", "st")),
        ("az storage copy --account-name st", (STORAGE, "az storage copy", "st")),
        ("azcopy copy ./a https://st.blob.core.windows.net/c", (STORAGE, "azcopy copy", "st")),
        ("az keyvault secret show --name x --vault-name kv -o tsv", (VAULT, "az keyvault secret show", "kv")),
        ("$x = $(az keyvault secret list --vault-name $kv --query a)", (VAULT, "az keyvault secret list", "$kv")),
        ("az appconfig kv set -n conf --key a", (CONFIGURATION, "az appconfig kv", "conf")),
        ("kubectl apply -f a.yaml", (CLUSTER, "kubectl apply", None)),
        ("if ! helm upgrade --install a b; then", (CLUSTER, "helm upgrade", None)),
        ("echo $(kubectl get pods)", (CLUSTER, "kubectl get", None)),
        ("sqlcmd -S tcp:srv.database.windows.net -d db", (SQL, "sqlcmd", "srv")),
        ("Invoke-Sqlcmd -ServerInstance $server -Query x", (SQL, "invoke-sqlcmd", "$server")),
        ("psql --host=srv.postgres.database.azure.com", (POSTGRESQL, "psql", "srv")),
        ("mysql -h srv.mysql.database.azure.com", (MYSQL, "mysql", "srv")),
        ("az keyvault secret backup --file f --name x --vault-name kv", (VAULT, "az keyvault secret backup", "kv")),
        ("az keyvault key list --hsm-name hsm", (MODULE, "az keyvault key list", "hsm")),
        (
            "az keyvault backup start --hsm-name hsm --blob-container-name b",
            (MODULE, "az keyvault backup start", "hsm"),
        ),
        ("Backup-AzKeyVaultSecret -VaultName kv -Name x", (VAULT, "backup-azkeyvaultsecret", "kv")),
        ("$x = Get-AzKeyVaultKey -HsmName hsm", (MODULE, "get-azkeyvaultkey", "hsm")),
        ("Backup-AzKeyVault -HsmName hsm -StorageContainerUri $u", (MODULE, "backup-azkeyvault", "hsm")),
        ("true && az keyvault key list --vault-name kv", (VAULT, "az keyvault key list", "kv")),
    ],
)
def test_a_command_of_the_data_plane_is_found(line: str, expected: tuple[str, str, str | None]) -> None:
    assert found(line) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "# az acr login -n reg",
        "echo deploying with helm upgrade",
        'Write-Host "kubectl apply"',
        'throw "*** az keyvault secret failed"',
        "az keyvault show --name kv",
        "Get-AzKeyVault -VaultName kv",
        "az storage account show --name st",
        "az acr import --name reg --source a",
        "az acr show -n reg",
        "az aks command invoke -n aks --command x",
        "az",
        "helm repo add a https://b",
        "helm lint chart",
        "kubectl version --client",
        "kubectl config use-context x",
        "kubectl $(verb)",
        "docker push docker.io/library/nginx",
        "docker build -t reg.azurecr.io/a .",
        "docker",
        "azcopy login",
        "sqlcmd -S localhost",
        "psql -d db",
        "mysql -h localhost",
        "kubernetes apply",
    ],
)
def test_what_does_not_go_to_a_data_plane_of_azure_is_none(line: str) -> None:
    assert found(line) == []


def test_a_cluster_is_the_one_whose_credentials_were_taken_last() -> None:
    script = """
az aks get-credentials --name one -g rg
kubectl apply -f a
az aks get-credentials -g rg \\
    -n $aksClusterName
helm upgrade --install a b
"""
    assert [item[2] for item in found(script)] == ["one", "$aksClusterName"]


def test_a_command_that_goes_on_over_lines_is_one() -> None:
    assert found("az storage blob upload `\n  --account-name st `\n  --file a") == [
        (STORAGE, "az storage blob upload", "st")
    ]


def test_variables_lead_to_what_they_are_set_to() -> None:
    script = """
$aksClusterName = $stamp.aks_cluster_name # from Terraform
KV="${key_vault_name}"
$x = $(az account show)
for ($i = 0)
"""
    assert assignments(script) == {"aksclustername": "aks_cluster_name", "kv": "key_vault_name"}


@pytest.mark.parametrize(
    ("text", "name"),
    [("$(acr_name)", "acr_name"), ("$a.b_c", "b_c"), ("${X}", "x"), ("${{ outputs.name }}", "name"), ("$(1)", "")],
)
def test_a_reference_has_a_last_name(text: str, name: str) -> None:
    assert last_name(text) == name


@pytest.mark.parametrize(
    ("script", "opens"),
    [
        ("az keyvault network-rule add --name kv --ip-address $ip", True),
        ("az storage account network-rule add -n st", True),
        ("az aks update -n a --api-server-authorized-ip-ranges $ip", True),
        ("az keyvault network-rule list --name kv", False),
    ],
)
def test_a_script_may_open_the_firewall_first(script: str, opens: bool) -> None:
    assert opens_firewall(script) is opens


def test_lines_that_nobody_wrote_are_passed_over_quickly() -> None:
    long = " az keyvault secret list # terraform (" * 20_000
    assert found(long) == []
    assert not opens_firewall(long)
    assert found("a # b # c " * 300) == []
