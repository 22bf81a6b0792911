"""Asks Prowler the cases of a file: `PYTHON -I ask_prowler.py CASES`, by the interpreter that has it.

Prints JSON: the version, and an answer for each case; null where no check of it is about the port. Its own reader of
groups gets what the service would answer; nothing is fetched.
"""

import json
import re
import sys
from importlib import import_module
from importlib.metadata import version
from types import ModuleType, SimpleNamespace
from typing import Any

NETWORK = "prowler.providers.azure.services.network"
CHECKS = {("TCP", "22"): "ssh", ("TCP", "3389"): "rdp", ("TCP", "80"): "http"}
"""Checks by the port that each is about. That for UDP is about no port, so it answers no question about one."""


def about(case: dict[str, Any]) -> str | None:
    """The check that answers a case; None when none does."""
    if case["kind"] != "nsg-port-exposed":
        return None
    found = re.search(r"let (\w+)/(\S+) in from", case["question"])
    return None if found is None else CHECKS.get((found[1].upper(), found[2]))


def group_of(index: int, case: dict[str, Any]) -> Any:
    """The group of a case as the service's client gives it, called by the number of the case."""
    [written] = case["resources"]
    name = str(index)
    model = import_module("azure.mgmt.network.models").NetworkSecurityGroup
    return model.deserialize({"location": "westeurope", **written, "name": name, "id": f"/case/{name}"})


def read(groups: list[Any]) -> None:
    """Let the peer read groups, so that its checks find them."""
    service = import_module(f"{NETWORK}.network_service").Network
    listing = SimpleNamespace(list_all=lambda: groups, list=lambda **_: groups)
    reader = service.__new__(service)
    reader.clients = {"case": SimpleNamespace(network_security_groups=listing)}
    reader.subscriptions, reader.resource_groups = {"case": "case"}, None
    reader.security_groups = reader._get_security_groups()
    made: Any = ModuleType(f"{NETWORK}.network_client")
    made.network_client = reader
    sys.modules[made.__name__] = made


def failed(check: str) -> dict[str, bool]:
    """What a check says of every group, by name."""
    name = f"network_{check}_internet_access_restricted"
    found = getattr(import_module(f"{NETWORK}.{name}.{name}"), name)().execute()
    return {report.resource_name: report.status == "FAIL" for report in found}


def main() -> None:
    """Answer."""
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    asked = {index: check for index, case in enumerate(cases) if (check := about(case)) is not None}
    answers: list[Any] = [None] * len(cases)
    if asked:
        read([group_of(index, cases[index]) for index in asked])
        said = {check: failed(check) for check in set(asked.values())}
        for index, check in asked.items():
            answers[index] = said[check][str(index)]
    sys.stdout.write(json.dumps({"version": version("prowler"), "answers": answers}) + "\n")


if __name__ == "__main__":
    main()
