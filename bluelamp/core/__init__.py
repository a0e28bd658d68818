"""Shared code that every part of Bluelamp may import, and that imports no other part."""
