"""Azure as ARM templates declare it."""

from everward.sources.template.source import TemplateSource

__all__ = ["TemplateSource"]
