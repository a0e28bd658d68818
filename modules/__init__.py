"""Reusable parts of a landing zone: a folder for each, and what they share."""
