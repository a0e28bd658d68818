"""Rules: a pure function over a place of a resource, or a required property, with all that is to be said about it.

    @rule(
        "BL-NET-001",
        "No management port is open to the Internet",
        failure="A management port is open to the Internet",
        at={SECURITY_GROUP: "securityRules[*]", SECURITY_RULE: ""},
        ...
    )
    def no_open_management_port(entry: Value, *, ports: tuple[int, ...] = (22, 3389)) -> Outcome:
        '''Why it matters: the rule's rationale.'''
        if ...:
            return Fail(entry["sourceAddressPrefix"], expected="a named range")
        return None

`title` says what holds where the rule passes, and `failure` what is wrong where it does not. The function is called
once for each place named by `at`. It returns None (pass), a `Fail` or a `NotApplicable`. Its
keyword-only arguments are the rule's parameters, whose annotations (`AtLeast`, `Forbidden[int]`) say which way a
stricter baseline may move them. One that takes a second positional argument is given the `Estate`, all
the resources that are judged together. Reading what is not known yet raises `UnknownValue`, and the verdict is unknown.

A rule that only asks something of one property says so with `require` and `Must`, as data, so that it can be turned
into other policy languages. A rule belongs to the file it stands in: its area is the folder, its cases are in the YAML
file of the same name.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Final, TypeAlias

from bluelamp.policies.defaults import assumed
from bluelamp.policies.headings import heading
from bluelamp.policies.model import Case, Control, Enforcement, Severity, Verdict
from bluelamp.policies.tighter import Tighter, declared
from bluelamp.policies.value import Value

OWN: Final = "bluelamp_rules_"
"""What the module of a rule of a force's own begins with."""

At: TypeAlias = Mapping[str, str | tuple[str, ...]] | tuple[str, ...] | str


