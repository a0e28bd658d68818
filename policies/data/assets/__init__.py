"""Rules for information assets."""
