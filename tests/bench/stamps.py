"""The reference workload as it grows: the whole repository, and its release unit with twenty stamps.

Both beside the peer and beside a limit in seconds and mebibytes, in one run. The peer is spared all but Terraform.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.bench.measure import BenchError, Command, Sample, output_of, race
from tests.bench.report import Target

REGIONS: Final = (
    *("australiaeast", "brazilsouth", "canadacentral", "centralindia", "centralus", "eastasia", "eastus", "eastus2"),
    *("francecentral", "germanywestcentral", "japaneast", "koreacentral", "northeurope", "norwayeast"),
    *("southafricanorth", "southcentralus", "southeastasia", "swedencentral", "uksouth", "westeurope"),
)
"""A stamp each: regions with availability zones."""
MEBIBYTES: Final = 150

Everward = Callable[..., Command]
"""The product as a command: arguments, and the folder that it runs in."""


def values_of_stamps() -> str:
    """Input values for twenty stamps, with address space for all of them."""
    return f'stamps = {json.dumps(REGIONS)}\nvnet_address_space = "10.0.0.0/8"\n'


def stamps(everward: Everward, checkov: Path, workload: Path, cases: Path, runs: int) -> Iterator[Target]:
    """Wall time and peak memory of both.

    Raises:
        BenchError: when what is read is less than there is.

    """
    root = workload / "src" / "infra" / "workload" / "releaseunit"
    recorded = cases / "conformance" / "terraform" / "releaseunit.tfvars"
    with tempfile.TemporaryDirectory() as folder:
        grown = Path(folder) / "stamps.tfvars"
        grown.write_text(values_of_stamps(), encoding="utf-8")
        given = [
            part for file in (root / "variables-prod.tfvars", recorded, grown) for part in ("--var-file", str(file))
        ]
        for name, path, options, seconds, least in (
            ("the whole repository", workload, [], 2.0, 200),
            ("releaseunit, 20 stamps", root, given, 2.5, 1_000),
        ):
            ours = everward("assess", str(path), *options, folder=workload)
            reading = ("--framework", "terraform", "--quiet", "--compact", "--skip-download")
            theirs = Command((str(checkov), "-d", str(path), *options, *reading), workload, frozenset({0, 1}))
            read = json.loads(output_of(Command((*ours.arguments, "-o", "json"), workload, ours.succeeds)))
            if len(read["resources"]) < least:
                raise BenchError(f"only {len(read['resources'])} resources of {name} were read")
            mine, other = race(ours, theirs, runs)
            work = f"{name}: {len(read['resources']):,} resources"
            yield Target(work, "wall", mine, other, "checkov", 4)
            yield Target(work, "wall", mine, Sample(0, seconds, 0), "limit", 1)
            yield Target(work, "peak", mine, other, "checkov", 1)
            yield Target(work, "peak", mine, Sample(0, 0, MEBIBYTES), "limit", 1)
