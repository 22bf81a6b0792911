"""Terraform, as source, as plan and as state."""
