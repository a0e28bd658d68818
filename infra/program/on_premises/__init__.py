"""How components are joined into a force's clusters on its own premises, and what runs on them."""
