"""Kustomizations: our own reading of what is plain in them, so that results do not depend on tools."""

from everward.sources.manifests.kustomize.kustomizations import Kustomizations

__all__ = ["Kustomizations"]
