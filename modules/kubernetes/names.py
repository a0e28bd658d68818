"""Names of objects in a management cluster."""

import re

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LONGEST = 40
"""Characters of a name that Cluster API lengthens for machines, whose own limit is 63."""


def check_names(owner: str, *names: str) -> None:
    """Raises `ValueError` naming every name that Kubernetes or Cluster API would refuse."""
    wrong = [name for name in names if not _NAME.fullmatch(name) or len(name) > LONGEST]
    if wrong:
        raise ValueError(
            f"{owner}: {', '.join(map(repr, wrong))}: use lower-case letters, digits and hyphens, "
            f"at most {LONGEST} characters"
        )
