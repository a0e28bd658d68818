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
from bluelamp.resources.templates.functions.signature import CallText
from bluelamp.resources.templates.grammar import BadExpression
from bluelamp.resources.templates.parts import Template, UserFunction

_SECURE: Final = frozenset({"securestring", "secureobject"})
_NO_NAME: Final = re.compile(r"[^\w@.$-]")
"""Characters that occur in ids and tag names but not in property names."""
_MOST: Final = 800
"""ARM's maximum number of iterations of a loop."""
_MOST_IN_ALL: Final = 100_000
"""The maximum total number of iterations in a file, including nested loops."""
LOCATION: Final = Open((Atom("resourceGroup().location"),))
"""The location of the resource group, which is unknown."""
RESOURCE: Final = ""
"""The key of the loop over resources, to which `copyIndex()` without a name refers."""


@dataclass
class Scope:
    """One deployment of one template. `group` identifies its resource group, and `group_name` is that group's name.

    `given` has the values of parameters by folded name; `name` is the deployment's name. `unread` has unreadable
    expressions with the reason; their values are open. `refer` computes `reference` for a resource of this template. In
    an `ambiguous` scope it is unknown which template's parameters and variables apply. `expression_scope` is the scope
    of expressions if it differs from this one. `conditions` are the unknown conditions of its deployment.
    """

    template: Template
    given: Mapping[str, Any]
    level: str
    group: str = ""
    group_name: Any = None
    loops: Mapping[str, int | Open] = field(default_factory=dict)
    iterations_left: list[int] = field(default_factory=lambda: [_MOST_IN_ALL])
    budget: Budget = field(default_factory=Budget)
    name: Any = None
    ambiguous: bool = False
    expression_scope: "Scope | None" = None
    conditions: frozenset[str] = frozenset()
    unread: dict[str, str] = field(default_factory=dict)
    refer: "Callable[[Scope, str, list[Any]], Any]" = lambda *_: None
    cache: dict[Any, Any] = field(default_factory=dict)
    _variables: dict[str, Any] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def within(self, name: str, index: int | Open, *, of: str = "values") -> "Scope":
        """This scope in one iteration of the loop `name` over `values` or `resources`."""
        unnamed = {RESOURCE: index} if of == "resources" else {}
        return replace(self, loops={**self.loops, **unnamed, fold(name): index})

    def uncertain(self, condition: str) -> "Scope":
        """This scope under one more condition that is unknown."""
        return replace(self, conditions=self.conditions | {condition})

    @property
    def scope_id(self) -> Any:
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
        result = Located(start=getattr(raw, "start", 0))
        loops: list[Mapping[str, Any]] = []
        for name, item in raw.items():
            if fold(name) == "copy" and isinstance(item, list):
                loops += map(folded, item)
                continue
            key = self.value(name) if name.startswith("[") else name
            if isinstance(key, Open) and not any(isinstance(part, str) and _NO_NAME.search(part) for part in key.parts):
                return unknown(f"an object with a property {key}")  # any property may be the unknown one
            _add(result, key.brief if isinstance(key, Open) else str(key), self.value(item))
        for loop in loops:
            _add(result, str(loop.get("name")), self.repeated(loop))
        return result

    def repeated(self, loop: Mapping[str, Any], *, of: str = "values") -> Any:
        """The result of a loop over properties, variables or an output; `loop` is by folded names."""
        iterations = self.iterations(loop, of=of)
        if iterations is None:
            return unknown(f"copy {loop.get('name')}")
        return [each.value(loop.get("input")) for each in iterations]

    def iterations(self, loop: Mapping[str, Any], *, of: str = "values") -> "list[Scope] | None":
        """A scope for each iteration of `loop`; None if their number is unknown."""
        count = self.value(loop.get("count"))
        if type(count) is not int or not 0 <= count <= _MOST:
            return None
        self.iterations_left[0] -= count
        if self.iterations_left[0] < 0:
            self.unread.setdefault(f"copy {loop.get('name')}", f"the loops have more than {_MOST_IN_ALL:,} iterations")
            return None
        return [self.within(str(loop.get("name", "")), index, of=of) for index in range(count)]

    def output(self, name: str) -> Any:
        """The value of the output `name`; open if it may not exist or is secure."""
        members = folded(self.template.outputs.get(fold(name)))
        definition = self.template.type_of(members)
        if not members or str(definition.get("type", "")).lower() in _SECURE or self.template.has_secrets(members):
            return unknown(f"output {name} of {self.name}")
        if "condition" in members and self.value(members["condition"]) is not True:
            return unknown(f"output {name} of {self.name}")
        loop = members.get("copy")
        raw = members.get("value")
        return self._once(f"output {fold(name)}", lambda: self._of_output(raw, loop))

    def _of_output(self, raw: Any, loop: Any) -> Any:
        outside_loops = replace(self, loops={})
        return outside_loops.value(raw) if loop is None else outside_loops.repeated(folded(loop), of="resources")

    def _call(self, name: str, arguments: list[Any], call_text: CallText) -> Any:
        if name in table.NAMES:
            return table.plain(name, arguments, call_text)
        if name in _SCOPE_METHODS:
            return getattr(self, _SCOPE_METHODS[name])(name, arguments, call_text)
        user_function = self.template.functions.get(name)
        return (
            unknown(call_text()) if user_function is None else self._user_defined(user_function, arguments, call_text)
        )

    def _looked_up(self, name: str, arguments: list[Any], call_text: CallText) -> Any:
        if len(arguments) != 1 or isinstance(arguments[0], Open):
            return unknown(call_text())
        find = self._parameter if name == "parameters" else self._variable
        return find(str(arguments[0]))

    def _identified(self, name: str, arguments: list[Any], call_text: CallText) -> Any:
        if not arguments:
            return unknown(call_text())
        if name == "extensionresourceid":
            return ids.resource_id(arguments[0], arguments[1:])
        scope = self.expression_scope or self
        base = scope if name == "resourceid" else replace(scope, level=name.removesuffix("resourceid"))
        return ids.resource_id(base.scope_id, arguments)

    def _referred(self, name: str, arguments: list[Any], call_text: CallText) -> Any:
        found = self.refer(self, name, arguments) if arguments else None
        return unknown(call_text()) if found is None else found

    def _subscription(self, *_: Any) -> Any:
        scope = self.expression_scope or self
        return scope._about("subscription", subscriptionId="{subscriptionId}", tenantId="", displayName="")

    def _resource_group(self, _: str, arguments: list[Any], call_text: CallText) -> Any:
        if arguments:
            return unknown(call_text())
        scope = self.expression_scope or self
        group = scope._about("group", name="{resourceGroupName}", tags="", type="")
        known_name = {} if scope.group_name is None else {"name": scope.group_name}
        return {**group, **known_name, "id": scope.scope_id, "location": LOCATION}

    def _deployment(self, _: str, __: list[Any], call_text: CallText) -> Any:
        return unknown(call_text()) if self.name is None else _Deployment(self.name, self.group)

    def _user_defined(self, function: UserFunction, arguments: list[Any], call_text: CallText) -> Any:
        """The result of a user-defined function, whose scope is its parameters and other functions."""
        if len(arguments) != len(function.parameters):
            return unknown(call_text())
        template = Template({}, {}, {}, {}, None, functions=self.template.functions)
        given = dict(zip(function.parameters, arguments, strict=True))
        inner = Scope(template, given, self.level, self.group, self.group_name, budget=self.budget, unread=self.unread)
        return inner.value(function.value)

    def _about(self, what: str, **shown: str) -> dict[str, Any]:
        members: dict[str, Any] = {
            key: Open((Atom(f"{what}{self.group}" if text else f"{what}().{key}", text),))
            for key, text in shown.items()
        }
        return {**members, "id": joined("/subscriptions/", members.get("subscriptionId", ""))}

    def _index(self, _: str, arguments: list[Any], call_text: CallText) -> Any:
        """The index of the named loop, or else of the loop over resources."""
        named = fold(arguments[0]) if arguments and isinstance(arguments[0], str) else RESOURCE
        offset = next((each for each in arguments if type(each) is int), 0)
        index = self.loops.get(named)
        return index + offset if isinstance(index, int) else unknown(call_text())

    def _parameter(self, name: str) -> Any:
        key = fold(name)
        name_as_written = self.template.spelled.get(key, key)
        definition = folded(self.template.parameters.get(key))
        if self.ambiguous:
            return unknown(f"parameters({name_as_written})")
        given = self.given.get(key)
        if not definition:
            return unknown(f"parameters({name_as_written})") if given is None else given
        return self._once(f"parameter {key}", lambda: self._of_parameter(name_as_written, definition, given))

    def _of_parameter(self, name: str, definition: Mapping[str, Any], given: Any) -> Any:
        resolved = self.template.type_of(definition)
        if str(resolved.get("type", "")).lower() in _SECURE:
            return unknown(f"parameters({name})")
        if given is None and "defaultvalue" not in definition:
            if resolved.get("nullable") is True:
                return None
            allowed = resolved.get("allowedvalues")
            only = allowed[0] if isinstance(allowed, list) and len(allowed) == 1 else None
            return only if isinstance(only, (str, int)) else unknown(f"parameters({name})")
        value = replace(self, loops={}).value(definition["defaultvalue"]) if given is None else given
        return (
            self.template.without_secrets(value, definition, name) if self.template.has_secrets(definition) else value
        )

    def _variable(self, name: str) -> Any:
        key = fold(name)
        if self.ambiguous or (key not in self.template.loops and key not in self.template.variables):
            return unknown(f"variables({key})")
        outside_loops = replace(self, loops={})
        if key in self.template.loops:
            loop = self.template.loops[key]
            return self._once(f"variable {key}", lambda: outside_loops.repeated(loop))
        raw = self.template.variables[key]
        return self._once(f"variable {key}", lambda: outside_loops.value(raw))

    def _once(self, name: str, compute: Callable[[], Any]) -> Any:
        """The value of a parameter, a variable or an output; open if it refers to itself.

        It is the same in every iteration, as in ARM only a variable's own loop has an index.
        """
        if name not in self._variables:
            if name in self._open:
                self.unread.setdefault(name, "it refers to itself")
                return unknown(name)
            self._open.add(name)
            try:
                value = compute()
            finally:
                self._open.discard(name)
            self.budget.weigh(value)
            self._variables[name] = value
        return self._variables[name]


_SCOPE_METHODS: Final = {
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


def _add(target: Located, name: str, value: Any) -> None:
    if name in target:
        raise DuplicateName(name, name, target.start)
    target[name] = value
