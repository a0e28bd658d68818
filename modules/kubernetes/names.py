"""Names of objects in a management cluster."""

import re

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LONGEST = 40
"""The maximum length of a name. Cluster API appends to it for machines, whose names have at most 63 characters."""


def check_names(owner: str, *names: str) -> None:
    """Raises `ValueError` listing every name that Kubernetes or Cluster API would reject."""
    wrong = [name for name in names if not _NAME.fullmatch(name) or len(name) > LONGEST]
    if wrong:
        raise ValueError(
            f"{owner}: {', '.join(map(repr, wrong))}: use lower-case letters, digits and hyphens, "
            f"at most {LONGEST} characters"
        )
