"""The Pulumi program: creates a force's estate from its settings."""

from os.path import realpath

# In a checkout `bluelamp/infra` is a link to `infra`: tracebacks and reports name files as a reader knows them.
__path__ = [realpath(folder) for folder in __path__]
