"""What runs on the data platform. It knows data contracts and DuckDB, and nothing of Pulumi.

In a checkout `bluelamp/workloads` is a link to this folder: import `bluelamp.workloads`.
"""
