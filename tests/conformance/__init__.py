"""Conformance: cases with answers that others gave, run through adapters that never see the answer."""
