"""Plans one resource of a program and the resources it depends on.

The program runs until it declares the resource. Resources are registered lazily, when an output is awaited, so those
that the wanted resource does not depend on cost only their arguments. The values are those of the whole plan, in about
a tenth of its time.

This replaces private parts of the SDK while it runs (eager outputs, and functions that register). `AVAILABLE` is
whether the SDK has them; if not, the whole program is planned.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import pulumi
import pulumi.resource
from pulumi.output import Output
from pulumi.runtime import resource as registering
from pulumi.runtime import stack as running
from pulumi.runtime.settings import get_root_resource

from bluelamp.core.resource import type_of
from bluelamp.planning.monitor import PlanMonitor
from bluelamp.planning.plan import PROJECT, config_of, plan_program, prepared
from bluelamp.planning.planned_resource import PlannedResource

if TYPE_CHECKING:
    from bluelamp.infra.force import Force

_DATA: Final = "_data"
_LAST: Final = frozenset({"parent", "provider", "id", "urn", "version", "plugin_download_url"})
"""The options for which the last given value applies."""
_STACK: Final = "pulumi:pulumi:Stack"
_FEATURES: Final = "_load_monitor_feature_support"
AVAILABLE: Final = all(
    hasattr(owner, name)
    for owner, names in (
        (Output, ("_from_data", "_track", "_untrack")),
        (registering, ("_get_stack_trace", "_get_source_position")),
        (pulumi.resource.Resource, ("__init__",)),
        (pulumi.resource, ("register_resource_outputs",)),
        (pulumi.ResourceOptions, ("merge",)),
        (running, ("Stack", _FEATURES)),
    )
    for name in names
)


_KINDS: Final[dict[type, tuple[str, frozenset[str]]]] = {}
"""The type token and the property names of each SDK class that a program has used."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A line of the project that was running when the program declared the resource."""

    file: Path
    line: int


@dataclass(frozen=True)
class ResourcePlan:
    """The planned resource, None if the program does not declare it, and the lines that declare it, innermost first."""

    resource: PlannedResource | None
    frames: tuple[Frame, ...] = ()


class _Reached(BaseException):
    """The program has declared the wanted resource and can stop."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A resource that the program declares."""

    urn: str
    name: str
    custom: bool
    parent: str

    @property
    def type(self) -> str:
        """The type token."""
        return type_of(self.urn)


def plan_force_resource(force: "Force", urn: str, root: Path, *, stack: str = "") -> ResourcePlan:
    """The resource `urn` in the plan of a force with these settings, as `stack`, by default its own."""
    from bluelamp.planning.program import program

    stack = stack or force.slug
    config = config_of(stack, root)
    if AVAILABLE:
        return plan_resource(stack, program(force, root), config, urn, root=root)
    plan = plan_program(stack, program(force, root), config, root=root)
    return ResourcePlan(next((each for each in plan.resources if each.urn == urn), None))


def declared_resources(force: "Force", root: Path) -> list[Declared]:
    """Every resource that the program declares for a force, in URN order, without planning them."""
    from bluelamp.planning.program import program

    config = config_of(force.slug, root)
    if not AVAILABLE:
        plan = plan_program(force.slug, program(force, root), config, root=root)
        return [Declared(each.urn, each.name, each.custom, each.parent) for each in plan.resources]
    with prepared(force.slug, config, root=root) as (monitor, _, loop):
        run = _Run(monitor, "", root)
        with run.replacing():
            loop.run_until_complete(run(program(force, root)))
    return sorted(run.declared.values(), key=lambda each: each.urn)


def plan_resource(
    stack: str, program: Callable[[], Any], config: Mapping[str, str], urn: str, *, root: Path, project: str = PROJECT
) -> ResourcePlan:
    """The resource `urn` in the plan of `program`.

    Raises what the program raises before it declares the resource. Not thread-safe.
    """
    with prepared(stack, config, root=root, project=project) as (monitor, _, loop):
        loop.set_default_executor(_Inline(1))
        run = _Run(monitor, urn, root)
        with run.replacing():
            return loop.run_until_complete(run(program))


class _Inline(ThreadPoolExecutor):
    """Runs work at once: the monitor is in this process and never blocks."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The completed future."""
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as error:
            done.set_exception(error)
        return done


