"""Rules for admission control."""
