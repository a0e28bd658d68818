"""A project to start from: everything a force needs to use Bluelamp outside its checkout."""

from bluelamp.starting.project import Started, start

__all__ = ["Started", "start"]
