"""An exemption excuses a failure while it applies, and nothing else, ever."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.policies import Judgement, Severity, Verdict, rules
from bluelamp.policies.exemptions import LONGEST, Status, status_of
from bluelamp.policies.exemptions import exempted as exempted_by
from tests.exempting import APPROVERS, OWNER, exemption
from tests.thorough import tries

TODAY = date(2026, 3, 10)
RULES = {rule.id: rule for rule in rules()}
RULE = RULES["BL-STO-005"]  # of high severity
URN = "urn:pulumi:essex::bluelamp::bluelamp:index:Records$azure-native:storage:StorageAccount::records-partner-drop"
SCOPE = "urn:pulumi:essex::bluelamp::*StorageAccount::records-partner-*"


def excused(judgements, exemptions, known, today):
    return exempted_by(judgements, exemptions, known, today, APPROVERS)


def judged(verdict=Verdict.FAIL, rule=RULE.id, urn=URN):
    return Judgement(rule, urn, verdict, "publicNetworkAccess", "Enabled", "Disabled", "found Enabled")


def test_a_failure_in_its_scope_is_exempt_and_names_it():
    (judgement,), (use,) = excused([judged()], [exemption()], RULES, TODAY)
    assert (judgement.verdict, judgement.exemption) == (Verdict.EXEMPT, "EX-ESX-1")
    assert (judgement.observed, judgement.expected, judgement.message) == ("Enabled", "Disabled", "found Enabled")
    assert (use.status, use.matched, use.why) == (Status.HOLDS, 1, "")


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.FAIL])
def test_only_a_failure_is_exempted(verdict):
    (judgement,), (use,) = excused([judged(verdict)], [exemption()], RULES, TODAY)
    assert judgement == judged(verdict)
    assert use.status is Status.MATCHES_NOTHING


@pytest.mark.parametrize(
    "other",
    [
        judged(rule="BL-STO-003"),
        judged(urn=URN.replace("partner", "public")),
        judged(urn=URN.replace("essex", "kent")),
        judged(urn=f"x{URN}"),
    ],
)
def test_another_rule_or_resource_is_not_excused(other):
    (judgement,), (use,) = excused([other], [exemption()], RULES, TODAY)
    assert judgement == other
    assert (use.status, use.matched) == (Status.MATCHES_NOTHING, 0)
    assert "nothing in its scope breaks BL-STO-005" in use.why


LAPSED = [
    ({"expiry": TODAY - timedelta(days=1)}, Status.EXPIRED, "it expired on 2026-03-09"),
    ({"start": TODAY + timedelta(days=1)}, Status.NOT_STARTED, "it starts on 2026-03-11"),
    ({"approver": "nobody-known"}, Status.NOT_APPROVED, "nobody-known is not in stacks/approvers.yaml"),
    (
        {"requester": {**OWNER, "email": "SIRO@Essex.police.example"}},
        Status.SELF_APPROVED,
        "siro approved what Head of",
    ),
    ({"owner": {**OWNER, "email": "risk.owner+x@essex.police.example"}}, Status.SELF_APPROVED, "owns"),
    ({"expiry": date(2026, 5, 5)}, Status.TOO_LONG, "it lasts 93 days, at most 92 from a rule of high severity"),
    ({"scope": "*"}, Status.TOO_BROAD, "its scope must name a type and begin a name"),
    ({"scope": "urn:pulumi:essex::*"}, Status.TOO_BROAD, "its scope"),
    ({"scope": "urn:pulumi:essex::bluelamp::*::records-partner-drop"}, Status.TOO_BROAD, "its scope"),
    ({"scope": "urn:pulumi:essex::bluelamp::*StorageAccount::*"}, Status.TOO_BROAD, "its scope"),
    ({"scope": "urn:pulumi:essex::bluelamp::*StorageAccount::r*"}, Status.TOO_BROAD, "its scope"),
    ({"scope": "urn:pulumi:*::bluelamp::*StorageAccount::records-*"}, Status.TOO_BROAD, "its scope"),
]


@pytest.mark.parametrize(("changed", "status", "why"), LAPSED)
def test_an_exemption_that_does_not_apply_changes_nothing_and_has_a_reason(changed, status, why):
    (judgement,), (use,) = excused([judged()], [exemption(**changed)], RULES, TODAY)
    assert (judgement.verdict, judgement.exemption) == (Verdict.FAIL, "")
    assert use.status is status
    assert why in use.why
    assert use.matched == 1
    assert judgement.message == f"found Enabled; exemption EX-ESX-1 does not hold: {use.why}"


@pytest.mark.parametrize("day", [date(2026, 2, 1), date(2026, 4, 1)])
def test_it_applies_on_its_first_and_on_its_last_day(day):
    assert status_of(exemption(), RULE, day, APPROVERS)[0] is Status.HOLDS


@pytest.mark.parametrize("severity", Severity)
def test_the_more_severe_the_rule_the_shorter_it_may_last(severity):
    rule = next(rule for rule in rules() if rule.severity is severity)
    start = date(2026, 1, 1)
    longest = exemption(rule=rule.id, start=start, expiry=start + LONGEST[severity], last_review=start)
    longer = exemption(
        rule=rule.id, start=start, expiry=start + LONGEST[severity] + timedelta(days=1), last_review=start
    )
    assert status_of(longest, rule, start, APPROVERS)[0] is Status.HOLDS
    assert status_of(longer, rule, start, APPROVERS)[0] is Status.TOO_LONG
    assert sorted(LONGEST.values()) == [LONGEST[each] for each in Severity]


def test_an_expired_exemption_does_not_block_one_that_applies():
    old = exemption(id="EX-OLD", start=date(2025, 9, 1), expiry=date(2025, 10, 31))
    (judgement,), uses = excused([judged()], [old, exemption()], RULES, TODAY)
    assert judgement.exemption == "EX-ESX-1"
    assert [use.status for use in uses] == [Status.EXPIRED, Status.HOLDS]


def test_exemptions_from_rules_that_were_not_judged_are_left_out():
    assert excused([judged()], [exemption(rule="BL-KV-001")], {RULE.id: RULE}, TODAY) == ([judged()], ())


@settings(max_examples=tries(500), deadline=None, database=None, derandomize=True)
@given(
    day=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    start=st.dates(date(2025, 6, 1), date(2026, 12, 31)),
    days=st.integers(0, 200),
    requester=st.sampled_from([None, "platform.engineer@essex.police.example", "si.ro@essex.police.example"]),
    review=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    scope=st.sampled_from([SCOPE, "*", URN, URN.replace("essex", "kent")]),
)
def test_nothing_is_exempt_outside_its_dates_and_scope_or_by_its_requester(day, start, days, requester, review, scope):
    asking = requester and {"role": "Engineer", "email": requester}
    one = exemption(start=start, expiry=start + timedelta(days=days), requester=asking, last_review=review, scope=scope)
    (judgement,), (use,) = excused([judged()], [one], RULES, day)
    good = (
        one.start <= day <= one.expiry
        and days <= 92
        and not str(requester).startswith("si.ro")
        and scope in {SCOPE, URN}
    )
    good = good and timedelta() <= day - review <= timedelta(days=92)
    assert (judgement.verdict is Verdict.EXEMPT) is good
    assert (use.status is Status.HOLDS) is good
