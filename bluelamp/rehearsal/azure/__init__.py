"""Azure Resource Manager, rehearsed: every type of azure-native over the store."""

from bluelamp.rehearsal.azure.provider import AzureProvider

__all__ = ["AzureProvider"]
