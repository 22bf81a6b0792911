"""Where people keep the inputs of a root module: variable files beside it, and the pipelines that run Terraform.

`discover(repository, root, environment)` is the whole face; `inputs` decides what is used of it.
"""

from everward.sources.terraform.pipelines.discovery import Discovery, Found, FoundFile, discover

__all__ = ["Discovery", "Found", "FoundFile", "discover"]
