"""Demonstrations of the platform's workloads with published data and generated people."""
