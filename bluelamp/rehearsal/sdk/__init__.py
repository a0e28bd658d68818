"""What the installed Pulumi SDKs say about their resources, and a provider that serves any of them from that."""
