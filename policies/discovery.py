"""Discovery of rules: every `Rule` in `<area>/<service>/<module>.py`, and a project's own rules."""

from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Final

from bluelamp.core import current
from bluelamp.policies.rule import Rule

AREAS: Final = ("azure", "kubernetes", "data")
_HERE: Final = Path(__file__).parent


def rules(root: Path | None = None) -> tuple[Rule, ...]:
    """Every rule: the baseline's by area and id, then those of the project's own by id.

    `root` is the project's folder, by default that of the current command, if any. Raises ValueError if two rules of
    the baseline share an id, and `SettingsError` with every mistake in the project's own rules.
    """
    root = root or current.project()
    return baseline() if root is None else (*baseline(), *_own(root))


@lru_cache(maxsize=1)
def baseline() -> tuple[Rule, ...]:
    """The rules of the baseline, by area and id. Raises ValueError if two share an id."""
    found: dict[str, Rule] = {}
    for area in AREAS:
        for file in sorted((_HERE / area).glob("[!_]*/[!_]*.py")):
            name = f"{__package__}.{area}.{file.parent.name}.{file.stem}"
            for value in vars(import_module(name)).values():
                if not isinstance(value, Rule) or value.module != name:
                    continue
                if value.id in found:
                    raise ValueError(f"{value.id} is declared in {found[value.id].module} and in {name}")
                found[value.id] = value
    return tuple(sorted(found.values(), key=lambda rule: (AREAS.index(rule.area), rule.id)))


@lru_cache(maxsize=8)
def _own(root: Path) -> tuple[Rule, ...]:
    from os.path import lexists

    if not lexists(root / "rules"):
        return ()
    from bluelamp.policies.own import FOLDER, load

    return load(root / FOLDER, baseline(), root)
