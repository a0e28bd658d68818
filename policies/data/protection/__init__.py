"""Rules for residency and protection of data."""
