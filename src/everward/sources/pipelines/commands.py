"""Commands of pipelines that talk to the data plane of a service, and what they call its instance.

Reference of the Azure CLI (`az storage`, `az keyvault`, `az acr`, `az appconfig`), kubectl, helm, sqlcmd, read 2026-11.
Commands of the control plane (`az keyvault show`, `az acr import`, `az aks command invoke`) go to Azure Resource
Manager, which answers wherever an agent stands, and are none of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from typing import Final, NamedTuple

from everward.sources.pipelines.words import join_lines, split_words

REGISTRY: Final = "Microsoft.ContainerRegistry/registries"
CLUSTER: Final = "Microsoft.ContainerService/managedClusters"
STORAGE: Final = "Microsoft.Storage/storageAccounts"
VAULT: Final = "Microsoft.KeyVault/vaults"
MODULE: Final = "Microsoft.KeyVault/managedHSMs"
CONFIGURATION: Final = "Microsoft.AppConfiguration/configurationStores"
SQL: Final = "Microsoft.Sql/servers"
POSTGRESQL: Final = "Microsoft.DBforPostgreSQL/flexibleServers"
MYSQL: Final = "Microsoft.DBforMySQL/flexibleServers"


MAX_LINE: Final = 4_000
"""Longer lines are data, not commands that somebody wrote."""


def command_lines(script: str) -> list[str]:
    """The lines of a script that may be commands, those that go on over several as one."""
    return [line for line in join_lines(script).splitlines() if len(line) <= MAX_LINE]


class Command(NamedTuple):
    """One command of the data plane."""

    service: str
    """The type of what it talks to."""
    name: str
    """What people call it: `az acr login`."""
    target: str | None
    """What it calls the instance, as it is written; None where it does not."""
    line: str
    """The line as the script has it, to be found again."""


_START: Final = re.compile(
    r"(?:^|[|;&(!]|\$\(|=|\b(?:sudo|if|then|do|else|exec|time|while|until)\b)\s*"
    r"(?P<tool>az|kubectl|helm|docker|podman|oras|azcopy|sqlcmd|psql|mysql|Invoke-Sqlcmd|"
    r"[A-Za-z]+-AzKeyVault(?:Secret|Key|Certificate)?)(?=\s)(?P<rest>[^|;&\n]*)",
    re.IGNORECASE,
)
_SAID: Final = re.compile(r"^\s*(?:#|echo\b|Write-\w+\b|throw\b|//|REM\b|printf\b)", re.IGNORECASE)
_ASSIGNED: Final = re.compile(r"""^\s*\$?(?P<name>\w+)\s*=\s*["'(]*\$?[({]*(?P<value>[\w.\[\]]+)[)}"']*\s*(?:#.*)?$""")


# Stages of a pipeline share the templates of their steps.
@lru_cache(maxsize=512)
def commands_in(script: str) -> tuple[Command, ...]:
    """The commands of a script, in order. `kubectl` and `helm` mean the cluster whose credentials were taken last."""
    return tuple(_commands(script))


def _commands(script: str) -> Iterator[Command]:
    cluster: str | None = None
    for line in command_lines(script):
        if _SAID.match(line) and "$(" not in line:
            continue
        for match in _START.finditer(_without_comment(line)):
            words = split_words(_closed(match["rest"].strip()))
            tool = match["tool"].lower()
            if tool == "az" and words[:2] == ["aks", "get-credentials"]:
                cluster = _option(words, "--name", "-n")
            found = _command(tool, words, cluster)
            if found is not None:
                service, name, target = found
                yield Command(service, name, target, line.strip())


_OPENS: Final = re.compile(r"\baz\s+\w+[^\n|;]*\bnetwork-rule\s+add\b|\s--api-server-authorized-ip-ranges\b")


def opens_firewall(script: str) -> bool:
    """Whether a script lets addresses in before it does something else."""
    return any(_OPENS.search(line) for line in command_lines(script))


def assignments(script: str) -> dict[str, str]:
    """Variables that a script sets to another variable, or to a part of one: the last name of what they are set to."""
    found = {}
    for line in command_lines(script):
        match = _ASSIGNED.match(line)
        if match is not None:
            found[match["name"].lower()] = last_name(match["value"])
    return found


def last_name(text: str) -> str:
    """The last name of a reference: `acr_name` for `$(acr_name)` and for `$global.acr_name`."""
    names = re.findall(r"[A-Za-z_]\w*", text)
    return names[-1].lower() if names else ""


def _closed(rest: str) -> str:
    """A command without the parentheses that end what stands around it."""
    while rest.endswith(")") and rest.count(")") > rest.count("("):
        rest = rest[:-1].rstrip()
    return rest


def _without_comment(line: str) -> str:
    return re.sub(r"\s#(?![^\"']*[\"']\s*$).*$", "", line)


_Found = tuple[str, str, str | None]


def _command(tool: str, words: Sequence[str], cluster: str | None) -> _Found | None:
    if tool == "az":
        return _az(words)
    if tool in ("kubectl", "helm"):
        return _in_cluster(tool, words, cluster)
    if tool in ("docker", "podman", "oras"):
        return _image(tool, words)
    if tool == "azcopy":
        return _copy(words)
    if "-azkeyvault" in tool:
        return _cmdlet(tool, words)
    return _database(tool, words)


_STORAGE_GROUPS: Final = frozenset(
    {"blob", "container", "fs", "file", "share", "directory", "queue", "table", "entity", "message", "copy", "remove"}
)
_REGISTRY_GROUPS: Final = frozenset({"login", "repository", "manifest", "artifact"})


def _az(words: Sequence[str]) -> _Found | None:
    group, *rest = list(takewhile(lambda word: not word.startswith("-"), words))[:3] or [""]
    verb = rest[0] if rest else ""
    name = f"az {group} {verb}".strip()
    if group == "acr" and verb == "build":
        # The registry builds it: its own agents push, from addresses of Azure, not the agent of the pipeline.
        return REGISTRY, name, _option(words, "--registry", "-r")
    if group == "acr" and verb in _REGISTRY_GROUPS:
        return REGISTRY, name, _option(words, "--name", "-n")
    if group == "storage" and verb in _STORAGE_GROUPS:
        return STORAGE, f"{name} {rest[1]}" if len(rest) > 1 else name, _option(words, "--account-name")
    if group == "keyvault" and verb in ("backup", "restore"):
        return MODULE, f"{name} {rest[1]}" if len(rest) > 1 else name, _option(words, "--hsm-name")
    if group == "keyvault" and verb in ("secret", "key", "certificate"):
        module = _option(words, "--hsm-name")
        if module is not None:
            return MODULE, f"{name} {rest[1]}" if len(rest) > 1 else name, module
        return VAULT, f"{name} {rest[1]}" if len(rest) > 1 else name, _option(words, "--vault-name")
    if group == "appconfig" and verb in ("kv", "feature", "revision"):
        return CONFIGURATION, name, _option(words, "--name", "-n")
    return None


def _cmdlet(tool: str, words: Sequence[str]) -> _Found | None:
    """A command of Az.KeyVault for PowerShell: those of what is in vaults, and of modules as a whole."""
    verb, _, noun = tool.partition("-az")
    options = [word.lower() for word in words]
    module = _option([word.lower() if word.startswith("-") else word for word in words], "-hsmname")
    if noun == "keyvault" and not (verb in ("backup", "restore") and "-hsmname" in options):
        return None
    vault = _option([word.lower() if word.startswith("-") else word for word in words], "-vaultname")
    return (MODULE, tool, module) if module is not None else (VAULT, tool, vault)


_LOCAL_HELM: Final = frozenset(
    {
        "repo",
        "lint",
        "template",
        "package",
        "dependency",
        "dep",
        "version",
        "create",
        "pull",
        "show",
        "search",
        "plugin",
        "push",
        "registry",
        "env",
        "completion",
        "verify",
    }
)
_LOCAL_KUBECTL: Final = frozenset({"version", "config", "kustomize", "completion", "plugin", "options"})


def _in_cluster(tool: str, words: Sequence[str], cluster: str | None) -> _Found | None:
    verb = next((word for word in words if not word.startswith("-")), "")
    if not re.fullmatch(r"[a-z][a-z-]*", verb) or verb in (_LOCAL_HELM if tool == "helm" else _LOCAL_KUBECTL):
        return None
    return CLUSTER, f"{tool} {verb}", cluster


def _image(tool: str, words: Sequence[str]) -> _Found | None:
    if not words or words[0] not in ("push", "pull"):
        return None
    image = next((word for word in words[1:] if not word.startswith("-")), "")
    host = image.partition("/")[0]
    if host.lower().endswith(".azurecr.io"):
        return REGISTRY, f"{tool} {words[0]}", host.partition(".")[0]
    # The name of an image in a variable may be that of any registry.
    return (REGISTRY, f"{tool} {words[0]}", host) if host.startswith("$") else None


def _copy(words: Sequence[str]) -> _Found | None:
    for word in words:
        match = re.match(r"https://(?P<account>[^./]+)\.(?:blob|file|dfs)\.", word)
        if match is not None:
            return STORAGE, f"azcopy {words[0]}", match["account"]
    return None


def _database(tool: str, words: Sequence[str]) -> _Found | None:
    flags: Mapping[str, tuple[str, tuple[str, ...], str]] = {
        "sqlcmd": (SQL, ("-S",), ".database."),
        "invoke-sqlcmd": (SQL, ("-ServerInstance",), ".database."),
        "psql": (POSTGRESQL, ("-h", "--host"), ".postgres."),
        "mysql": (MYSQL, ("-h", "--host"), ".mysql."),
    }
    service, options, mark = flags[tool]
    host = _option(words, *options)
    if host is None or (mark not in host and not host.startswith("$")):
        return None
    return service, tool, host.removeprefix("tcp:").partition(".")[0] if mark in host else host


def _option(words: Sequence[str], *names: str) -> str | None:
    for index, word in enumerate(words):
        if word in names and index + 1 < len(words):
            return words[index + 1]
        for name in names:
            if word.startswith(f"{name}="):
                return word.partition("=")[2]
    return None
