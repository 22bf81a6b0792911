"""Analyses that see the estate as a whole, and what they derive: resources that criteria read like any other."""
