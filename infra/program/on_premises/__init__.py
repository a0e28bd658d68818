"""A force's on-premises clusters and their workloads, built from components."""
