"""Pipelines as a source: by which connections they act in Azure, and what they do at data planes there.

They hold no resources themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from everward.estate import Reading, Resource
from everward.estate.reading import ReadInput
from everward.sources.interface import Input, ReadOptions, Source
from everward.sources.pipelines.connections import SOURCE, TYPE, connections_of
from everward.sources.pipelines.operations import operations_of
from everward.sources.tree import Tree, display
from everward.values import Unknown


class PipelineSource(Source):
    """Reads how the pipelines of the repository around an input sign in to Azure, and what they do there."""

    name = SOURCE

    def find(self, tree: Tree) -> Iterable[Input]:
        """The repository, when any pipeline of it acts in Azure: nothing else is taken from these files here."""
        records = [*connections_of(tree.repository), *operations_of(tree.repository)]
        if records:
            files = {Path(str(record.origin.file)): None for record in records if record.origin.file is not None}
            yield Input(SOURCE, tree.repository, tuple(files), shared=True)

    def read(self, item: Input, tree: Tree, options: ReadOptions) -> Reading:
        """The connections and operations of its pipelines, those of the environment that was asked for."""
        records = connections_of(item.path, options.environment, tree.root)
        operations = operations_of(item.path, options.environment, tree.root)
        reading = Reading(SOURCE, display(item.path), elsewhere=[*records, *operations])
        by_pipeline: dict[str, list[str]] = {}
        for record in records:
            if record.type != TYPE:
                continue
            pipeline, name = _shown(record)
            by_pipeline.setdefault(pipeline, []).append(name)
        reading.inputs = [
            ReadInput(pipeline, "pipeline", detail=f"signs in by {', '.join(names)}")
            for pipeline, names in by_pipeline.items()
        ]
        return reading


def _shown(record: Resource) -> tuple[str, str]:
    """The pipeline of a record, and how to name what it signs in by."""
    properties = record.body["properties"]
    given = properties if isinstance(properties, dict) else {}
    connection = given.get("connection")
    text = connection.text if isinstance(connection, Unknown) else connection
    return str(given.get("pipeline")), "a login of its own" if text is None else f"`{text}`"
