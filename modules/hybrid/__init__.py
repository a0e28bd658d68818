"""Hybrid connectivity between a force's data centres and Azure."""
