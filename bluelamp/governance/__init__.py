"""The effective policy of management groups, computed from a plan or a state."""
