"""A policy of access as its targets have it, generated policies, and what each evaluator answers for a cell."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from typing import Any, TypeVar

from hypothesis import strategies as st

from bluelamp.access import Resources, Seen, Subject, applications, lake, open_data, partner_interface
from bluelamp.core.access import ANY, DEVICES, FORCE, FULL, INTERNET, OPEN, AccessPolicy, Cell, Rule
from bluelamp.core.access.conflicts import conflicts
from bluelamp.core.access.limits import limits
from bluelamp.core.source import Source
from bluelamp.modules.data.access import Compiling, Wanted, compiled
from bluelamp.modules.data.access.wanted import resolved
from bluelamp.modules.naming import Label

T = TypeVar("T")
DAY = date(2026, 6, 1)
ACCOUNT = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stlake"
IDENTITY = "identity-of-the-gateway"
LABEL = Label(
    force="essex",
    code="essex",
    environment="test",
    cost_centre="EXP-2201",
    business_owner="Head of Data",
    classification="OFFICIAL-SENSITIVE",
    roadmap_milestone="data",
    spend_type="strategic",
)
ELSEWHERE = IPv4Address("8.8.8.8")


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def file_system(container: str) -> str:
    return f"{ACCOUNT}/blobServices/default/containers/{container}"


def deployed(policy: AccessPolicy, day: date = DAY, resources: Iterable[Wanted] | None = None) -> Resources:
    """What the policy compiles to, with the ids that a cloud would give."""
    every = compiled(Compiling(policy, day, LABEL)) if resources is None else tuple(resources)
    by_name = {each.name: each for each in every}
    given = {"tenant": "tenant", "lake": "stlake", "gateway": "apim", "group": "rg", "gateway-identity": IDENTITY}

    def resolve(resource: str, output: str) -> str:
        if resource.startswith("file-system-"):
            return file_system(resource.removeprefix("file-system-"))
        if not output:
            return given[resource]
        own = by_name[resource].inputs
        return str(own.get("apiId") or own.get("productId")) if output == "name" else f"{resource}.{output}"

    found = [
        Seen(
            each.type,
            resolved(each.inputs, resolve, lambda parts: "".join(map(str, parts))),
            {"id": f"{each.name}.id", "objectId": f"{each.name}.objectId"},
        )
        for each in every
    ]
    return Resources([*found, storage_account()])


def storage_account(public: str = "Disabled") -> Seen:
    return Seen("azure-native:storage:StorageAccount", {"publicNetworkAccess": public}, {"id": ACCOUNT})


def address_in(policy: AccessPolicy, network: str) -> IPv4Address:
    return ELSEWHERE if network == INTERNET else policy.networks[network][-1][-1]


def subject(policy: AccessPolicy, cell: Cell) -> Subject:
    """Who asks in a cell."""
    persona = policy.personas[cell.persona]
    return Subject(
        purpose=cell.purpose,
        address=address_in(policy, cell.network),
        private=cell.network == FORCE,
        managed=cell.device == "managed",
        groups=frozenset([persona.group] if persona.group else []),
        application=persona.application,
    )


def answers(resources: Resources, policy: AccessPolicy, cell: Cell) -> Mapping[str, frozenset[str]]:
    """The views of the cell's asset that each target lets its persona read, by target; only targets that serve it."""
    asset, who = policy.assets[cell.asset], subject(policy, cell)
    found: dict[str, frozenset[str]] = {}
    if asset.application is not None:
        may = applications(resources, who, asset.application.client, asset.application.service_principal)
        found["application"] = frozenset([FULL] if may else [])
    if asset.lake is not None:
        views = {FULL, OPEN, "elsewhere", *(view for each in policy.assets.values() for view in each.masks)}
        at = file_system(asset.lake.container)
        found["lake"] = frozenset(
            view for view in views if lake(resources, who, at, f"{asset.lake.path}/{view}/data.parquet")
        )
        before = f"{asset.lake.container}/{asset.lake.path}/"
        if asset.api is not None:
            found["interface"] = _views(partner_interface(resources, who, asset.api, IDENTITY), before)
        if asset.open is not None and policy.personas[cell.persona].kind == "public":
            found["open"] = _views(open_data(resources, who, f"open/{cell.asset}", IDENTITY), before)
    return found


def _views(folders: Iterable[str], before: str) -> frozenset[str]:
    assert all(each.startswith(before) for each in folders), folders
    return frozenset(each.removeprefix(before) for each in folders)


TARGETS = {"staff": ("application", "lake"), "partner": ("interface",), "public": ("open",)}
"""The targets by which personas of each kind get what the policy allows; every other target denies them."""


