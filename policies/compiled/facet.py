"""Rules in CEL, the expression language of Kubernetes admission: data in `<module>.cel.yaml` beside the rule.

A rule's id has the condition for each place that the rule checks. The place is the variable `place`, or `object` or
`variables.pod` if it is the whole object or pod. A place that may be missing is an optional value. Variables are

- the rule's parameters, by name;
- for rules on kinds with pods, `variables.pod`, the pod's specification, `variables.metadata`, its metadata,
  `variables.containers`, its containers of every type, and `variables.contexts`, the security contexts of the pod and
  of each container, as optional values;
- the entries of `_shared.cel.yaml` in the area's folder, by name.

`is_secret(NAME, VALUE)` is expanded to an expression: see `secrets`.

Instead of an expression there may be an object: with `expression`, or `whole` for a condition on the whole object; with
`kinds` if admission can judge only some of the rule's kinds; with `unseen`, the kinds of other objects that the rule
reads and admission does not see; or with `not`, the reason why there is no expression.
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
_KEYS: Final = frozenset({"expression", "kinds", "not", "unseen", "whole"})
_ESTATE: Final = "it looks at several resources together, and admission is given one at a time"


@dataclass(frozen=True, slots=True)
class Facet:
    """The condition for each place, or for the `whole` object.

    `kinds` is empty if every kind can be judged; failures due to objects of a kind in `unseen` are not found.
    """

    expression: str
    kinds: tuple[str, ...] = ()
    whole: bool = False
    unseen: tuple[str, ...] = ()


def facet_of(rule: Rule) -> Facet:
    """The rule in CEL, from its file or derived from its `must`.

    Raises `CannotCompile`, or ValueError if the file has no entry for a rule that needs one.
    """
    file = _FOLDER.joinpath(*rule.module.split(".")[2:]).with_suffix(".cel.yaml")
    entry = _read(file).get(rule.id)
    if isinstance(entry, str):
        return Facet(secrets.expanded(" ".join(entry.split())))
    if isinstance(entry, dict) and not entry.keys() <= _KEYS:
        raise ValueError(f"{file.name}: {rule.id} has {', '.join(entry)}; it may have {', '.join(sorted(_KEYS))}")
    if isinstance(entry, dict) and "not" in entry:
        raise CannotCompile(entry["not"])
    if isinstance(entry, dict):
        expression = " ".join(str(entry.get("whole") or entry["expression"]).split())
        kinds, unseen = (tuple(entry.get(key, ())) for key in ("kinds", "unseen"))
        return Facet(secrets.expanded(expression), kinds, "whole" in entry, unseen)
    if rule.must is not None:
        return Facet(cel.must(replace(rule.must, **rule.parameters), cel.place(kinds_of(rule))))
    if rule.estate:
        raise CannotCompile(_ESTATE)
    raise ValueError(f"{rule.id}: {file.name} says neither how it reads in CEL nor why not")


def shared(rule: Rule) -> Mapping[str, str]:
    """The variables shared by the rules of its area."""
    shared_expressions = _read(_FOLDER / rule.area / "_shared.cel.yaml")
    expressions = {name: " ".join(str(expression).split()) for name, expression in shared_expressions.items()}
    return {**expressions, **secrets.variables()}


@cache
def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    loaded: dict[str, Any] = yaml.safe_load(path.read_bytes()) or {}
    return loaded
