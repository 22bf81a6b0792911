"""Helm charts: values, templates, and what they make. Our own reading of Go's templates, exact or not at all."""
