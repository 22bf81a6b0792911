"""The command line: one module a command, imported when that command runs."""

from everward.cli.run import main

__all__ = ["main"]
