"""A rule in CEL, the expression language of Kubernetes' own admission: data in `<module>.cel.yaml` beside the rule.

Under the rule's id stands what must be true of each place that the rule looks at. The place is called `place`; where it
is the whole object or the whole pod, `object` or `variables.pod`. A place that may be missing is an optional value. The
rule's parameters are variables of their names. So are

- `variables.pod`, the pod's specification, for rules about the kinds that run pods, and `variables.containers`, its
  containers of every sort;
- what stands under `variables` at the top of the file.

Where more is to be said, there stands an object: `expression`, and `kinds` when admission can only judge some of the
rule's kinds, or `not` with the reason why there is no such expression.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from policies.compiled.result import CannotCompile
from policies.rule import Rule

_ESTATE: Final = "it looks at several resources together, and admission is given one at a time"


@dataclass(frozen=True, slots=True)
class Facet:
    """What must be true of each place; `kinds` is empty when that can be judged in every kind of the rule."""

    expression: str
    kinds: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


def facet_of(rule: Rule) -> Facet:
    """The rule in CEL. Raises `CannotCompile`, or ValueError when nobody has said how it is with the rule."""
    file = _file(rule.module)
    said = file.get(rule.id)
    if isinstance(said, str):
        return Facet(" ".join(said.split()), variables=file.get("variables", {}))
    if isinstance(said, dict) and "not" in said:
        raise CannotCompile(said["not"])
    if isinstance(said, dict):
        return Facet(" ".join(said["expression"].split()), tuple(said.get("kinds", ())), file.get("variables", {}))
    if rule.estate:
        raise CannotCompile(_ESTATE)
    raise ValueError(f"{rule.id}: {rule.module.split('.')[-1]}.cel.yaml says neither how it reads in CEL nor why not")


@cache
def _file(module: str) -> dict[str, Any]:
    path = Path(__file__).parents[1].joinpath(*module.split(".")[1:]).with_suffix(".cel.yaml")
    if not path.is_file():
        return {}
    loaded: dict[str, Any] = yaml.safe_load(path.read_bytes()) or {}
    return loaded
