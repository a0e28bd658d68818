"""Rules for virtual networks, firewalls and gateways."""
