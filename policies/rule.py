"""Rules: a check of a place in a resource, or a required property, with its title, texts and controls.

    @rule(
        "BL-NET-001",
        "Management ports are not open to the Internet",
        failure="A management port is open to the Internet",
        at={SECURITY_GROUP: "securityRules[*]", SECURITY_RULE: ""},
        ...
    )
    def no_open_management_port(entry: Value, *, ports: tuple[int, ...] = (22, 3389)) -> Outcome:
        '''Why it matters: the rule's rationale.'''
        if ...:
            return Fail(entry["sourceAddressPrefix"], expected="a named range")
        return None

`title` states what a pass confirms, and `failure` what a failure means. The function is called once for each place in
`at`. It returns None (pass), a `Fail` or a `NotApplicable`. Its keyword-only arguments are the rule's parameters, whose
annotations (`AtLeast`, `Forbidden[int]`) declare the stricter direction. With `estate=True` the function takes the
`Estate`, all resources judged together, as its second argument. Reading an unknown value raises `UnknownValue`, and the
verdict is unknown.

A rule on one property declares the requirement as data, with `must=Must(...)`, so that it can be compiled into other
policy languages. Its function has only a docstring, the rationale. The rule's area is the folder of its module below
`policies/`, and its cases are in the YAML file of the same name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from types import FunctionType
from typing import Any, TypeAlias

from bluelamp.policies.defaults import assumed
from bluelamp.policies.headings import heading
from bluelamp.policies.model import OWN, Case, Control, Enforcement, Severity, Verdict
from bluelamp.policies.tighter import Tighter, declared
from bluelamp.policies.value import Value

At: TypeAlias = Mapping[str, str | tuple[str, ...]] | tuple[str, ...] | str


# Not frozen, as creating many thousands of frozen instances is slower.
@dataclass(slots=True)
class Fail:
    """The value at `at` breaks the rule; `show` is False if it must not be printed, even if not marked secret."""

    at: Value
    expected: Any
    why: str = ""
    show: bool = True


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The rule does not apply to this place, for this `reason`."""

    reason: str


def lacks(place: Value, expected: str) -> Fail:
    """The failure for a missing resource, `expected`."""
    return Fail(Value(place.resource, None), expected)


Outcome: TypeAlias = Fail | NotApplicable | None
Check: TypeAlias = Callable[..., Outcome]


