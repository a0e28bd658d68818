"""Rules about Azure resources, a file for each service."""
