"""Azure landing zone components."""