@dataclass(frozen=True)
class Must:
    """A requirement on one property: it is the value `be`, one of `among`, or a number of at least `minimum`.

    `default` is the service's default for a missing property, None if there is no reliable one; `defaults.yaml` has the
    API version since which it applies. Text is compared without case, as Azure does.
    """

    path: str
    be: Any = None
    among: tuple[Any, ...] = ()
    minimum: float | None = None
    default: Any = None

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters that a stricter baseline may set: the list or the minimum."""
        if self.among:
            return {"among": self.among}
        return {} if self.minimum is None else {"minimum": self.minimum}

    @property
    def tighter(self) -> dict[str, Tighter]:
        """The stricter direction of each parameter."""
        return {"among": Tighter.FEWER} if self.among else {"minimum": Tighter.HIGHER}

    @property
    def expected(self) -> Any:
        """The required value, for reports."""
        if self.minimum is not None:
            return f"at least {self.minimum}"
        return list(self.among) if self.be is None else self.be

    def __call__(self, place: Value, **parameters: Any) -> Outcome:
        """Judges the property below `place`."""
        must = replace(self, **parameters) if parameters else self
        found = place.at(must.path)
        if not found.missing:
            return None if must._holds(found.known) else Fail(found, must.expected)
        default = assumed(found, must.default)
        return None if must._holds(default) else Fail(found, must.expected, _why_default(default))

    def _holds(self, value: Any) -> bool:
        if self.minimum is not None:
            return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= self.minimum
        # If a baseline has emptied `among`, nothing passes, not even a missing property.
        return any(_same(value, allowed) for allowed in (self.among if self.be is None else (self.be,)))


class RuleError(ValueError):
    """A part of a rule has the wrong type or is empty; the message names it."""


@dataclass(frozen=True)
class Rule:
    """A rule with its texts; created with `rule`, discovered by `bluelamp.policies.rules`.

    `title` states what a pass confirms, `failure` what a failure means. Raises RuleError if either is missing, or both
    are the same.

    `at` maps each resource type (`*` matches any text) to the checked paths; with `estate` the rule reads all resources
    together. `must` is the requirement, if it is on a single property. `fix` is the remediation and `example` shows it,
    in Python for Azure and in YAML for Kubernetes. `forces` limits the rule to these forces, by their names in the
    register, including their environments; empty for all.
    """

    id: str
    title: str
    failure: str
    severity: Severity
    enforcement: Enforcement
    controls: tuple[Control, ...]
    rationale: str
    fix: str
    example: str
    at: Mapping[str, tuple[str, ...]]
    check: Check
    parameters: Mapping[str, Any]
    module: str
    estate: bool = False
    must: Must | None = None
    tighter: Mapping[str, Tighter] = field(default_factory=dict)
    forces: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, text in (("title", self.title), ("failure", self.failure)):
            if not isinstance(text, str) or not text.strip():
                raise RuleError(f"{self.id}: {name} is empty; it heads every report")
        if self.title.casefold() == self.failure.casefold():
            raise RuleError(f"{self.id}: failure repeats the title; it must state the failure")

    def heading(self, verdict: Verdict) -> str:
        """The heading of a finding of `verdict`."""
        return heading(self.title, self.failure, verdict)

    @property
    def area(self) -> str:
        """The folder of `policies/`: azure, kubernetes or data; `own` for a rule of a force's own."""
        return "own" if self.own or not self.module else self.module.split(".")[2]

    @property
    def source(self) -> str:
        """The file that declares the rule: `policies/…` in the repository, `rules/…` for a force's own rule."""
        _, *folders, file = self.module.split(".")
        return "/".join(("rules", f"{file}.py") if self.own else (*folders, f"{file}.py"))

    @property
    def own(self) -> bool:
        """Whether it is a force's own rule and not one of the baseline."""
        return self.module.startswith(OWN)

    def holds_for(self, *names: str) -> bool:
        """Whether it applies to one of `names`: those of a force and its stack (`essex`, `essex-dev`)."""
        return not self.forces or any(name in self.forces for name in names)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The test cases of the rule, read from the YAML file beside its module."""
        from bluelamp.policies.cases import of

        return of(self)

    @cached_property
    def _found(self) -> dict[str, tuple[str, ...]]:
        """The paths by type, cached."""
        return {}

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        return tuple(wanted for wanted in self.at if "*" in wanted)

    def places(self, type_: str) -> tuple[str, ...]:
        """The checked paths in resources of the canonical type `type_`; none if the rule does not concern them."""
        found = self._found.get(type_)
        if found is None:
            matching = [wanted for wanted in self._patterns if fnmatchcase(type_, wanted)]
            found = self.at.get(type_, ()) + tuple(path for wanted in matching for path in self.at[wanted])
            self._found[type_] = found
        return found

    def using(self, **parameters: Any) -> "Rule":
        """The same rule with other parameters. Raises ValueError for one that it does not have."""
        unknown = sorted(parameters.keys() - self.parameters.keys())
        if unknown:
            has = ", ".join(sorted(self.parameters)) or "none"
            raise ValueError(f"{self.id} has no parameter {', '.join(unknown)}; it has: {has}")
        return replace(self, parameters={**self.parameters, **parameters})


def rule(
    id: str,
    title: str,
    *,
    failure: str,
    severity: Severity,
    controls: tuple[Control, ...],
    at: At,
    fix: str,
    example: str,
    must: Must | None = None,
    estate: bool = False,
    enforcement: Enforcement = Enforcement.MANDATORY,
    forces: tuple[str, ...] = (),
) -> Callable[[Check], Rule]:
    """A decorator that turns a function into a rule.

    The function's docstring is the rationale, its keyword-only arguments are the parameters. With `must` the rule is
    that requirement, and the function has only a docstring. With `estate` the function takes the estate after the
    place.

    Raises RuleError for a part of the wrong type, and for a function with a body in addition to `must`.
    """
    if must is not None and not isinstance(must, Must):
        raise RuleError(f"{id}: must is not a Must(...)")

    def decorator(check: Check) -> Rule:
        if not isinstance(check, FunctionType):
            raise RuleError(f"{id}: @rule(...) decorates something that is not a function")
        if must is not None and (estate or check.__code__.co_names or check.__code__.co_varnames):
            raise RuleError(f"{id}: a rule with must=Must(...) takes no estate, and its function has a docstring only")
        return Rule(
            id=id,
            title=title,
            failure=failure,
            severity=severity,
            enforcement=enforcement,
            controls=controls,
            rationale=_prose(check.__doc__ or ""),
            fix=_prose(fix),
            example=example.strip() if isinstance(example, str) else example,
            at=_places(id, at),
            check=must or check,
            parameters=must.parameters if must else dict(check.__kwdefaults__ or {}),
            module=check.__module__,
            estate=estate,
            must=must,
            tighter=must.tighter if must else declared(check.__annotations__),
            forces=forces,
        )

    return decorator


def require(
    id: str,
    title: str,
    must: Must,
    *,
    failure: str,
    severity: Severity,
    controls: tuple[Control, ...],
    at: At,
    rationale: str,
    fix: str,
    example: str,
    enforcement: Enforcement = Enforcement.MANDATORY,
    forces: tuple[str, ...] = (),
) -> Rule:
    """A rule with `must` and without a function: the former notation, for forces' existing rules.

    Its module is empty until `bluelamp.policies.own` loads it. Raises RuleError as `rule` does.
    """

    def without_module() -> None: ...

    without_module.__doc__, without_module.__module__ = rationale, ""
    if not isinstance(must, Must):
        raise RuleError(f"{id}: must is not a Must(...)")
    return rule(
        id,
        title,
        must=must,
        failure=failure,
        severity=severity,
        controls=controls,
        at=at,
        fix=fix,
        example=example,
        enforcement=enforcement,
        forces=forces,
    )(without_module)


def _places(id_: str, at: At) -> dict[str, tuple[str, ...]]:
    if isinstance(at, str):
        return {at: ("",)}
    if isinstance(at, tuple):
        return dict.fromkeys(at, ("",))
    if not isinstance(at, Mapping):
        raise RuleError(f"{id_}: at is not a type, a tuple of types or a mapping of types to places")
    return {type_: (where,) if isinstance(where, str) else where for type_, where in at.items()}


def _prose(text: str) -> str:
    return " ".join(text.split()) if isinstance(text, str) else text  # `own` reports other types


def _same(value: Any, allowed: Any) -> bool:
    if isinstance(value, str) and isinstance(allowed, str):
        return value.casefold() == allowed.casefold()
    return type(value) is type(allowed) and bool(value == allowed)


def _why_default(default: Any) -> str:
    if default is None:
        return "it must be set"
    return f"the service's default is {str(default).lower() if isinstance(default, bool) else default}"
