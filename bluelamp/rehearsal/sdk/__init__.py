"""The types in installed Pulumi SDKs, and a generic provider that serves any of them."""
