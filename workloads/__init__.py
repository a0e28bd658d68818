"""Workloads of the data platform. They depend on data contracts and DuckDB, not on Pulumi.

In a checkout `bluelamp/workloads` is a link to this folder: import `bluelamp.workloads`.
"""
