"""A comparison as one comment on a pull request, and as what pipelines show beside it.

    text = comment(found, marker="check", limit=GITHUB)

`markup` makes values harmless, `sections` says what there is to say, `fitted` leaves out detail until it fits.
"""

from bluelamp.comment.fitted import AZURE, GITHUB, SMALLEST, comment

__all__ = ["AZURE", "GITHUB", "SMALLEST", "comment"]
