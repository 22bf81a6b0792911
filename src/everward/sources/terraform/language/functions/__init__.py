"""The functions of Terraform 1.11, by name. `try`, `can` and their like are part of evaluation itself."""

from everward.sources.terraform.language.functions import (
    collections,
    conversion,
    dates,
    encoding,
    files,
    formats,
    hashing,
    network,
    numbers,
    rsa,
    terraform,
    text,
    yaml,
    yaml_writing,
)
from everward.sources.terraform.language.functions.registry import FUNCTIONS, Context, invoke

__all__ = [
    "FUNCTIONS",
    "Context",
    "collections",
    "conversion",
    "dates",
    "encoding",
    "files",
    "formats",
    "hashing",
    "invoke",
    "network",
    "numbers",
    "rsa",
    "terraform",
    "text",
    "yaml",
    "yaml_writing",
]
