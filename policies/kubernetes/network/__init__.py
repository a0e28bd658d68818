"""Rules for Services, Ingresses and Gateways."""
