"""Rules for namespaces and their isolation."""
