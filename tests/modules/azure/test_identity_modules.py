import pytest
from planned import plan
from rehearsed import of, rehearse

from bluelamp.modules.azure.break_glass import BreakGlass
from bluelamp.modules.azure.conditional_access import ConditionalAccess
from bluelamp.modules.azure.privileged_access import PrivilegedAccess
from bluelamp.modules.azure.workload_identity import WorkloadIdentity
from bluelamp.rehearsal.values import Secret

PLACE = {"location": "uksouth", "workload": "custody", "resource_group_name": "rg"}
CLUSTER = {"issuer": "https://issuer.example", "subject": "system:serviceaccount:custody:api"}
GLASS = {"location": "uksouth", "resource_group_name": "rg", "workspace_id": "/id/logs", "action_group_id": "/id/ag"}
EXCLUDED = "33333333-3333-4333-8333-333333333333"


def identity(label, **credentials):
    return plan(lambda: WorkloadIdentity("custody", {"label": label, **PLACE, "credentials": credentials}))


def test_an_identity_trusts_exactly_the_subjects_that_are_named(label):
    made = identity(label, cluster=CLUSTER, pipeline={**CLUSTER, "subject": "repo:wmp/custody:environment:production"})
    trusted = made.of("managedidentity:FederatedIdentityCredential")
    assert [each["subject"] for each in trusted] == [CLUSTER["subject"], "repo:wmp/custody:environment:production"]
    assert {tuple(each["audiences"]) for each in trusted} == {("api://AzureADTokenExchange",)}
    assert {each["resourceName"] for each in trusted} == {"id-custody-wmp-prod-uks"}
    assert "custody-cluster" in made.waits_for["custody-pipeline"]


def test_an_identity_has_only_the_roles_it_is_given(label):
    grant = {"role_definition_id": "/providers/Microsoft.Authorization/roleDefinitions/r", "scope": "/id/vault"}
    args = {"label": label, **PLACE, "credentials": {"cluster": CLUSTER}, "roles": {"read": grant}}
    assignment = plan(lambda: WorkloadIdentity("custody", args)).one("authorization:RoleAssignment")
    assert (assignment["scope"], assignment["principalType"]) == ("/id/vault", "ServicePrincipal")


def test_every_mistake_in_a_credential_is_reported_at_once(label):
    with pytest.raises(ValueError, match="WorkloadIdentity 'custody'") as messages:
        identity(label, one={"issuer": "http://issuer", "subject": "repo:wmp/*"}, two={**CLUSTER, "subject": ""})
    for part in (
        "credentials.one.issuer is 'http://issuer'; it must begin with https://",
        "credentials.one.subject is 'repo:wmp/*'; name one subject exactly",
        "credentials.two.subject is ''",
    ):
        assert part in str(messages.value)
    with pytest.raises(ValueError, match="there are 0 credentials; Azure takes 1 to 20"):
        identity(label)


GROUP = {
    "description": "Run the landing zone",
    "members": ["44444444-4444-4444-8444-444444444444"],
    "azure_roles": {"contributor": {"role_definition_id": "/role", "scope": "/subscriptions/s"}},
    "directory_roles": {"reader": "5d6b6bb7-de71-4623-b4af-96380a352509"},
}


def test_privilege_is_eligible_for_hours_and_never_assigned(label):
    made = plan(lambda: PrivilegedAccess("access", {"label": label, "groups": {"engineers": GROUP}}))
    assert made.of("authorization:RoleAssignment") == []
    assert made.one("Group")["assignableToRole"] is True
    eligible = made.one("authorization:PimRoleEligibilitySchedule")
    assert eligible["scope"] == "/subscriptions/s"
    assert eligible["scheduleInfo"]["expiration"] == {"type": "AfterDuration", "duration": "P365D"}
    rules = made.one("GroupRoleManagementPolicy")["activationRules"]
    assert rules["maximumDuration"] == "PT8H"
    assert rules["requireMultifactorAuthentication"] is rules["requireJustification"] is True
    assert made.one("PrivilegedAccessGroupEligibilitySchedule")["assignmentType"] == "member"
    assert made.one("DirectoryRoleEligibilityScheduleRequest")["directoryScopeId"] == "/"


def test_a_group_with_approvers_requires_their_approval(label):
    groups = {"operators": {**GROUP, "approvers": ["55555555-5555-4555-8555-555555555555"]}}
    made = plan(lambda: PrivilegedAccess("access", {"label": label, "groups": groups, "eligible_days": 100}))
    policy = made.one("GroupRoleManagementPolicy")
    assert policy["activationRules"]["requireApproval"] is True
    assert policy["activationRules"]["approvalStage"]["primaryApprovers"][0]["type"] == "singleUser"
    assert policy["eligibleAssignmentRules"]["expireAfter"] == "P180D"


