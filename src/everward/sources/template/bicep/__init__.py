"""Bicep: parameter files are read here; templates by the compiler that the user has, or in their compiled form."""

from everward.sources.template.bicep.compiler import CompileError, Compiler, find_compiler
from everward.sources.template.bicep.files import compiled, is_bicep, uncompiled, unread
from everward.sources.template.bicep.parameters import ENDING, ParameterFile, is_parameters

__all__ = [
    "ENDING",
    "CompileError",
    "Compiler",
    "ParameterFile",
    "compiled",
    "find_compiler",
    "is_bicep",
    "is_parameters",
    "uncompiled",
    "unread",
]
