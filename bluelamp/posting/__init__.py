"""One comment on a pull request, or one issue, on GitHub, Azure DevOps or GitLab, which later runs update in place."""

from bluelamp.posting.hosts import HOSTS, of_environment
from bluelamp.posting.post import Posted, comment, issue, marker_of, resolve

__all__ = ["HOSTS", "Posted", "comment", "issue", "marker_of", "of_environment", "resolve"]
