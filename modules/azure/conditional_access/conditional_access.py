"""Conditional access policies, named locations and authentication strengths."""

from functools import cache
from pathlib import Path
from typing import Any, NotRequired

import pulumi
import pulumi_azuread as azuread
import yaml

from bluelamp.core.suggestions import did_you_mean
from bluelamp.modules.component import Component
from bluelamp.modules.shared_arguments import LabelledArgs

_REPORT_ONLY = "enabledForReportingButNotEnforced"
_STATES = (_REPORT_ONLY, "enabled", "disabled")
_HOME = ["GB", "GG", "IM", "JE"]  # the United Kingdom and the Crown dependencies, which share many networks


class ConditionalAccessArgs(LabelledArgs):
    """Arguments of the conditional access policies."""

    excluded_group_ids: list[pulumi.Input[str]]
    """Object ids of groups that every policy excludes: the break-glass accounts only."""
    state: NotRequired[str]
    """`enabledForReportingButNotEnforced`, `enabled` or `disabled`; report-only by default."""
    states: NotRequired[dict[str, str]]
    """The state of single policies, by name, if different."""
    countries: NotRequired[list[str]]
    """Allowed countries, as ISO 3166 codes; GB, GG, IM and JE by default."""
    trusted_ranges: NotRequired[list[str]]
    """The force's own public address ranges, which become a trusted named location; none by default."""
    without: NotRequired[list[str]]
    """Names of policies to omit."""


class ConditionalAccess(Component):
    """Conditional access for a tenant: multi-factor, no legacy authentication, managed devices, the United Kingdom."""

    policy_ids: pulumi.Output[dict[str, str]]
    """The policies' ids, by name."""
    named_location_id: pulumi.Output[str]
    """Object id of the named location of the allowed countries."""

    def __init__(self, name: str, args: ConditionalAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        _check(f"ConditionalAccess {name!r}", args)
        code = _owner(args)
        home = azuread.NamedLocation(
            f"{name}-home",
            display_name=f"{code} - United Kingdom",
            country=azuread.NamedLocationCountryArgs(
                countries_and_regions=args.get("countries", _HOME), include_unknown_countries_and_regions=False
            ),
            opts=self.child(),
        )
        if args.get("trusted_ranges"):
            azuread.NamedLocation(
                f"{name}-premises",
                display_name=f"{code} - premises",
                ip=azuread.NamedLocationIpArgs(ip_ranges=args["trusted_ranges"], trusted=True),
                opts=self.child(),
            )
        strength = azuread.AuthenticationStrengthPolicy(
            f"{name}-phishing-resistant",
            display_name=f"{code} - phishing-resistant",
            description="A passkey, Windows Hello for Business or a certificate on a token",
            allowed_combinations=["fido2", "windowsHelloForBusiness", "x509CertificateMultiFactor"],
            opts=self.child(),
        )
        policies = {
            key: self._policy(name, args, key, wanted, home, strength)
            for key, wanted in _table("policies").items()
            if key not in args.get("without", [])
        }
        self.policy_ids = pulumi.Output.all(**{key: policy.id for key, policy in policies.items()})
        self.named_location_id = home.object_id
        self.finish()

    def _policy(
        self,
        name: str,
        args: ConditionalAccessArgs,
        key: str,
        wanted: dict[str, Any],
        home: azuread.NamedLocation,
        strength: azuread.AuthenticationStrengthPolicy,
    ) -> azuread.ConditionalAccessPolicy:
        return azuread.ConditionalAccessPolicy(
            f"{name}-{key}",
            display_name=f"{_owner(args)} - {wanted['title']}",
            state=args.get("states", {}).get(key, args.get("state", _REPORT_ONLY)),
            conditions=_conditions(args, wanted, home),
            grant_controls=_grant(wanted, strength),
            session_controls=_session(wanted),
            opts=self.child(),
        )


def _owner(args: ConditionalAccessArgs) -> str:
    """The prefix of the names: a tenant may hold another environment of the force."""
    code, environment = args["label"]["code"].upper(), args["label"]["environment"]
    return code if environment == "prod" else f"{code} {environment}"


def _conditions(
    args: ConditionalAccessArgs, wanted: dict[str, Any], home: azuread.NamedLocation
) -> azuread.ConditionalAccessPolicyConditionsArgs:
    everybody = wanted["who"] == "everybody"
    abroad = wanted.get("from") == "abroad"
    return azuread.ConditionalAccessPolicyConditionsArgs(
        users=azuread.ConditionalAccessPolicyConditionsUsersArgs(
            included_users=["All"] if everybody else None,
            included_roles=None if everybody else list(_table("administrators").values()),
            excluded_groups=args["excluded_group_ids"],
        ),
        applications=azuread.ConditionalAccessPolicyConditionsApplicationsArgs(
            included_applications=wanted.get("apps", ["All"])
        ),
        client_app_types=wanted.get("clients", ["all"]),
        locations=azuread.ConditionalAccessPolicyConditionsLocationsArgs(
            included_locations=["All"], excluded_locations=[home.object_id]
        )
        if abroad
        else None,
        sign_in_risk_levels=wanted.get("sign_in_risk"),
        authentication_flow_transfer_methods=wanted.get("flows"),
    )


def _grant(
    wanted: dict[str, Any], strength: azuread.AuthenticationStrengthPolicy
) -> azuread.ConditionalAccessPolicyGrantControlsArgs | None:
    if "strength" in wanted:
        return azuread.ConditionalAccessPolicyGrantControlsArgs(
            operator="OR", authentication_strength_policy_id=strength.id
        )
    if "grant" not in wanted:
        return None
    return azuread.ConditionalAccessPolicyGrantControlsArgs(operator="OR", built_in_controls=wanted["grant"])


def _session(wanted: dict[str, Any]) -> azuread.ConditionalAccessPolicySessionControlsArgs | None:
    if "hours" not in wanted:
        return None
    return azuread.ConditionalAccessPolicySessionControlsArgs(
        sign_in_frequency=wanted["hours"],
        sign_in_frequency_period="hours",
        sign_in_frequency_interval="timeBased",
        persistent_browser_mode="never" if "apps" not in wanted else None,
    )


@cache
def _table(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text("utf-8"))
    return read


def _check(owner: str, args: ConditionalAccessArgs) -> None:
    """Raises `ValueError` listing every problem."""
    known = list(_table("policies"))
    wrong = []
    if not args["excluded_group_ids"]:
        wrong.append("excluded_group_ids is empty; name the group of the break-glass accounts")
    states = {"state": args.get("state", _REPORT_ONLY)}
    states |= {f"states.{key}": state for key, state in args.get("states", {}).items()}
    wrong += [
        f"{where} is {state!r}; allowed are {', '.join(_STATES)}"
        for where, state in states.items()
        if state not in _STATES
    ]
    for where, keys in (("states", list(args.get("states", {}))), ("without", args.get("without", []))):
        wrong += [
            f"{where}: {key} is not a policy{did_you_mean(key, known, before='; ')}" for key in keys if key not in known
        ]
    if wrong:
        raise ValueError(f"{owner}: " + "; ".join(wrong))
