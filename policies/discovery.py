"""Finding the rules: every `Rule` in a module of the area folders. There is no registry to edit."""

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Final

from bluelamp.policies.rule import Rule

AREAS: Final = ("azure", "kubernetes", "data")
_HERE: Final = Path(__file__).parent


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """Every rule, by area and id. Raises ValueError when two rules share an id."""
    found: dict[str, Rule] = {}
    for area in AREAS:
        for file in sorted((_HERE / area).glob("[!_]*.py")):
            name = f"{__package__}.{area}.{file.stem}"
            for value in vars(import_module(name)).values():
                if not isinstance(value, Rule) or value.module != name:
                    continue
                if value.id in found:
                    raise ValueError(f"{value.id} is declared in {found[value.id].module} and in {name}")
                found[value.id] = value
    return tuple(sorted(found.values(), key=lambda rule: (AREAS.index(rule.area), rule.id)))