def expected(policy: AccessPolicy, cell: Cell, target: str, view: str | None) -> frozenset[str]:
    """What a target has to answer where the policy decides `view`."""
    serves = target in TARGETS[policy.personas[cell.persona].kind]
    return frozenset([view] if serves and view is not None else [])


NETWORKS = {
    FORCE: (IPv4Network("192.0.2.0/28"), IPv4Network("192.0.2.32/30")),
    "partner-site": (IPv4Network("198.51.100.0/29"),),
}
PURPOSES = {"response": "Response", "research": "Research"}
PERSONAS = {
    "analyst": {"title": "Analyst", "kind": "staff", "group": guid(1)},
    "officer": {"title": "Officer", "kind": "staff", "group": guid(2)},
    "partner": {"title": "Partner", "kind": "partner", "application": guid(3)},
    "public": {"title": "Public", "kind": "public"},
}
_LAKE = {"container": "published", "path": "view"}
_APPLICATION = {"client": guid(11), "servicePrincipal": guid(12)}
_OPEN = {"table": "crime", "by": ["month"]}
ASSETS: dict[str, dict[str, Any]] = {
    "view": {"lake": _LAKE, "api": "view", "open": _OPEN, "masks": {"short": ["name"], "shorter": ["name", "age"]}},
    "crimes": {"lake": {"container": "published", "path": "views"}, "masks": {"short": ["name"]}},
    "custody": {"application": _APPLICATION},
    "both": {
        "lake": {"container": "curated", "path": "both/deep"},
        "api": "both",
        "application": {"client": guid(13), "servicePrincipal": guid(14)},
    },
}


class _Choices:
    """Choices that one number makes: a rule costs one draw."""

    def __init__(self, number: int) -> None:
        self.number = number

    def one(self, values: Sequence[T]) -> T:
        self.number, index = divmod(self.number, len(values))
        return values[index]

    def some(self, values: Iterable[str]) -> tuple[str, ...]:
        every = sorted(values)
        self.number, bits = divmod(self.number, 2 ** len(every) - 1)
        return tuple(each for index, each in enumerate(every) if (bits + 1) >> index & 1)


def rule_of(number: int, seed: int) -> Rule:
    """A rule, more often than not of a form that a target can express."""
    choices = _Choices(seed)
    kind = choices.one(["staff", "staff", "staff", "partner", "public", "any"])
    named = {"staff": ("analyst", "officer"), "partner": ("partner",), "public": ("public",), "any": tuple(PERSONAS)}
    assets = {"partner": ("view", "both"), "public": ("view",)}.get(kind, tuple(ASSETS))
    networks = choices.some([*NETWORKS, INTERNET])
    usual = {"staff": (FORCE,), "public": (ANY,)}.get(kind, networks)
    devices = choices.one([(ANY,), ("managed",), ("managed",), ("unmanaged",), DEVICES])
    effect = choices.one(["allow", "allow", "allow", "deny"])
    mask = choices.one([None, None, "short", "shorter"])
    chosen = choices.some(assets)
    has_it = mask is not None and all(mask in ASSETS[each].get("masks", {}) for each in chosen)
    return Rule(
        id=f"rule-{number}",
        effect=effect,
        personas=choices.some(named[kind]),
        assets=chosen,
        purposes=(ANY,) if kind == "public" else choices.some(PURPOSES),
        networks=choices.one([usual, usual, networks]),
        devices=(ANY,) if kind in ("partner", "public") else devices,
        mask=mask if has_it and effect == "allow" and kind != "public" else None,
        expires=choices.one([None, None, date(2026, 5, 31), DAY, date(2027, 1, 1)]),
    )


def problems(policy: AccessPolicy) -> list[str]:
    source = Source("access.yaml")
    return [str(each) for each in (*conflicts(policy, source), *limits(policy, source))]


def generated(seeds: Sequence[int]) -> tuple[AccessPolicy, list[Rule]]:
    """A policy whose rules every target can express, and the rules that were refused beside them."""
    kept: list[Rule] = []
    refused: list[Rule] = []
    for number, seed in enumerate(seeds):
        rule = rule_of(number, seed)
        (refused if problems(policy_of([*kept, rule])) else kept).append(rule)
    return policy_of(kept), refused


policies = st.lists(st.integers(0, 2**40), min_size=1, max_size=6).map(generated)


def policy_of(rules_: Iterable[Rule]) -> AccessPolicy:
    return BASE.model_copy(update={"rules": tuple(rules_)})


BASE = AccessPolicy.model_validate({"networks": NETWORKS, "purposes": PURPOSES, "personas": PERSONAS, "assets": ASSETS})
