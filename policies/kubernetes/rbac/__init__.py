"""Rules for role-based access control."""