class _Run:
    """One run of a program up to a resource."""

    def __init__(self, monitor: PlanMonitor, urn: str, root: Path) -> None:
        self._monitor, self._wanted, self._root = monitor, urn, root
        self.declared: dict[str, Declared] = {}
        self._urns: dict[int, str] = {}
        self._made: list[pulumi.Resource] = []
        self._unstarted: list[Any] = []
        self._found: pulumi.Resource | None = None
        self._frames: tuple[Frame, ...] = ()
        self._make: Callable[..., None] = pulumi.resource.Resource.__init__
        self._merge: Callable[..., pulumi.ResourceOptions] = pulumi.ResourceOptions.merge

    async def __call__(self, program: Callable[[], Any]) -> ResourcePlan:
        await getattr(running, _FEATURES)()
        try:
            with suppress(_Reached):
                running.Stack()
                program()
            if self._found is None:
                return ResourcePlan(None)
            await self._found.urn.future()
            return ResourcePlan(self._monitor.resources.get(self._wanted), self._frames)
        finally:
            await _end()

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Replaces the parts of the SDK within the block."""
        unstarted = self._unstarted

        def make(output: Any, resources: Any, future: Any, is_known: Any, is_secret: Any = None) -> None:
            output.__dict__["_made_of"] = lambda: _data(resources, future, is_known, is_secret)
            unstarted.extend(filter(asyncio.iscoroutine, (resources, future, is_known, is_secret)))

        def from_data(cls: Any, data: Any) -> Any:
            output = object.__new__(cls)
            output.__dict__["_made_of"] = lambda: data
            if asyncio.iscoroutine(data):
                unstarted.append(data)
            return output

        replaced: list[tuple[Any, str, Any]] = [
            (Output, "__init__", make),
            (Output, "_from_data", classmethod(from_data)),
            (Output, "_track", lambda _: None),
            (Output, "_untrack", lambda _: None),
            (registering, "_get_stack_trace", lambda *_: None),
            (registering, "_get_source_position", lambda *_: None),
            (pulumi.resource.Resource, "__init__", self._initialiser()),
            (pulumi.resource, "register_resource_outputs", lambda *_: None),
            (pulumi.ResourceOptions, "merge", lambda one, other: _Options(self._merge, one, other)),
            *((kind, "__init__", self._constructor(kind)) for kind in tuple(_KINDS) if "__init__" in vars(kind)),
        ]
        before = [(owner, name, owner.__dict__[name]) for owner, name, _ in replaced]
        data = vars(Output).get(_DATA)
        started = property(_started)
        setattr(Output, _DATA, started)
        for owner, name, value in replaced:
            setattr(owner, name, value)
        try:
            yield
        finally:
            if data is None:
                delattr(Output, _DATA)
            else:
                setattr(Output, _DATA, data)
            for owner, name, value in before:
                setattr(owner, name, value)
            for coroutine in unstarted:
                coroutine.close()

    def _initialiser(self) -> Callable[..., None]:
        """The replacement of `Resource.__init__`, which defers the original until an output is awaited."""

        def initialise(
            resource: Any,
            type_: str,
            name: str,
            custom: bool,
            props: Any = None,
            opts: Any = None,
            remote: bool = False,
            dependency: bool = False,
            package_ref: Any = None,
        ) -> None:
            def make() -> None:
                whole = opts.whole() if isinstance(opts, _Options) else opts
                self._make(resource, type_, name, custom, props, whole, remote, dependency, package_ref)

            if dependency or id(resource) in self._urns:
                make()
                return
            names = frozenset((props or {}) if isinstance(props or {}, Mapping) else vars(props))
            kind = type(resource)
            if custom and kind.__module__.startswith("pulumi_") and not issubclass(kind, pulumi.ProviderResource):
                _KINDS[kind] = (type_, names)
            self._declare(resource, type_, name, custom, names, opts, make)

        return initialise

    def _constructor(self, kind: type) -> Callable[..., None]:
        """The replacement of an SDK class's constructor, which defers processing of its arguments too."""
        make: Any = kind.__init__  # type: ignore[misc] # of a known class
        type_, names = _KINDS[kind]

        def construct(resource: Any, *args: Any, **kwargs: Any) -> None:
            given = (*args, *kwargs.values())
            opts = next((each for each in given if isinstance(each, pulumi.ResourceOptions)), None)
            if opts is not None and (opts.id is not None or opts.urn is not None):
                make(resource, *args, **kwargs)
                return
            name = args[0] if args else kwargs["resource_name"]
            self._declare(resource, type_, name, True, names, opts, lambda: make(resource, *args, **kwargs))

        return construct

    def _declare(
        self,
        resource: Any,
        type_: str,
        name: str,
        custom: bool,
        names: frozenset[str],
        opts: Any,
        make: Callable[[], None],
    ) -> None:
        given = opts.parent if opts is not None else None
        parent: Any = given or get_root_resource()
        above = self._urns.get(id(parent), "")
        urn = self._monitor.urn(type_, name, above)
        if urn in self.declared:
            raise RuntimeError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        self._urns[id(resource)] = urn
        self.declared[urn] = Declared(urn, name, custom, above)
        self._made.append(resource)  # keeps its `id()` unique

        def register() -> None:
            if attributes.registered:
                return
            if parent is not None:  # a resource inherits from its registered parent
                parent.__dict__.register()
            attributes.registered = True
            children = attributes["_childResources"]
            make()
            attributes["_childResources"] |= children

        attributes = _Attributes(resource.__dict__, {"urn", *({"id"} if custom else ()), *names}, register)
        attributes |= {"_name": name, "_type": type_, "_childResources": set()}
        resource.__dict__ = attributes
        if given is not None:
            given._childResources.add(resource)
        if type_ == _STACK:
            register()  # the program adds transformations to the stack
        if urn == self._wanted:
            self._found, self._frames = resource, tuple(_frames(self._root))
            raise _Reached


