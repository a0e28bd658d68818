"""Creates a new project: everything a force needs to use Bluelamp outside its checkout."""

from bluelamp.starting.project import Started, start

__all__ = ["Started", "start"]
