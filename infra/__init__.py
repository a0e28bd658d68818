"""The Pulumi program: creates a force's estate from its settings."""

from os.path import realpath

# In a checkout `bluelamp/infra` is a link to `infra`, which tracebacks and reports should name.
__path__ = [realpath(folder) for folder in __path__]
