"""Cases whose expected answer is another than Azure's, as `deviations.yaml` lists them."""

from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("deviations.yaml")
MAX_DOCUMENTED = 10
"""Deviations that need a document; those in which the deployment engine answers otherwise need none."""


def read_deviations(path: Path = FILE) -> dict[str, str]:
    """Ids of listed cases, each with the reason.

    Raises:
        ValueError: when one stands without a reason or document, or there are too many.

    """
    listed: dict[str, Any] = yaml.safe_load(path.read_text("utf-8")) or {}
    reasons = {str(case): str(why) for case, why in (listed.get("engine") or {}).items()}
    documented = listed.get("documented") or {}
    if len(documented) > MAX_DOCUMENTED:
        raise ValueError(f"{path.name} lists {len(documented)} deviations with a document, more than {MAX_DOCUMENTED}")
    for case, entry in documented.items():
        if not isinstance(entry, dict) or not entry.get("why") or not str(entry.get("document")).startswith("https://"):
            raise ValueError(f"{path.name}: `{case}` needs `why` and the address of a `document`")
        reasons[str(case)] = f"{entry['why']} ({entry['document']})"
    return reasons
