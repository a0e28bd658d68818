"""The base class of all components."""

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

import pulumi

from bluelamp.core.camel import camel
from bluelamp.modules import arguments

T = TypeVar("T")


class Component(pulumi.ComponentResource):
    """A part of a landing zone, with the type `bluelamp:index:<class name>`.

    A subclass has a typed dictionary of arguments, annotates its outputs, creates children with `self.child()`, and
    calls `self.finish()` last. Class names are unique across all modules. The logical names of children are a public
    contract: renaming one replaces a resource.

    Raises `ValueError` for unknown or missing arguments.
    """

    def __init__(self, name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        own = type(self)
        arguments.check(f"{own.__name__} {name!r}", inspect.get_annotations(own.__init__)["args"], args)
        super().__init__(f"bluelamp:index:{own.__name__}", name, {}, opts)

    def child(self, **options: Any) -> pulumi.ResourceOptions:
        """Options for a child of this component. `options` are keyword arguments of `pulumi.ResourceOptions`."""
        return pulumi.ResourceOptions(parent=self, **options)

    def finish(self) -> None:
        """Registers every annotated output of the class, under the names used in other languages."""
        outputs = [key for key in inspect.get_annotations(type(self)) if not key.startswith("_")]
        self.register_outputs({camel(key): getattr(self, key) for key in outputs})


def after(value: T, *resources: pulumi.Resource) -> pulumi.Output[T]:
    """`value` as an output that is known in a preview and depends on `resources`.

    A provider's own `name` output is unknown until the resource exists, although the program chose the name. This
    function keeps previews exact, so that rules can check them, and keeps the order of creation.
    """

    async def resolved(content: Any) -> Any:  # the constructor of an output requires an awaitable
        return content

    return pulumi.Output(set(resources), resolved(value), resolved(True))