@dataclass(slots=True)
class Fail:
    """What stands at `at` breaks the rule; `show` is False when even an unmarked value must not be printed.

    Not frozen, as that makes each of many thousands take longer to make.
    """

    at: Value
    expected: Any
    why: str = ""
    show: bool = True


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The rule has nothing to ask of this place, and `reason` says why."""

    reason: str


def lacks(place: Value, expected: str) -> Fail:
    """The failure of a resource that is in order itself and lacks `expected`, which is another resource."""
    return Fail(Value(place.resource, None), expected)


Outcome: TypeAlias = Fail | NotApplicable | None
Check: TypeAlias = Callable[..., Outcome]
_ESTATE_ARGUMENTS: Final = 2


@dataclass(frozen=True)
class Must:
    """What one property must be: the value `be`, one of `among`, or a number of at least `minimum`.

    `default` is what the service assumes when the property is missing, None where that cannot be relied on; since which
    API version it does stands in `defaults.yaml`. Text is compared without case, as Azure does.
    """

    path: str
    be: Any = None
    among: tuple[Any, ...] = ()
    minimum: float | None = None
    default: Any = None

    @property
    def parameters(self) -> dict[str, Any]:
        """What a stricter baseline may set: the list or the bound."""
        if self.among:
            return {"among": self.among}
        return {} if self.minimum is None else {"minimum": self.minimum}

    @property
    def expected(self) -> Any:
        """What is asked for, as a person would say it."""
        if self.minimum is not None:
            return f"at least {self.minimum}"
        return list(self.among) if self.be is None else self.be

    def __call__(self, place: Value, **parameters: Any) -> Outcome:
        """Judge the property below `place`."""
        asked = replace(self, **parameters) if parameters else self
        found = place.at(asked.path)
        if not found.missing:
            return None if asked._holds(found.known) else Fail(found, asked.expected)
        default = assumed(found, asked.default)
        return None if asked._holds(default) else Fail(found, asked.expected, _why_default(default))

    def _holds(self, value: Any) -> bool:
        if self.minimum is not None:
            return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= self.minimum
        # A baseline may have left nothing in `among`: then nothing passes, a missing property neither.
        return any(_same(value, allowed) for allowed in (self.among if self.be is None else (self.be,)))


class RuleError(ValueError):
    """A part of a rule is not of its kind; the message names it."""


@dataclass(frozen=True)
class Rule:
    """A rule and all that is to be said about it; made by `rule` or `require`, found by `bluelamp.policies.rules`.

    `title` is the statement that a pass confirms, `failure` the one that a failure makes; `heading` chooses. Raises
    RuleError for a rule without either, or with the same text for both.

    `at` maps each type it concerns (`*` stands for any text) to the places it looks at; `estate` tells whether it has
    to see all resources together. `must` is what it asks for, where that is one property. `fix` says how to mend a
    failure and `example` shows it, in Python for Azure and in YAML for Kubernetes. `forces` are the only ones that it
    is for, by their names in the register, with their environments; all, where it is empty.
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
            raise RuleError(f"{self.id}: failure repeats the title; it has to say what is wrong")

    def heading(self, verdict: Verdict) -> str:
        """What heads a finding of `verdict`."""
        return heading(self.title, self.failure, verdict)

    @property
    def area(self) -> str:
        """The folder it belongs to: azure, kubernetes or data; `own` for a rule of a force's own."""
        return "own" if self.own else self.module.split(".")[-2]

    @property
    def own(self) -> bool:
        """Whether it is a force's own, and no part of the baseline."""
        return self.module.startswith(OWN)

    def holds_for(self, *names: str) -> bool:
        """Whether it is for a force of one of the `names`: its own, and its stack's (`essex`, `essex-dev`)."""
        return not self.forces or any(name in self.forces for name in names)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The examples it is held to, read from the YAML file beside its module."""
        from bluelamp.policies.cases import of

        return of(self)

    @cached_property
    def _found(self) -> dict[str, tuple[str, ...]]:
        """The places by type, of the types that were asked for."""
        return {}

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        return tuple(wanted for wanted in self.at if "*" in wanted)

    def places(self, type_: str) -> tuple[str, ...]:
        """The places it looks at in resources of the canonical `type_`; none when it does not concern them."""
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
    enforcement: Enforcement = Enforcement.MANDATORY,
    forces: tuple[str, ...] = (),
) -> Callable[[Check], Rule]:
    """Make a rule of the function below; its docstring is the rationale, its keyword-only arguments the parameters."""

    def made(check: Check) -> Rule:
        code = getattr(check, "__code__", None)
        if code is None:
            raise RuleError(f"{id}: what stands below @rule(...) is no function")
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
            check=check,
            parameters=dict(check.__kwdefaults__ or {}),
            module=check.__module__,
            estate=code.co_argcount == _ESTATE_ARGUMENTS,
            tighter=declared(check.__annotations__),
            forces=forces,
        )

    return made


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
    """Make a rule that asks one thing of one property."""
    if not isinstance(must, Must):
        raise RuleError(f"{id}: what it asks for is no Must(...)")
    return Rule(
        id=id,
        title=title,
        failure=failure,
        severity=severity,
        enforcement=enforcement,
        controls=controls,
        rationale=_prose(rationale),
        fix=_prose(fix),
        example=example.strip() if isinstance(example, str) else example,
        at=_places(id, at),
        check=must,
        parameters=must.parameters,
        module=sys._getframe(1).f_globals["__name__"],
        must=must,
        tighter={"among": Tighter.FEWER} if must.among else {"minimum": Tighter.HIGHER},
        forces=forces,
    )


def _places(id_: str, at: At) -> dict[str, tuple[str, ...]]:
    if isinstance(at, str):
        return {at: ("",)}
    if isinstance(at, tuple):
        return dict.fromkeys(at, ("",))
    if not isinstance(at, Mapping):
        raise RuleError(f"{id_}: at is no type, no tuple of types and no mapping of types to places")
    return {type_: (where,) if isinstance(where, str) else where for type_, where in at.items()}


def _prose(text: str) -> str:
    return " ".join(text.split()) if isinstance(text, str) else text  # what is no text is refused where it is found


def _same(value: Any, allowed: Any) -> bool:
    if isinstance(value, str) and isinstance(allowed, str):
        return value.casefold() == allowed.casefold()
    return type(value) is type(allowed) and bool(value == allowed)


def _why_default(default: Any) -> str:
    if default is None:
        return "it has to be set"
    return f"the service's default is {str(default).lower() if isinstance(default, bool) else default}"
