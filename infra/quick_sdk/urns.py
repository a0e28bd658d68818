"""URNs of known names, without intermediate outputs.

The SDK creates a dozen outputs for each resource to compute its URN for tests without an engine, and two dozen for each
alias to compute the URN for older engines (pulumi/runtime/resource.py).
"""

from typing import Any, Final

from pulumi.output import Output
from pulumi.resource import Alias
from pulumi.runtime import resource as registering
from pulumi.runtime import settings

from bluelamp.infra.quick_sdk.lazy_outputs import later

_CREATE_URN: Final = registering.create_urn
_COLLAPSE: Final = registering.collapse_alias_to_urn


def create_urn(
    name: Any, type_: Any, parent: Any = None, project: str | None = None, stack: str | None = None
) -> Output[str]:
    """As the SDK's. Calls the SDK's own function unless the name, type and parent are text."""
    if not (isinstance(name, str) and isinstance(type_, str) and (parent is None or isinstance(parent, str))):
        return _CREATE_URN(name, type_, parent, project, stack)
    if parent is not None:
        prefix = parent[: parent.rfind("::")] + "$"
    else:
        stack = settings.get_stack() if stack is None else stack
        project = settings.get_project() if project is None else project
        prefix = f"urn:pulumi:{stack}::{project}::"
    return Output._from_input_shallow(f"{prefix}{type_}::{name}")


def collapse_alias_to_urn(alias: Any, name: str, type_: str, parent: Any) -> Output[str]:
    """As the SDK's, with a lazy output; an alias that may be invalid is computed at once, so that it is refused."""
    if isinstance(alias, str) or (isinstance(alias, Alias) and alias.name is not None and alias.type_ is not None):
        return later(lambda: _COLLAPSE(alias, name, type_, parent))
    return _COLLAPSE(alias, name, type_, parent)
