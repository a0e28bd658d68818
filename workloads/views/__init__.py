"""Views of an asset under the access policy: with masked columns, or as open data with small counts suppressed.

Both are SQL over a relation of the single view or any other. `bluelamp access FORCE --export DIR` lists the views in
`views.json`; a job writes each into its folder of the lake.
"""

from bluelamp.workloads.views.views import Counts, counts, masked, open_counts

__all__ = ["Counts", "counts", "masked", "open_counts"]
