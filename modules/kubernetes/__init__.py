"""On-premises Kubernetes landing zone components."""