class _Options(pulumi.ResourceOptions):
    """Options that are merged lazily, as most resources are never registered."""

    def __init__(self, merge: Callable[..., pulumi.ResourceOptions], one: Any, other: Any) -> None:
        self.__dict__["_parts"] = (merge, one, other)

    def whole(self) -> pulumi.ResourceOptions:
        """The merged options, as in the SDK."""
        merge, *parts = self.__dict__["_parts"]
        made: pulumi.ResourceOptions = merge(*(part.whole() if isinstance(part, _Options) else part for part in parts))
        return made

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in _LAST:
            self.__dict__.update(self.whole().__dict__)
            return self.__dict__[name]
        _, one, other = self.__dict__["_parts"]
        last = getattr(other, name, None)
        return getattr(one, name, None) if last is None else last


class _Attributes(dict[str, Any]):
    """A resource's attributes. Those that registration sets are outputs that register the resource when awaited."""

    def __init__(self, known: Mapping[str, Any], names: set[str], register: Callable[[], None]) -> None:
        super().__init__(known)
        self.registered = False
        self._names, self.register = names, register

    def __missing__(self, name: str) -> Any:
        if name not in self._names or self.registered:
            raise KeyError(name)

        async def data() -> Any:
            self.register()
            return await self[name]._data

        output = self[name] = Output._from_data(data())
        return output

    def get(self, name: str, default: Any = None) -> Any:
        """As `dict.get`, including the outputs."""
        try:
            return self[name]
        except KeyError:
            return default


async def _end() -> None:
    """Starts pending tasks and cancels them, as Python warns about coroutines that were never awaited."""
    await asyncio.sleep(0)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _started(output: Any) -> Any:
    """The task that computes an output, started on first use."""
    task = output.__dict__.get("_task")
    if task is None:
        task = output.__dict__["_task"] = asyncio.ensure_future(output.__dict__.pop("_made_of")())
    return task


async def _data(resources: Any, future: Any, is_known: Any, is_secret: Any) -> Any:
    from pulumi.output import _OutputData

    return _OutputData(
        resources=resources if isinstance(resources, set) else await resources,
        value=await future,
        is_known=await is_known,
        is_secret=(await is_secret) if is_secret is not None else False,
    )


def _frames(root: Path) -> Iterator[Frame]:
    """The stack frames of the project's program, innermost first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith((f"{root}/modules/", f"{root}/infra/")):
            yield Frame(Path(file), frame.f_lineno)
        frame = frame.f_back
