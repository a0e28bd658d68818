"""A rule in CEL, the expression language of Kubernetes' own admission: data in `<module>.cel.yaml` beside the rule.

Under the rule's id stands what must be true of each place that the rule looks at. The place is called `place`; where it
is the whole object or the whole pod, `object` or `variables.pod`. A place that may be missing is an optional value. The
rule's parameters are variables of their names. So are

- for rules about the kinds that run pods `variables.pod`, the pod's specification, `variables.metadata`, its metadata,
  `variables.containers`, its containers of every sort, and `variables.contexts`, the security contexts of the pod and
  of each container, optional values;
- what stands in `_shared.cel.yaml` of the area's folder, by its name.

`is_secret(NAME, VALUE)` stands for an expression of its own: see `secrets`.

Where more is to be said, there stands an object: `expression`, or `whole` when it is about the whole object and not
about each place; `kinds` when admission can only judge some of the rule's kinds; or `not` with the reason why there is
no such expression.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from bluelamp.policies.compiled import cel, secrets
from bluelamp.policies.compiled.kinds import kinds_of
from bluelamp.policies.compiled.result import CannotCompile
from bluelamp.policies.rule import Rule

_FOLDER: Final = Path(__file__).parents[1]
_KEYS: Final = frozenset({"expression", "kinds", "not", "whole"})
_ESTATE: Final = "it looks at several resources together, and admission is given one at a time"


@dataclass(frozen=True, slots=True)
class Facet:
    """What must be true of each place, or of the `whole` object; `kinds` is empty when every kind can be judged."""

    expression: str
    kinds: tuple[str, ...] = ()
    whole: bool = False


def facet_of(rule: Rule) -> Facet:
    """The rule in CEL, as it is written or as it follows from what the rule requires.

    Raises `CannotCompile`, or ValueError when nobody has said how it is with the rule.
    """
    file = _FOLDER.joinpath(*rule.module.split(".")[2:]).with_suffix(".cel.yaml")
    said = _read(file).get(rule.id)
    if isinstance(said, str):
        return Facet(secrets.expanded(" ".join(said.split())))
    if isinstance(said, dict) and not said.keys() <= _KEYS:
        raise ValueError(f"{file.name}: {rule.id} has {', '.join(said)}; it may have {', '.join(sorted(_KEYS))}")
    if isinstance(said, dict) and "not" in said:
        raise CannotCompile(said["not"])
    if isinstance(said, dict):
        expression = " ".join(str(said.get("whole") or said["expression"]).split())
        return Facet(secrets.expanded(expression), tuple(said.get("kinds", ())), "whole" in said)
    if rule.must is not None:
        return Facet(cel.must(replace(rule.must, **rule.parameters), cel.place(kinds_of(rule))))
    if rule.estate:
        raise CannotCompile(_ESTATE)
    raise ValueError(f"{rule.id}: {file.name} says neither how it reads in CEL nor why not")


def shared(rule: Rule) -> Mapping[str, str]:
    """The variables that the rules of its folder share."""
    said = _read(_FOLDER / rule.area / "_shared.cel.yaml")
    own = {name: " ".join(str(expression).split()) for name, expression in said.items()}
    return {**own, **secrets.variables()}


@cache
def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    loaded: dict[str, Any] = yaml.safe_load(path.read_bytes()) or {}
    return loaded
