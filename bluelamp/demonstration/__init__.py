"""Demonstrations of what runs on the platform, on published data and generated people."""
