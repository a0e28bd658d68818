"""The rehearsed Azure Resource Manager: every resource type of azure-native."""

from bluelamp.rehearsal.azure.provider import AzureProvider

__all__ = ["AzureProvider"]
