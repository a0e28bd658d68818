"""Monthly costs of resources: prices, usage, hardware, and a pricing function for each resource type."""
