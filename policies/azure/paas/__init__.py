"""Rules for platform services."""
