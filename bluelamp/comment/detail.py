"""The levels of detail of a comment: each step of `STEPS` leaves out more, least important first.

docs/pull-requests.md has the order.
"""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Detail:
    """The numbers of items listed before the rest is counted, and the maximum length of a value.

    `properties` are of each updated resource, `values` whether they have their values, `changes` the resources of a
    group that are created or updated, `groups` the groups of forces, `forces` the forces that a group names, `reasons`
    those of a group; `failures` the resources of a rule, `rules` the rules, `advisory` the advisory ones; `destroyed`
    the deleted and replaced resources of a group, `costs` the forces in the cost, `errors` the forces with an error.
    """

    longest: int = 300
    values: bool = True
    properties: int = 20
    changes: int = 200
    groups: int = 100
    forces: int = 60
    reasons: int = 20
    failures: int = 50
    rules: int = 100
    advisory: int = 50
    destroyed: int = 500
    costs: int = 20
    errors: int = 60


def _steps() -> tuple[Detail, ...]:
    found = [Detail()]

    def then(**less: int | bool) -> None:
        found.append(replace(found[-1], **less))  # type: ignore[arg-type] # each has the type of its field

    then(longest=80)
    then(properties=5)
    then(values=False)
    then(properties=0)
    then(changes=100)
    then(changes=40)
    then(changes=10)
    then(changes=0)
    then(reasons=3)
    then(advisory=0)
    then(costs=5)
    then(forces=10)
    then(groups=20)
    then(failures=10)
    then(failures=3)
    then(groups=5, forces=3)
    then(destroyed=250, longest=60)
    then(destroyed=100)
    then(errors=10)
    then(destroyed=25)
    then(rules=25, reasons=1)
    then(destroyed=5, errors=3)
    then(groups=0, costs=0, failures=0)
    then(rules=5, destroyed=1)
    then(rules=0, destroyed=0, errors=0)
    return tuple(found)


STEPS: Final = _steps()
"""From full detail to counts only."""
