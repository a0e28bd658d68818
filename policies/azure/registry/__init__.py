"""Rules for Azure Container Registry."""
