"""The scope of a template's expressions: its parameters, variables, deployment scope and loops."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bluelamp.resources.budget import Budget
from bluelamp.resources.located import DuplicateName, Located, fold, folded
from bluelamp.resources.templates import ids
from bluelamp.resources.templates.expressions import Atom, Open, Pending, evaluated, joined, unknown
from bluelamp.resources.templates.functions import table
from bluelamp.resources.templates.functions.signature import Written
from bluelamp.resources.templates.grammar import BadExpression
from bluelamp.resources.templates.parts import Template, UserFunction

_SECURE: Final = frozenset({"securestring", "secureobject"})
_NO_NAME: Final = re.compile(r"[^\w@.$-]")
"""Characters that property names never have, unlike ids and names of tags."""
_MOST: Final = 800
"""ARM's maximum number of iterations of a loop."""
_MOST_IN_ALL: Final = 100_000
"""The maximum total number of iterations in a file, including nested loops."""
LOCATION: Final = Open((Atom("resourceGroup().location"),))
"""The location of the resource group, which is unknown."""
RESOURCE: Final = ""
"""The key of the loop over resources, which `copyIndex()` without a name refers to."""


@dataclass
class Scope:
    """One deployment of one template. `group` identifies its resource group, and `group_name` is that group's name.

    `given` are the values of parameters by folded name; `name` is the name of the deployment. Unreadable expressions
    are recorded in `unread` with the reason, and their values are open. `refer` computes `reference` for a resource of
    this template. In an `ambiguous` scope it is unknown which template's parameters and variables apply. `around` is
    the scope of expressions if it differs from this one. `conditions` are the unknown conditions of its deployment.
    """

    template: Template
    given: Mapping[str, Any]
    level: str
    group: str = ""
    group_name: Any = None
    loops: Mapping[str, int | Open] = field(default_factory=dict)
    turns_left: list[int] = field(default_factory=lambda: [_MOST_IN_ALL])
    budget: Budget = field(default_factory=Budget)
    name: Any = None
    ambiguous: bool = False
    around: "Scope | None" = None
    conditions: frozenset[str] = frozenset()
    unread: dict[str, str] = field(default_factory=dict)
    refer: "Callable[[Scope, str, list[Any]], Any]" = lambda *_: None
    kept: dict[Any, Any] = field(default_factory=dict)
    _variables: dict[str, Any] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def within(self, name: str, index: int | Open, *, of: str = "values") -> "Scope":
        """This scope in one iteration of the loop `name`, which is over values or over `resources`."""
        unnamed = {RESOURCE: index} if of == "resources" else {}
        return replace(self, loops={**self.loops, **unnamed, fold(name): index})

    def uncertain(self, condition: str) -> "Scope":
        """This scope under one more condition that is unknown."""
        return replace(self, conditions=self.conditions | {condition})

    @property
    def place(self) -> Any:
        """The id of the deployment scope."""
        subscription = Atom(f"subscription{self.group}", "{subscriptionId}")
        if self.level == "group":
            name = self.group_name or Open((Atom(f"group{self.group}", "{resourceGroupName}"),))
            return joined("/subscriptions/", Open((subscription,)), "/resourceGroups/", name)
        if self.level == "subscription":
            return Open(("/subscriptions/", subscription))
        if self.level == "managementgroup":
            return Open(
                ("/providers/Microsoft.Management/managementGroups/", Atom("managementGroup", "{managementGroup}"))
            )
        return ""

    def value(self, raw: Any) -> Any:
        """`raw` with every expression evaluated. Raises `DuplicateName` and `OverBudget`."""
        self.budget.step()
        if isinstance(raw, str):
            try:
                return evaluated(raw, self._call, self.budget)
            except BadExpression as error:
                self.unread.setdefault(raw, str(error))
                return unknown(f"unreadable {raw}")
        if isinstance(raw, list):
            return [self.value(item) for item in raw]
        if not isinstance(raw, Mapping):
            return raw
        made = Located(start=getattr(raw, "start", 0))
        loops: list[Mapping[str, Any]] = []
        for name, item in raw.items():
            if fold(name) == "copy" and isinstance(item, list):
                loops += map(folded, item)
                continue
            key = self.value(name) if name.startswith("[") else name
            if isinstance(key, Open) and not any(isinstance(part, str) and _NO_NAME.search(part) for part in key.parts):
                return unknown(f"an object with a property {key}")  # which may be any
            _add(made, key.brief if isinstance(key, Open) else str(key), self.value(item))
        for loop in loops:
            _add(made, str(loop.get("name")), self.repeated(loop))
        return made

    def repeated(self, loop: Mapping[str, Any], *, of: str = "values") -> Any:
        """The result of a loop over properties, variables or an output; `loop` is by folded names."""
        turns = self.turns(loop, of=of)
        if turns is None:
            return unknown(f"copy {loop.get('name')}")
        return [each.value(loop.get("input")) for each in turns]

    def turns(self, loop: Mapping[str, Any], *, of: str = "values") -> "list[Scope] | None":
        """A scope for each iteration of `loop`; None if their number is unknown."""
        count = self.value(loop.get("count"))
        if type(count) is not int or not 0 <= count <= _MOST:
            return None
        self.turns_left[0] -= count
        if self.turns_left[0] < 0:
            self.unread.setdefault(f"copy {loop.get('name')}", f"the loops have more than {_MOST_IN_ALL:,} iterations")
            return None
        return [self.within(str(loop.get("name", "")), index, of=of) for index in range(count)]

    def output(self, name: str) -> Any:
        """The value of the output `name`; open if it may not exist or is secure."""
        said = folded(self.template.outputs.get(fold(name)))
        about = self.template.type_of(said)
        if not said or str(about.get("type", "")).lower() in _SECURE or self.template.has_secrets(said):
            return unknown(f"output {name} of {self.name}")
        if "condition" in said and self.value(said["condition"]) is not True:
            return unknown(f"output {name} of {self.name}")
        loop = said.get("copy")
        raw = said.get("value")
        return self._once(f"output {fold(name)}", lambda: self._of_output(raw, loop))

    def _of_output(self, raw: Any, loop: Any) -> Any:
        alone = replace(self, loops={})
        return alone.value(raw) if loop is None else alone.repeated(folded(loop), of="resources")

    def _call(self, name: str, arguments: list[Any], written: Written) -> Any:
        if name in table.NAMES:
            return table.plain(name, arguments, written)
        if name in _HERE:
            return getattr(self, _HERE[name])(name, arguments, written)
        own = self.template.functions.get(name)
        return unknown(written()) if own is None else self._own(own, arguments, written)

    def _looked_up(self, name: str, arguments: list[Any], written: Written) -> Any:
        if len(arguments) != 1 or isinstance(arguments[0], Open):
            return unknown(written())
        find = self._parameter if name == "parameters" else self._variable
        return find(str(arguments[0]))

    def _identified(self, name: str, arguments: list[Any], written: Written) -> Any:
        if not arguments:
            return unknown(written())
        if name == "extensionresourceid":
            return ids.resource_id(arguments[0], arguments[1:])
        here = self.around or self
        start = here if name == "resourceid" else replace(here, level=name.removesuffix("resourceid"))
        return ids.resource_id(start.place, arguments)

    def _referred(self, name: str, arguments: list[Any], written: Written) -> Any:
        found = self.refer(self, name, arguments) if arguments else None
        return unknown(written()) if found is None else found

    def _subscription(self, *_: Any) -> Any:
        here = self.around or self
        return here._about("subscription", subscriptionId="{subscriptionId}", tenantId="", displayName="")

    def _resource_group(self, _: str, arguments: list[Any], written: Written) -> Any:
        if arguments:
            return unknown(written())
        here = self.around or self
        group = here._about("group", name="{resourceGroupName}", tags="", type="")
        named = {} if here.group_name is None else {"name": here.group_name}
        return {**group, **named, "id": here.place, "location": LOCATION}

    def _deployment(self, _: str, __: list[Any], written: Written) -> Any:
        return unknown(written()) if self.name is None else _Deployment(self.name, self.group)

    def _own(self, function: UserFunction, arguments: list[Any], written: Written) -> Any:
        """The result of a user-defined function, whose scope is its parameters and other functions."""
        if len(arguments) != len(function.parameters):
            return unknown(written())
        template = Template({}, {}, {}, {}, None, functions=self.template.functions)
        given = dict(zip(function.parameters, arguments, strict=True))
        inside = Scope(template, given, self.level, self.group, self.group_name, budget=self.budget, unread=self.unread)
        return inside.value(function.value)

    def _about(self, what: str, **shown: str) -> dict[str, Any]:
        made: dict[str, Any] = {
            key: Open((Atom(f"{what}{self.group}" if text else f"{what}().{key}", text),))
            for key, text in shown.items()
        }
        return {**made, "id": joined("/subscriptions/", made.get("subscriptionId", ""))}

    def _index(self, _: str, arguments: list[Any], written: Written) -> Any:
        """The index of the named loop, or else of the loop over resources."""
        named = fold(arguments[0]) if arguments and isinstance(arguments[0], str) else RESOURCE
        offset = next((each for each in arguments if type(each) is int), 0)
        index = self.loops.get(named)
        return index + offset if isinstance(index, int) else unknown(written())

    def _parameter(self, name: str) -> Any:
        key = fold(name)
        spelled = self.template.spelled.get(key, key)
        said = folded(self.template.parameters.get(key))
        if self.ambiguous:
            return unknown(f"parameters({spelled})")
        given = self.given.get(key)
        if not said:
            return unknown(f"parameters({spelled})") if given is None else given
        return self._once(f"parameter {key}", lambda: self._of_parameter(spelled, said, given))

    def _of_parameter(self, name: str, said: Mapping[str, Any], given: Any) -> Any:
        about = self.template.type_of(said)
        if str(about.get("type", "")).lower() in _SECURE:
            return unknown(f"parameters({name})")
        if given is None and "defaultvalue" not in said:
            if about.get("nullable") is True:
                return None
            allowed = about.get("allowedvalues")
            only = allowed[0] if isinstance(allowed, list) and len(allowed) == 1 else None
            return only if isinstance(only, (str, int)) else unknown(f"parameters({name})")
        value = replace(self, loops={}).value(said["defaultvalue"]) if given is None else given
        return self.template.without_secrets(value, said, name) if self.template.has_secrets(said) else value

    def _variable(self, name: str) -> Any:
        key = fold(name)
        if self.ambiguous or (key not in self.template.loops and key not in self.template.variables):
            return unknown(f"variables({key})")
        alone = replace(self, loops={})
        if key in self.template.loops:
            loop = self.template.loops[key]
            return self._once(f"variable {key}", lambda: alone.repeated(loop))
        raw = self.template.variables[key]
        return self._once(f"variable {key}", lambda: alone.value(raw))

    def _once(self, name: str, compute: Callable[[], Any]) -> Any:
        """The value of a parameter, a variable or an output; open if it refers to itself.

        It is the same in every iteration, as only a variable's own loop has an index in ARM.
        """
        if name not in self._variables:
            if name in self._open:
                self.unread.setdefault(name, "it refers to itself")
                return unknown(name)
            self._open.add(name)
            try:
                made = compute()
            finally:
                self._open.discard(name)
            self.budget.weigh(made)
            self._variables[name] = made
        return self._variables[name]


_HERE: Final = {
    "parameters": "_looked_up",
    "variables": "_looked_up",
    "copyindex": "_index",
    "resourceid": "_identified",
    "subscriptionresourceid": "_identified",
    "managementgroupresourceid": "_identified",
    "tenantresourceid": "_identified",
    "extensionresourceid": "_identified",
    "reference": "_referred",
    "resourceinfo": "_referred",
    "subscription": "_subscription",
    "resourcegroup": "_resource_group",
    "deployment": "_deployment",
}
"""The methods of a scope for functions that depend on it."""


class _Deployment(Pending):
    """The result of `deployment()`; its name is known for nested deployments."""

    def __init__(self, name: Any, group: str) -> None:
        self._name = name
        self._group = group

    def get(self, key: str) -> Any:
        """The member `key`."""
        return self._name if fold(key) == "name" else unknown(f"{self}.{key}")

    def __str__(self) -> str:
        return f"deployment({self._name}{self._group})"


def _add(made: Located, name: str, value: Any) -> None:
    if name in made:
        raise DuplicateName(name, name, made.start)
    made[name] = value
