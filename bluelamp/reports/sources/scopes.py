"""What the expressions of one template can see: its parameters, its variables, where it is deployed, its loops."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bluelamp.reports.sources import functions
from bluelamp.reports.sources.budget import Budget
from bluelamp.reports.sources.expressions import Atom, BadExpression, Open, evaluated, joined, unknown
from bluelamp.reports.sources.located import Located, Twice, fold, folded

_SECURE: Final = frozenset({"securestring", "secureobject"})
_MOST: Final = 800
"""How often ARM lets a loop run."""
_MOST_IN_ALL: Final = 100_000
"""How often the loops of a file may run in all, those inside others included."""
LOCATION: Final = Open((Atom("resourceGroup().location"),))
"""The location of the resource group: a resource that stands there says nothing of its own."""
_LEVELS: Final = {
    "subscriptiondeploymenttemplate": "subscription",
    "managementgroupdeploymenttemplate": "managementgroup",
    "tenantdeploymenttemplate": "tenant",
}


def level_of(template: Mapping[str, Any]) -> str | None:
    """What a template is deployed to (`group`, `subscription`, …) as its schema says; None where it is no template."""
    schema = " ".join(str(value).lower() for name, value in template.items() if fold(str(name)) == "$schema")
    if "deploymenttemplate" not in schema:
        return None
    return next((level for word, level in _LEVELS.items() if word in schema), "group")


@dataclass(frozen=True)
class Template:
    """The parts of a template, by folded names: ARM compares the names of everything in it without case.

    `loops` are the variables that a loop makes; `spelled` gives the parameters' names as they are written.
    """

    parameters: Mapping[str, Any]
    spelled: Mapping[str, str]
    variables: Mapping[str, Any]
    loops: Mapping[str, Mapping[str, Any]]
    resources: Any

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Template":
        """The parts of `raw`. Raises `Twice` where a name is there in two spellings."""
        parts = folded(raw)
        variables = folded(parts.get("variables"))
        loops: dict[str, Mapping[str, Any]] = {}
        if isinstance(variables.get("copy"), list):
            for loop in map(folded, variables.pop("copy")):
                name = str(loop.get("name", ""))
                if fold(name) in loops or fold(name) in variables:
                    raise Twice(name, name, getattr(parts.get("variables"), "start", -1))
                loops[fold(name)] = loop
        folded(parts.get("outputs"))
        parameters = parts.get("parameters")
        spelled = {fold(name): name for name in parameters} if isinstance(parameters, Mapping) else {}
        return cls(folded(parameters), spelled, variables, loops, parts.get("resources"))


@dataclass
class Scope:
    """One deployment of one template. `group` tells its place from others, and `group_name` is what that is called.

    `given` are the values of parameters by their folded names.
    """

    template: Template
    given: Mapping[str, Any]
    level: str
    group: str = ""
    group_name: Any = None
    loops: Mapping[str, int | Open] = field(default_factory=dict)
    turns_left: list[int] = field(default_factory=lambda: [_MOST_IN_ALL])
    budget: Budget = field(default_factory=Budget)
    _variables: dict[str, Any] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def within(self, name: str, index: int | Open) -> "Scope":
        """The same, in one turn of the loop `name`."""
        return replace(self, loops={**self.loops, "": index, fold(name): index})

    @property
    def place(self) -> Any:
        """The id of what the template is deployed to."""
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
        """`raw` with every expression in it computed. Raises `BadExpression`, `Twice` and `OverBudget`."""
        self.budget.step()
        if isinstance(raw, str):
            return evaluated(raw, self._call, self.budget)
        if isinstance(raw, list):
            return [self.value(item) for item in raw]
        if not isinstance(raw, Mapping):
            return raw
        made = Located(start=getattr(raw, "start", 0))
        loops: list[Mapping[str, Any]] = []
        for key, item in raw.items():
            if fold(key) == "copy" and isinstance(item, list):
                loops += map(folded, item)
            else:
                _add(made, self._key(key), self.value(item))
        for loop in loops:
            _add(made, str(loop.get("name")), self.repeated(loop))
        return made

    def _key(self, raw: str) -> str:
        key = self.value(raw)
        return key.brief if isinstance(key, Open) else str(key)

    def repeated(self, loop: Mapping[str, Any]) -> Any:
        """What a loop over properties or variables makes; `loop` by its folded names."""
        turns = self.turns(loop)
        if turns is None:
            return unknown(f"copy {loop.get('name')}")
        return [each.value(loop.get("input")) for each in turns]

    def turns(self, loop: Mapping[str, Any]) -> "list[Scope] | None":
        """A scope for each turn of `loop`; None where it is not known how many there are."""
        count = self.value(loop.get("count"))
        if not isinstance(count, int) or not 0 <= count <= _MOST:
            return None
        self.turns_left[0] -= count
        if self.turns_left[0] < 0:
            raise BadExpression(f"the loops make more than {_MOST_IN_ALL:,} turns")
        return [self.within(str(loop.get("name", "")), index) for index in range(count)]

    def _call(self, name: str, arguments: list[Any], written: functions.Written) -> Any:
        if name in {"parameters", "variables"} and arguments:
            find = self._parameter if name == "parameters" else self._variable
            return find(str(arguments[0]))
        if name == "copyindex":
            return self._index(arguments, written)
        if name.endswith("resourceid") and arguments:
            place, *rest = arguments if name == "extensionresourceid" else (self._start(name), *arguments)
            return functions.resource_id(place, rest)
        if name == "subscription":
            return self._about("subscription", subscriptionId="{subscriptionId}", tenantId="", displayName="")
        if name == "resourcegroup" and not arguments:
            group = self._about("group", name="{resourceGroupName}", tags="", type="")
            return {**group, "id": self.place, "location": LOCATION}
        return functions.plain(name, arguments, written)

    def _start(self, name: str) -> Any:
        if name == "resourceid":
            return self.place
        return replace(self, level=name.removesuffix("resourceid")).place

    def _about(self, what: str, **shown: str) -> dict[str, Any]:
        made: dict[str, Any] = {
            key: Open((Atom(f"{what}{self.group}" if text else f"{what}().{key}", text),))
            for key, text in shown.items()
        }
        return {**made, "id": joined("/subscriptions/", made.get("subscriptionId", ""))}

    def _index(self, arguments: list[Any], written: functions.Written) -> Any:
        named = fold(arguments[0]) if arguments and isinstance(arguments[0], str) else ""
        offset = next((each for each in arguments if isinstance(each, int)), 0)
        index = self.loops.get(named)
        return index + offset if isinstance(index, int) else unknown(written())

    def _parameter(self, name: str) -> Any:
        key = fold(name)
        spelled = self.template.spelled.get(key, key)
        said = folded(self.template.parameters.get(key))
        if str(said.get("type", "")).lower() in _SECURE:
            return unknown(f"parameters({spelled})")
        given = self.given.get(key)
        if given is not None:
            return given
        if "defaultvalue" not in said:
            return None if said.get("nullable") else unknown(f"parameters({spelled})")
        return self._once(f"parameter {key}", said["defaultvalue"])

    def _variable(self, name: str) -> Any:
        key = fold(name)
        if key in self.template.loops:
            return self._once(f"variable {key}", self.template.loops[key], loop=True)
        if key not in self.template.variables:
            return unknown(f"variables({key})")
        return self._once(f"variable {key}", self.template.variables[key])

    def _once(self, name: str, raw: Any, *, loop: bool = False) -> Any:
        """The value of a parameter's default or of a variable; open where it needs itself.

        It is the same in every turn of every loop: ARM knows no index there but that of the variable's own loop.
        """
        if name not in self._variables:
            if name in self._open and not loop:
                return unknown(name)
            if name in self._open:
                raise BadExpression(f"the loop that makes {name} needs itself")
            self._open.add(name)
            alone = replace(self, loops={})
            made = alone.repeated(raw) if loop else alone.value(raw)
            self.budget.weigh(made)
            self._variables[name] = made
        return self._variables[name]


def _add(made: Located, name: str, value: Any) -> None:
    if name in made:
        raise Twice(name, name, made.start)
    made[name] = value
