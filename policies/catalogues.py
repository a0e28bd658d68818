"""The catalogues of published frameworks, from `frameworks/`: what the ids that rules name stand for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from policies.model import Control


@dataclass(frozen=True)
class Catalogue:
    """One edition of a framework: `controls` maps ids to titles, `published` is a date or says why there is none."""

    framework: str
    edition: str
    title: str
    publisher: str
    published: str
    source: str
    controls: Mapping[str, str]

    def title_of(self, control: Control) -> str:
        """The title of `control`. Raises KeyError when this is not its catalogue, or has no such control."""
        if (control.framework, control.edition) != (self.framework, self.edition):
            raise KeyError(f"{control} is not of {self.framework} {self.edition}")
        return self.controls[control.id]


@cache
def catalogues() -> tuple[Catalogue, ...]:
    """Every catalogue that the project carries, by framework and edition."""
    found = []
    for file in sorted((Path(__file__).parent / "frameworks").glob("*.yaml")):
        said = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
        said = {key: value if key == "controls" else str(value) for key, value in said.items()}
        found.append(Catalogue(**said))
    return tuple(sorted(found, key=lambda each: (each.framework, each.edition)))


def title_of(control: Control) -> str:
    """What `control` is called. Raises KeyError when no catalogue has it."""
    for catalogue in catalogues():
        if (catalogue.framework, catalogue.edition) == (control.framework, control.edition):
            return catalogue.title_of(control)
    raise KeyError(f"there is no catalogue of {control.framework} {control.edition}")
