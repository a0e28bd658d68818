"""The data landing zone: the lake, the catalogue, capture, analytics, and what runs on the force's own clusters."""
