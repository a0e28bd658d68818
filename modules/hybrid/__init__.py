"""The link between a force's data centres and Azure."""
