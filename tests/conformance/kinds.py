"""Which reader makes cases of which file, and which adapter answers which kind of case."""

from fnmatch import fnmatch
from pathlib import Path

from tests.conformance import arm, bicepparams, custodian, identities, networks, policies
from tests.conformance.cases import Adapter, Judge, Reader, read_cases

FILES: tuple[tuple[str, Reader], ...] = (
    ("*bicepparam.tar.gz", bicepparams.pairs),
    ("*pairs.tar.gz", arm.pairs),
    ("*.jsonl*", read_cases),
    ("*.json", arm.records),
)
"""Readers by the names of files; the first that fits."""

KINDS: dict[str, tuple[Adapter, Judge]] = {
    "parse": (policies.parse, policies.judge_parse),
    "operator": (policies.operator, policies.judge_value),
    "function": (policies.function, policies.judge_value),
    "policy": (policies.policy, policies.judge_policy),
    "arm-function": (arm.function, arm.judge_function),
    "arm-template": (arm.template, arm.judge_template),
    "arm-pair": (arm.pair, arm.judge_pair),
    "bicepparam": (bicepparams.parameters, bicepparams.judge),
}

NETWORKS: dict[str, Adapter] = {
    "nsg-verdict": networks.nsg_verdict,
    "flow": networks.flow,
    "next-hop": networks.next_hop,
    "lpm": networks.longest_prefix,
    "route-choice": networks.route_choice,
    "reasoning": networks.reasoning,
    "admin-rule": networks.admin_rule,
    "pe-policy": networks.endpoint_policy,
    "appservice-access": networks.app_service,
    "frontdoor-bypass": networks.front_door,
    "paas-access": networks.paas_access,
    "aks-api": networks.aks_api,
    "pip-inbound": networks.public_address,
    "ddos": networks.ddos,
    "nsg-port-exposed": networks.nsg_port_exposed,
    "effective-routes": networks.effective,
    "flow-trace": networks.flow_trace,
    "filter": custodian.custodian,
}
KINDS.update({kind: (adapter, networks.judge) for kind, adapter in NETWORKS.items()})

IDENTITIES: dict[str, Adapter] = {
    "abac-eval": identities.condition,
    "abac-parse": identities.parsed,
    "abac-parse-error": identities.refused,
    "wildcard": identities.wildcard,
    "effective": identities.effective,
    "plane": identities.plane,
    "additive": identities.additive,
    "deny": identities.denied,
}
KINDS.update({kind: (adapter, identities.judge) for kind, adapter in IDENTITIES.items()})


def reader_of(path: Path) -> Reader | None:
    """Who reads a file, if anybody does."""
    return next((reader for pattern, reader in FILES if fnmatch(path.name.lower(), pattern)), None)
