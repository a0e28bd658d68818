"""A comparison as one comment on a pull request, and as annotations in pipelines.

    text = comment(found, marker="check", limit=GITHUB)

`markup` escapes values, `sections` writes the parts, `fitted` leaves out detail until the comment fits.
"""

from bluelamp.comment.fitted import AZURE, GITHUB, SMALLEST, comment

__all__ = ["AZURE", "GITHUB", "SMALLEST", "comment"]
