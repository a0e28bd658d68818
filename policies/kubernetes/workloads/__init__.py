"""Rules for workloads and their containers."""
