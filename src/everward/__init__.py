"""Everward judges whether a mission-critical workload on Azure is secure enough to stay up."""

__version__ = "0.1.0"
