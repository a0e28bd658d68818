"""What every module's component has in common."""

import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

import pulumi

from bluelamp.core.camel import camel
from bluelamp.modules import arguments

T = TypeVar("T")


class Component(pulumi.ComponentResource):
    """A part of a landing zone, of the type `bluelamp:index:<class name>`.

    A subclass has a typed dictionary beside it that says what it takes, annotates what it gives as outputs, makes its
    children with `self.child()`, and ends with `self.finish()`. Class names are unique across all modules, and the
    logical names of children are a public contract: renaming one replaces a resource.

    Raises `ValueError` for arguments that the component does not know or lacks.
    """

    def __init__(self, name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        own = type(self)
        arguments.check(f"{own.__name__} {name!r}", inspect.get_annotations(own.__init__)["args"], args)
        super().__init__(f"bluelamp:index:{own.__name__}", name, {}, opts)

    def child(self, **options: Any) -> pulumi.ResourceOptions:
        """Options for a child of this component; `options` are those of `pulumi.ResourceOptions`."""
        return pulumi.ResourceOptions(parent=self, **options)

    def finish(self) -> None:
        """Registers every annotated output of the class, under the names that other languages see."""
        outputs = [key for key in inspect.get_annotations(type(self)) if not key.startswith("_")]
        self.register_outputs({camel(key): getattr(self, key) for key in outputs})


def after(value: T, *resources: pulumi.Resource) -> pulumi.Output[T]:
    """`value` as an output that is known in a preview and still waits for `resources`.

    A provider's own `name` output is unknown until the resource exists, although we chose the name. Passing this
    instead keeps previews exact, so that rules can judge them, and keeps the order of creation.
    """

    async def resolved(content: Any) -> Any:  # an awaitable, as the constructor of an output wants
        return content

    return pulumi.Output(set(resources), resolved(value), resolved(True))
