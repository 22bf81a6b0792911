"""Kubernetes as it is written: manifests, kustomizations and charts, joined to the clusters that they go to."""