def test_every_mistake_in_privileged_access_is_reported_at_once(label):
    groups = {"engineers": {**GROUP, "longest_hours": 48}}
    with pytest.raises(ValueError, match="PrivilegedAccess 'access'") as messages:
        plan(lambda: PrivilegedAccess("access", {"label": label, "groups": groups, "eligible_days": 400}))
    assert "eligible_days is 400; allowed are 1 to 365" in str(messages.value)
    assert "groups.engineers.longest_hours is 48; allowed are 1 to 24" in str(messages.value)


def conditional(label, **more):
    args = {"label": label, "excluded_group_ids": [EXCLUDED], **more}
    plan_ = rehearse(lambda: ConditionalAccess("access", args))
    return of(plan_, "ConditionalAccessPolicy")


def test_policies_begin_in_report_only_and_apply_to_everybody_but_the_break_glass_group(label):
    policies = conditional(label)
    assert len(policies) == 9
    assert {each["state"] for each in policies.values()} == {"enabledForReportingButNotEnforced"}
    assert all(each["conditions"]["users"]["excludedGroups"] == [EXCLUDED] for each in policies.values())


def test_legacy_protocols_are_blocked_and_administrators_need_multifactor_authentication(label):
    policies = conditional(label, states={"no-legacy-authentication": "enabled"})
    legacy = policies["access-no-legacy-authentication"]
    assert legacy["state"] == "enabled"
    assert legacy["conditions"]["clientAppTypes"] == ["exchangeActiveSync", "other"]
    assert legacy["grantControls"]["builtInControls"] == ["block"]
    strong = policies["access-administrators-phishing-resistant"]
    assert "62e90394-69f5-4237-9190-012177145e10" in strong["conditions"]["users"]["includedRoles"]
    assert "authenticationStrengthPolicyId" in strong["grantControls"]
    assert policies["access-everybody-multifactor"]["grantControls"]["builtInControls"] == ["mfa"]


def test_sign_ins_from_abroad_are_blocked(label):
    plan_ = rehearse(
        lambda: ConditionalAccess("access", {"label": label, "excluded_group_ids": [EXCLUDED], "countries": ["GB"]})
    )
    assert of(plan_, "NamedLocation")["access-home"]["country"]["countriesAndRegions"] == ["GB"]
    abroad = of(plan_, "ConditionalAccessPolicy")["access-not-from-abroad"]
    assert abroad["conditions"]["locations"]["includedLocations"] == ["All"]
    assert abroad["grantControls"]["builtInControls"] == ["block"]


def test_every_mistake_in_conditional_access_is_reported_at_once(label):
    args = {"excluded_group_ids": [], "state": "on", "states": {"no-legacy": "enabled"}, "without": ["risky-sign-in"]}
    with pytest.raises(ValueError, match="ConditionalAccess 'access'") as messages:
        plan(lambda: ConditionalAccess("access", {"label": label, **args}))
    for part in (
        "excluded_group_ids is empty; name the group of the break-glass accounts",
        "state is 'on'; allowed are enabledForReportingButNotEnforced, enabled, disabled",
        "states: no-legacy is not a policy",
        "without: risky-sign-in is not a policy; did you mean risky-sign-ins?",
    ):
        assert part in str(messages.value)


def test_using_a_break_glass_account_raises_an_alert(label):
    accounts = {"first": "66666666-6666-4666-8666-666666666666", "second": "77777777-7777-4777-8777-777777777777"}
    made = plan(lambda: BreakGlass("glass", {"label": label, **GLASS, "account_ids": accounts}))
    alarm = made.one("monitor:ScheduledQueryRule")
    assert all(person in alarm["criteria"]["allOf"][0]["query"] for person in accounts.values())
    assert (alarm["severity"], alarm["evaluationFrequency"], alarm["criteria"]["allOf"][0]["threshold"]) == (
        0,
        "PT5M",
        0,
    )
    assert alarm["actions"]["actionGroups"] == ["/id/ag"]
    assert {each["memberObjectId"] for each in made.of("GroupMember")} == set(accounts.values())
    assert [each.name for each in made.resources if each.protect] == ["glass-group"]


def test_the_password_of_a_new_account_is_a_secret(label):
    new = {
        short: {"user_principal_name": f"{short}@wmp.example", "password": "hidden-in-a-safe"}
        for short in ("one", "two")
    }
    made = plan(lambda: BreakGlass("glass", {"label": label, **GLASS, "accounts": new}))
    users = [each for each in made.resources if each.type.endswith(":User")]
    assert len(users) == 2
    assert all(isinstance(each.inputs["password"], Secret) for each in users)


def test_one_account_is_not_enough(label):
    with pytest.raises(ValueError, match="1 accounts in accounts and account_ids; at least 2 are needed"):
        plan(lambda: BreakGlass("glass", {"label": label, **GLASS, "account_ids": {"first": EXCLUDED}}))
