"""The control catalogues of the frameworks, as `policies/frameworks/*.yaml` has them.

Each file has `framework`, `edition` and `controls`, from id to title in the framework's own order.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import policies


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The controls of one edition of a framework, as id and title."""

    framework: str
    edition: str
    controls: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def catalogues() -> tuple[Catalogue, ...]:
    """Every catalogue there is, by file name."""
    import yaml

    found = []
    for file in sorted(Path(policies.__file__).with_name("frameworks").glob("*.yaml")):
        loaded = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        controls = tuple((str(id_), str(title)) for id_, title in loaded["controls"].items())
        found.append(Catalogue(loaded["framework"], str(loaded["edition"]), controls))
    return tuple(found)
