"""The behaviour of packages beyond their SDK's types, a module per package."""
