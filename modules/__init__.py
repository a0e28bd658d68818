"""Reusable landing zone components: one folder for each module, and the code that they share."""

from os.path import realpath

# In a checkout `bluelamp/modules` is a link to `modules`: tracebacks and reports name files as a reader knows them.
__path__ = [realpath(folder) for folder in __path__]
