"""The Pulumi program: a force, from its settings to the components that make its estate."""

from os.path import realpath

# In a checkout `bluelamp/infra` is a link to `infra`: tracebacks and reports name files as a reader knows them.
__path__ = [realpath(folder) for folder in __path__]
