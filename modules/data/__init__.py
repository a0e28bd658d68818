"""The data landing zone: lake, catalogue, capture, analytics, and workloads on the force's own clusters."""
