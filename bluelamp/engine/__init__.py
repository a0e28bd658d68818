"""The Pulumi engine: found, fetched or built, and driven."""
