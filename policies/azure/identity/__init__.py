"""Rules for roles and workload identities."""
