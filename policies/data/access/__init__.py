"""Rules for access to data."""
