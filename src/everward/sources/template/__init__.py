"""ARM templates and their parameter files."""

from everward.sources.template.expansion import Expansion, expand_deployment, expand_template
from everward.sources.template.source import TemplateSource

__all__ = ["Expansion", "TemplateSource", "expand_deployment", "expand_template"]
