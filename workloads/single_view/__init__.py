"""A single view of people, objects, locations and events from the sources of a force.

Mappings define the entities in a row of a source. Records of a person or address are linked with Splink. The view is
published if the contracts of its sources hold. Needs the `data` extra.

`open_view` returns a read-only DuckDB connection to the view: see `view` for its tables.
"""

from bluelamp.workloads.single_view.build import Built, Truth, build
from bluelamp.workloads.single_view.link import Linked, Measured
from bluelamp.workloads.single_view.mapping import TableMapping, read_mappings
from bluelamp.workloads.single_view.stage import Staged
from bluelamp.workloads.single_view.view import LostRowsError, Published, open_view

__all__ = [
    "Built",
    "Linked",
    "LostRowsError",
    "Measured",
    "Published",
    "Staged",
    "TableMapping",
    "Truth",
    "build",
    "open_view",
    "read_mappings",
]
