"""Views of an asset as the policy of access shows them: with columns left out, or as counts that may be published.

Both are SQL over a relation of the single view, or over any other. `bluelamp access FORCE --export DIR` lists the views
in `views.json`; a job writes each into its folder of the lake.
"""

from bluelamp.workloads.views.views import Counts, counts, masked, open_counts

__all__ = ["Counts", "counts", "masked", "open_counts"]
