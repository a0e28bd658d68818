"""Rules for Key Vault."""
