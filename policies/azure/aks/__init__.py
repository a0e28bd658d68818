"""Rules for Azure Kubernetes Service."""
