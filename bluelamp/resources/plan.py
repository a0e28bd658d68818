"""The resources of a plan, in the form that rules judge."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from bluelamp.core.memo import Memo
from bluelamp.core.resource import UNKNOWN, Resource, ancestors, name_of
from bluelamp.core.wire import FILE
from bluelamp.policies.value import joined
from bluelamp.resources.judged import is_judged

if TYPE_CHECKING:
    from bluelamp.planning import Plan
    from bluelamp.planning.planned_resource import PlannedResource

_RESOURCES: Final[Memo[Resource]] = Memo()


def from_plan(plan: "Plan") -> list[Resource]:
    """The cloud resources in `plan`, by their inputs.

    Secrets are in plain text, so that rules can judge them, and `secrets` has their paths, so that they are not
    printed. Components, providers and the stack are left out, except information assets and access rules.
    """
    parents = {each.urn: each.parent for each in plan.resources}

    def resource(each: "PlannedResource") -> Resource:
        ancestor_urns = ancestors(each.parent, parents)
        found = _RESOURCES.of(each.urn, (each,), lambda: _planned(each, ancestor_urns))
        return found if found.ancestors == ancestor_urns else _planned(each, ancestor_urns)

    return [resource(each) for each in plan.resources if is_judged(each.type, custom=each.custom)]


def _planned(each: "PlannedResource", ancestor_urns: tuple[str, ...]) -> Resource:
    from bluelamp.rehearsal import values

    secrets: set[str] = set()
    reasons: dict[str, str] = {}

    def unwrapped(value: Any, path: str) -> Any:
        if value is values.UNKNOWN:
            return UNKNOWN
        if isinstance(value, values.Secret):
            secrets.add(path)
            return unwrapped(value.value, path)
        if isinstance(value, values.Blob):
            reasons[path] = FILE
            return UNKNOWN
        if isinstance(value, Mapping):
            return {key: unwrapped(item, joined(path, key)) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [unwrapped(item, joined(path, index)) for index, item in enumerate(value)]
        return value

    properties = {key: unwrapped(value, joined("", key)) for key, value in each.inputs.items()}
    name = name_of(each.urn)
    return Resource(
        each.urn,
        each.type,
        name,
        properties,
        each.protect,
        each.parent,
        frozenset(secrets),
        each.references,
        reasons=reasons,
        ancestors=ancestor_urns,
    )
