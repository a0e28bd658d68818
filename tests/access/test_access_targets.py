"""The policy and every target that it compiles to give the same answer for every cell."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from bluelamp.access import CloudResource, NotUnderstoodError, disagreements, made
from bluelamp.access.conditions import Request, holds
from bluelamp.core.access import ANY, FORCE, INTERNET, Rule, cells, closing, decide
from tests.access.access_targets import DAY, compiled_at, generated, policies, policy_of, problems, rule_of
from tests.thorough import tries

THOROUGH = settings(
    max_examples=tries(2500), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
QUICK = settings(THOROUGH, max_examples=150)


@THOROUGH
@given(policies)
def test_every_cell_agrees_in_every_target(generated_policy):
    policy, _ = generated_policy
    assert list(disagreements(policy, made(compiled_at(policy)), DAY)) == []


@QUICK
@given(policies)
def test_a_missing_grant_allows_nothing(generated_policy):
    """Without a package, an assignment, a product or a subscription somebody loses access, and nobody gains any."""
    policy, _ = generated_policy
    every = compiled_at(policy)
    grants = ("AccessPackageResourcePackageAssociation", "RoleAssignment", "AppRoleAssignment", "Subscription")
    for gone in every:
        if gone.type.rpartition(":")[2] not in grants:
            continue
        found = list(disagreements(policy, made(each for each in every if each is not gone), DAY))
        assert all(each.found < each.policy for each in found)


@QUICK
@given(policies)
def test_conditional_access_in_report_only_mode_blocks_nothing(generated_policy):
    policy, _ = generated_policy
    blocks = [each for each in compiled_at(policy) if each.type.endswith("ConditionalAccessPolicy")]
    rest = [each for each in compiled_at(policy) if not each.type.endswith("ConditionalAccessPolicy")]
    report = [replace(each, inputs={**each.inputs, "state": "enabledForReportingButNotEnforced"}) for each in blocks]
    found = list(disagreements(policy, made([*rest, *report]), DAY))
    assert bool(found) == any(not _is_for_the_lake_only(each) for each in blocks)
    assert all(each.found > each.policy for each in found)


def _is_for_the_lake_only(wanted):
    """The lake blocks networks itself as well."""
    included = wanted.inputs["conditions"]["applications"]["includedApplications"]
    return included == ["e406a681-f3d4-42a8-90b6-c2b029497af1"] and wanted.name.endswith("-networks")


@QUICK
@given(policies)
def test_refused_rules_give_the_reason_and_the_next_step(generated_policy):
    policy, refused = generated_policy
    for rule in refused:
        found = problems(policy_of([*policy.rules, rule]))
        assert found
        assert all("; " in each for each in found)


@QUICK
@given(policies)
def test_an_expired_rule_grants_nothing(generated_policy):
    policy, _ = generated_policy
    days = sorted({DAY, *(each.expires + timedelta(days=1) for each in policy.rules if each.expires)})
    for before, after in pairwise(days):
        opened = {cell for cell in cells(policy) if decide(policy, cell, before).view}
        left = {cell for cell in cells(policy) if decide(policy, cell, after).view}
        assert left <= opened
        assert list(disagreements(policy, made(compiled_at(policy, after)), after)) == []


def test_generated_policies_are_varied():
    """Most generated rules can be expressed, allow something, and use every target."""
    found = [generated([seed, seed * 7 + 3, seed * 13 + 1]) for seed in range(10**9, 10**9 + 300)]
    rules = [rule for policy, _ in found for rule in policy.rules]
    types = {each.type.rpartition(":")[2] for policy, _ in found for each in compiled_at(policy)}
    assert sum(1 for each in rules if each.allows) > 200
    assert sum(len(refused) for _, refused in found) > 50
    assert {"ConditionalAccessPolicy", "AppRoleAssignment", "RoleAssignment", "ProductPolicy", "ApiPolicy"} <= types
    assert rule_of(0, 5).id == "rule-0"


ALLOW = {
    "id": "one",
    "effect": "allow",
    "personas": ["analyst"],
    "assets": ["crimes"],
    "purposes": ["response"],
    "networks": [FORCE],
    "devices": ["managed"],
}


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"effect": "deny", "personas": [ANY]}, "rule two denies what rule one allows: analyst, crimes, response"),
        ({"mask": "short"}, "rule two allows on other terms what rule one allows"),
        ({"expires": date(2027, 1, 1)}, "rule two allows on other terms"),
        ({"purposes": ["research"], "networks": [FORCE, INTERNET]}, "the lake has private endpoints only"),
        ({"purposes": ["research"], "devices": [ANY]}, "rules one and two let analyst into the lake from different"),
        ({"assets": ["custody"], "mask": "short"}, "an application shows whole records"),
        ({"personas": ["partner"], "assets": ["view"]}, "asks for a device state of a partner"),
        ({"personas": ["partner"], "devices": [ANY]}, "gives a partner crimes, which has no interface"),
        ({"personas": ["public"], "assets": ["view"]}, "gives the public access for some purposes only"),
        ({"personas": ["public"]}, "gives the public crimes, which is not published"),
    ],
)
def test_contradictory_and_inexpressible_rules_are_refused(other, message):
    policy = policy_of([Rule.model_validate(ALLOW), Rule.model_validate({**ALLOW, "id": "two", **other})])
    assert any(message in each for each in problems(policy)), problems(policy)


def test_identical_terms_are_no_contradiction():
    assert problems(policy_of([Rule.model_validate(ALLOW), Rule.model_validate({**ALLOW, "id": "two"})])) == []


def test_a_lake_with_public_access_is_still_closed_by_the_condition():
    policy = policy_of([Rule.model_validate({**ALLOW, "devices": [ANY]})])
    every = compiled_at(policy)
    opened = made(every, account={"publicNetworkAccess": "Enabled"})
    assert list(disagreements(policy, opened, DAY)) == []
    loose = [
        replace(
            each,
            inputs={
                **each.inputs,
                "condition": each.inputs["condition"].replace(" BoolEquals true", " BoolEquals false"),
            },
        )
        if each.type.endswith("RoleAssignment")
        else each
        for each in every
    ]
    assert list(disagreements(policy, made(loose, account={"publicNetworkAccess": "Enabled"}), DAY))


def test_the_end_of_access_is_announced_thirty_days_ahead():
    rule = Rule.model_validate({**ALLOW, "expires": date(2026, 7, 1)})
    policy = policy_of([rule])
    assert list(closing(policy, date(2026, 5, 31))) == []
    assert [ends for _, ends in closing(policy, date(2026, 6, 1))] == [date(2026, 7, 1)]
    assert decide(policy, next(c for c in cells(policy) if decide(policy, c, DAY).view), date(2026, 7, 2)).view is None


@pytest.mark.parametrize(
    "condition",
    [
        "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringLike 'a*'",
        "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:a_b] StringEquals 'c'",
        "(ActionMatches{'x'}",
        "ActionMatches{'x'} XOR ActionMatches{'y'}",
        "SubOperationMatches{'Blob.Write.WithTagHeaders'}",
        "",
    ],
)
def test_an_unknown_condition_gives_no_answer(condition):
    with pytest.raises(NotUnderstoodError):
        holds(condition, Request(path="a/b", listing=False, private=True))


def test_an_unknown_policy_gives_no_answer():
    policy = policy_of([Rule.model_validate({**ALLOW, "personas": ["partner"], "assets": ["view"], "devices": [ANY]})])
    every = [
        replace(each, inputs={**each.inputs, "value": each.inputs["value"].replace("<ip-filter", "<quota-by-key")})
        for each in compiled_at(policy)
        if each.type.endswith("ProductPolicy")
    ]
    rest = [each for each in compiled_at(policy) if not each.type.endswith("ProductPolicy")]
    changed = [
        replace(each, inputs={**each.inputs, "value": each.inputs["value"].replace("</ip-filter>", "</quota-by-key>")})
        for each in every
    ]
    with pytest.raises(NotUnderstoodError):
        list(disagreements(policy, made([*rest, *changed]), DAY))
    assert CloudResource("a:b:C", {}).outputs == {}
