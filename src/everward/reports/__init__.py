"""How an assessment is written down: one file a form, imported when it is asked for."""

from __future__ import annotations

import importlib
from typing import Final

from everward.reports.interface import Look, Material, Report

__all__ = ["FORMATS", "Look", "Material", "Report", "report"]

_MODULES: Final = {
    "text": ("everward.reports.text", "TextReport"),
    "json": ("everward.reports.json", "JsonReport"),
    "sarif": ("everward.reports.sarif", "SarifReport"),
    "html": ("everward.reports.html", "HtmlReport"),
}
FORMATS: Final = tuple(_MODULES)
"""Names of the forms."""


def report(name: str) -> Report:
    """The report of this name.

    Raises:
        KeyError: when there is none.

    """
    module, attribute = _MODULES[name]
    made: Report = getattr(importlib.import_module(module), attribute)()
    return made
