"""What single packages do beyond their SDK's types; each file is found by its package's name."""
