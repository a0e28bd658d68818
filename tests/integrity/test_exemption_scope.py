"""How much, how long and on which days an exemption applies: the same for the command and for the policy pack."""

import os
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2 as proto
from pydantic import ValidationError

from bluelamp.core.dates import london_day, today
from bluelamp.policies import UNKNOWN, Judgement, Resource, Severity, Verdict, rules
from bluelamp.policies.exemptions import LONGEST, MOST_RESOURCES, Extent, Status, exempted
from bluelamp.policies.governance import Governance
from bluelamp.policies.pack.analyzer import Analyzer
from bluelamp.policies.scope import scope
from bluelamp.policies.settings import Exemption, Register
from bluelamp.rehearsal import values
from bluelamp.reports import Source, assess
from tests.exempting import APPROVERS, exemption
from tests.thorough import tries

SETTINGS: dict[str, Any] = {"deadline": None, "database": None, "derandomize": True}
TODAY = date(2026, 3, 10)
RULES = {rule.id: rule for rule in rules()}
RULE = RULES["BL-STO-005"]
LONG = LONGEST[Severity.HIGH].days
ACCOUNT = "azure-native:storage:StorageAccount"
URN = f"urn:pulumi:essex::bluelamp::{ACCOUNT}::records-partner-drop"


def urn(name: str, type_: str = ACCOUNT) -> str:
    return f"urn:pulumi:essex::bluelamp::{type_}::{name}"


def failures(names: Iterable[str]) -> list[Judgement]:
    return [Judgement(RULE.id, urn(name), Verdict.FAIL, message="found Enabled") for name in names]


def excuse(judgements: list[Judgement], *given_: Exemption, day: date = TODAY, measured: Extent | None = None) -> Any:
    return exempted(judgements, given_, RULES, day, APPROVERS, measured)


# Duration: the failure counts, not the entry.


@st.composite
def renewals(draw: st.DrawFn) -> list[Exemption]:
    """Exemptions of one failure: chains, gaps, overlaps, other ids and scopes."""
    day = date(2026, 1, 1)
    made = []
    for number in range(draw(st.integers(1, 6))):
        day += timedelta(days=draw(st.sampled_from([0, 0, 1, 2, 30, 60, 91, 92, 93, 94, 120, 200])))
        lasts = draw(st.sampled_from([0, 1, 30, 45, 46, 47, 91, 92]))
        made.append(
            exemption(
                id=f"EX-{number}",
                scope=draw(
                    st.sampled_from([URN, urn("records-partner-*"), urn("records-*-drop"), urn("rec*drop", "*Account")])
                ),
                approver=draw(st.sampled_from(["siro", "risk.owner@essex.police.example"])),
                start=day,
                expiry=day + timedelta(days=lasts),
                last_review=day,
            )
        )
        if draw(st.booleans()):
            day += timedelta(days=lasts)
    return draw(st.permutations(made))


@settings(**SETTINGS, max_examples=tries(1000))
@given(given_=renewals())
def test_no_failure_is_exempt_for_longer_than_its_severity_allows(given_: list[Exemption]) -> None:
    edges = {day + timedelta(days=by) for each in given_ for day in (each.start, each.expiry) for by in (-1, 0, 1)}
    exempt = []
    for day in sorted(edges):
        (judgement,), uses = excuse(failures(["records-partner-drop"]), *given_, day=day)
        if judgement.verdict is Verdict.EXEMPT:
            exempt.append(day)
        assert len(uses) == len(given_)
    first = last = None
    for day in exempt:
        if last is None or (day - last).days > LONG:
            first = day
        last = day
        assert first is not None
        assert (day - first).days <= LONG, f"{first} to {day}: {[(each.start, each.expiry) for each in given_]}"


@settings(**SETTINGS, max_examples=tries(300))
@given(
    severity=st.sampled_from(list(Severity)),
    gap=st.integers(0, 400),
    lasts=st.integers(0, 31),
    other_id=st.sampled_from(["EX-2", "A-1", "Z-9"]),
)
def test_a_failure_may_be_exempt_again_after_as_long_without(
    severity: Severity, gap: int, lasts: int, other_id: str
) -> None:
    rule = next(each for each in rules() if each.severity is severity)
    longest = LONGEST[severity]
    start = date(2026, 1, 1)
    first = exemption(rule=rule.id, start=start, expiry=start + longest, last_review=start)
    again = first.expiry + timedelta(days=gap + 1)
    second = exemption(
        rule=rule.id, id=other_id, start=again, expiry=again + timedelta(days=lasts), last_review=again, scope=URN
    )
    failure = Judgement(rule.id, URN, Verdict.FAIL)
    (judgement,), uses = exempted([failure], [second, first], RULES, again, APPROVERS)
    free = gap >= longest.days
    assert (judgement.verdict is Verdict.EXEMPT) is free
    assert uses[0].status is (Status.HOLDS if free else Status.TOO_LONG), uses[0].why
    assert free or "with EX-ESX-1 from 2026-01-01 it lasts" in uses[0].why


def test_the_boundaries_of_a_renewal() -> None:
    old = exemption(id="EX-OLD", start=date(2026, 1, 1), expiry=date(2026, 2, 1), last_review=date(2026, 1, 1))
    for expiry, status in ((date(2026, 4, 3), Status.HOLDS), (date(2026, 4, 4), Status.TOO_LONG)):
        new = exemption(start=date(2026, 2, 2), expiry=expiry)
        _, uses = excuse(failures(["records-partner-drop"]), old, new)
        assert [use.status for use in uses] == [Status.EXPIRED, status]
    assert (date(2026, 4, 3) - date(2026, 1, 1)).days == LONG


def test_a_renewal_with_a_wider_scope_or_later_start_is_too_long_for_everything_it_covers() -> None:
    names = ["records-partner-drop", "records-partner-other"]
    old = exemption(id="EX-OLD", scope=URN, start=date(2025, 12, 1), expiry=date(2026, 3, 1))
    wider = exemption(id="EX-NEW", scope=urn("records-partner-*"), start=date(2026, 3, 2))
    judged, uses = excuse(failures(names), old, wider)
    assert [use.status for use in uses] == [Status.EXPIRED, Status.TOO_LONG]
    assert all(each.verdict is Verdict.FAIL for each in judged)
    later = exemption(id="EX-LATER", scope=URN, start=date(2026, 3, 20), expiry=date(2026, 6, 1))
    _, uses = excuse(failures(names[:1]), exemption(start=date(2026, 2, 1)), later)
    assert [use.status for use in uses] == [Status.HOLDS, Status.TOO_LONG]


# Breadth: how many of the judged resources a scope covers.


@settings(**SETTINGS, max_examples=tries(600))
@given(
    covered=st.integers(0, 40), others=st.integers(0, 60), of_other_types=st.integers(0, 60), split=st.integers(1, 4)
)
def test_a_pattern_may_cover_a_few_resources_or_a_small_part_of_them(
    covered: int, others: int, of_other_types: int, split: int
) -> None:
    names = [f"records-partner-{number % split}-{number}" for number in range(covered)]
    rest = [f"other-{number}" for number in range(others)]
    elsewhere = {urn(f"vault-{number}", "azure-native:keyvault:Vault") for number in range(of_other_types)}
    concerned = {urn(name) for name in (*names, *rest)}
    patterns = [exemption(id=f"EX-{each}", scope=urn(f"records-partner-{each}-*")) for each in range(split)]
    judged, uses = excuse(
        failures(names), *patterns, measured=Extent(frozenset(concerned | elsewhere), {RULE.id: frozenset(concerned)})
    )
    exempt = sum(each.verdict is Verdict.EXEMPT for each in judged)
    assert exempt <= MOST_RESOURCES
    assert exempt <= 3 or exempt * 4 <= len(concerned)
    if 0 < covered <= 3 or (covered <= MOST_RESOURCES and covered * 4 <= len(concerned)):
        assert exempt == covered
    assert all(use.status in {Status.HOLDS, Status.TOO_BROAD, Status.MATCHES_NOTHING} for use in uses)


def test_a_pattern_over_much_of_a_plan_is_too_broad_even_for_one_failure() -> None:
    resources = [
        Resource(urn(f"records-{number}"), ACCOUNT, f"records-{number}", {"publicNetworkAccess": "Disabled"})
        for number in range(289)
    ]
    resources.append(Resource(urn("records-open"), ACCOUNT, "records-open", {"publicNetworkAccess": "Enabled"}))
    resources += [
        Resource(urn(f"kv-{number}", "azure-native:keyvault:Vault"), "azure-native:keyvault:Vault", f"kv-{number}", {})
        for number in range(368)
    ]
    broad = Governance((RULE, RULES["BL-KV-001"]), (exemption(scope=urn("records-*")),), approvers=APPROVERS)
    judgements, (use,) = broad.judge(resources, TODAY)
    assert (use.status, use.why) == (
        Status.TOO_BROAD,
        "its scope covers 290 of 658 resources, at most 10 are allowed",
    )
    assert Verdict.EXEMPT not in {each.verdict for each in judgements}
    exact = Governance((RULE,), (exemption(scope=urn("records-open")),), approvers=APPROVERS)
    assert exact.judge(resources, TODAY)[1][0].status is Status.HOLDS


PART = st.text("abx-", max_size=6)


@settings(**SETTINGS, max_examples=tries(1500))
@given(
    stars=st.lists(st.sampled_from(["*", "a", "b", "x", "-", "::"]), max_size=12),
    name=st.lists(st.sampled_from(["a", "b", "x", "-", "::", "\n", "A"]), max_size=12),
    type_=PART,
    project=PART,
)
def test_a_star_stays_inside_its_segment(stars: list[str], name: list[str], type_: str, project: str) -> None:
    wanted = "urn:pulumi:essex::bluelamp::t:A::" + "".join(stars)
    found = f"urn:pulumi:essex::bluelamp::t:A::{''.join(name)}"
    from fnmatch import fnmatchcase

    expected = fnmatchcase("".join(name), "".join(stars))
    assert scope(wanted).matches(found) is expected
    for other in (
        f"urn:pulumi:essex::{project}x::t:A::{''.join(name)}",
        f"urn:pulumi:essex::bluelamp::t:A{type_}x::{''.join(name)}",
        f"urn:pulumi:essex::bluelamp::x::t:A::{''.join(name)}",
        found.replace("t:A", "T:A"),
        found.replace("essex", "Essex"),
        "urn:pulumi:essex::bluelamp::t:A",
    ):
        assert not scope(wanted).matches(other)


def test_a_scope_of_many_stars_is_matched_in_linear_time() -> None:
    many = scope(urn("rec" + "*a" * 400 + "*b"))
    assert not many.matches(urn("rec" + "a" * 5000))
    assert many.matches(urn("rec" + "a" * 5000 + "b"))


OPEN = [
    "*", "urn:*", "urn:pulumi:essex::*", "urn:pulumi:*::bluelamp::*Account::records-*", "urn:pulumi:essex::*::*Account::rec*",
    urn("*"), urn("r*"), urn("*records"), urn("records-*", "*"), urn("records-*", "azure-native:storage:*"), urn("records-*", "*t"),
    urn("records-*", "*:"), urn("records-*", "azure-native:*"), urn("records-*", "*$"), urn("re*", "*"), urn("records-*", "bluelamp:index:*$*"),
]  # fmt: skip


@pytest.mark.parametrize("text", OPEN)
def test_a_scope_without_a_type_or_a_start_of_a_name_never_applies(text: str) -> None:
    (judgement,), (use,) = excuse(failures(["records-partner-drop"]), exemption(scope=text))
    assert (judgement.verdict, use.status) == (Verdict.FAIL, Status.TOO_BROAD)


# Days.


@settings(**SETTINGS, max_examples=tries(1500))
@given(moment=st.datetimes(datetime(2002, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)))
def test_the_date_is_that_of_london(moment: datetime) -> None:
    from zoneinfo import ZoneInfo

    assert london_day(moment) == moment.astimezone(ZoneInfo("Europe/London")).date()
    elsewhere = moment.astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert london_day(elsewhere) == london_day(moment)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-03-28T23:59:59", 28), ("2026-03-29T00:59:59", 29), ("2026-03-29T23:00:00", 30), ("2026-07-31T22:59:59", 31),
        ("2026-07-31T23:00:00", 1), ("2026-10-24T23:00:00", 25), ("2026-10-25T23:00:00", 25), ("2026-12-31T23:59:59", 31),
    ],
)  # fmt: skip
def test_summer_time_moves_midnight(moment: str, day: int) -> None:
    assert london_day(datetime.fromisoformat(moment).replace(tzinfo=UTC)).day == day
    with pytest.raises(ValueError, match="time zone"):
        london_day(datetime.fromisoformat(moment))


ZONES = [
    "UTC",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
    "America/New_York",
    "XYZ-14",
    "XYZ+12",
    ":/etc/localtime",
    "nonsense",
]


@pytest.mark.parametrize("zone", ZONES)
def test_the_date_is_that_of_london_in_every_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        before, now, after = london_day(datetime.now(UTC)), today(), london_day(datetime.now(UTC))
        assert before <= now <= after
        one = exemption(scope=URN, start=before, expiry=after, last_review=before)
        verdict_levels = packs(
            Governance((RULE,), (one,), approvers=APPROVERS), [account("records-partner-drop", "Enabled")], None
        )
        assert verdict_levels == {(URN, RULE.id): proto.ADVISORY}
        account_ = [account("records-partner-drop", "Enabled")]
        governed = Governance((RULE,), (one,), approvers=APPROVERS)
        report = assess("essex", account_, Source.PLAN, root=os.curdir, governance=governed, evidence=False)  # type: ignore[arg-type]
        assert [each.status for each in report.exemptions] == [Status.HOLDS]
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("hour", "status"), [(22, Status.HOLDS), (23, Status.EXPIRED)])
def test_a_report_uses_the_date_in_london(hour: int, status: Status) -> None:
    one = exemption(scope=URN, expiry=date(2026, 4, 1))
    report = assess(
        "essex",
        [account("records-partner-drop", "Enabled")],
        Source.PLAN,
        root=os.curdir,  # type: ignore[arg-type]
        started=datetime(2026, 4, 1, hour, 30, tzinfo=UTC),
        governance=Governance((RULE,), (one,), approvers=APPROVERS),
        evidence=False,
    )
    assert [each.status for each in report.exemptions] == [status]


@pytest.mark.parametrize(
    ("review", "day", "status"),
    [
        (TODAY, TODAY, Status.HOLDS), (TODAY + timedelta(days=1), TODAY, Status.NOT_REVIEWED),
        (TODAY - timedelta(days=92), TODAY, Status.HOLDS), (TODAY - timedelta(days=93), TODAY, Status.NOT_REVIEWED),
        (date(2026, 2, 1), date(2026, 1, 31), Status.NOT_REVIEWED), (date(2026, 1, 31), date(2026, 1, 31), Status.NOT_STARTED),
    ],
)  # fmt: skip
def test_the_last_review_is_recent_and_in_the_past(review: date, day: date, status: Status) -> None:
    _, (use,) = excuse(failures(["records-partner-drop"]), exemption(last_review=review), day=day)
    assert use.status is status


DAYS = st.one_of(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(date.isoformat),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(datetime.isoformat),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda day: f"{day}T00:00:00"),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda day: f"{day} 00:00:00Z"),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda day: f"{day}\n"),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda day: day.strftime("%Y%m%d")),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda day: day.strftime("%G-W%V-%u")),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(lambda day: day.strftime("%d/%m/%Y")),
    st.integers(0, 2_000_000_000).map(str),
    st.sampled_from(
        ["2026-02-30", "2026-2-1", "２０２６-02-01", "9999-99-99", "", "today", "0000-01-01", "-2026-01-01"]
    ),
    st.integers(0, 2_000_000_000),
    st.floats(0, 2e9),
    st.none(),
    st.booleans(),
    st.lists(st.just("2026-02-01"), max_size=1),
)


@settings(**SETTINGS, max_examples=tries(1000))
@given(value=DAYS, field=st.sampled_from(["start", "expiry", "lastReview"]))
def test_a_date_is_a_date_without_a_time(value: Any, field: str) -> None:
    import json
    import re

    content = json.loads(exemption().model_dump_json(by_alias=True)) | {field: value}
    text = json.dumps({"exemptions": [content]})
    good = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) and value[:4] < "2031"
    try:
        (read,) = Register.model_validate_json(text, strict=True, by_alias=True, by_name=False).exemptions
    except ValidationError:
        assert not good or value in {"2026-02-30", "0000-01-01"}
    else:
        assert good
        assert json.loads(read.model_dump_json(by_alias=True))[field] == value


def test_a_time_is_not_a_date() -> None:
    with pytest.raises(ValidationError, match="it has a time"):
        exemption(expiry=datetime(2026, 4, 1, 12, tzinfo=UTC))


# The command and the pack give the same verdicts.


def account(name: str, access: Any) -> Resource:
    return Resource(urn(name), ACCOUNT, name, {"publicNetworkAccess": access})


class Context:
    """A call of the engine's."""

    def abort(self, code: Any, details: str) -> None:
        raise RuntimeError(code, details)


def packs(governance: Governance, resources: list[Resource], day: date | None) -> dict[tuple[str, str], int]:
    """The level at which the pack reports each rule on each resource; it reports nothing twice."""
    options: dict[str, Any] = {} if day is None else {"today": lambda: day}
    analyzer = Analyzer(governance.rules, "1", governance_of=lambda _, __: governance, **options)
    analyzer.ConfigureStack(proto.AnalyzerStackConfigureRequest(stack="essex"), Context())
    found: list[Any] = []
    sent = []
    for each in resources:
        properties = {key: values.UNKNOWN if value is UNKNOWN else value for key, value in each.properties.items()}
        request = {"type": each.type, "urn": each.urn, "properties": values.encode(properties)}
        found += analyzer.Analyze(proto.AnalyzeRequest(**request), Context()).diagnostics
        sent.append(proto.AnalyzerResource(**request))
    sent.append(
        proto.AnalyzerResource(type="pulumi:pulumi:Stack", urn="urn:pulumi:essex::bluelamp::pulumi:pulumi:Stack::e")
    )
    found += analyzer.AnalyzeStack(proto.AnalyzeStackRequest(resources=sent), Context()).diagnostics
    levels = {(each.urn, each.policyName): each.enforcementLevel for each in found}
    assert len(levels) == len(found), "it says something twice"
    return levels


NAMES = [
    f"{first}-{second}-{number}" for first in ("records", "archive") for second in ("a", "b") for number in range(4)
]
SCOPES = [
    *(urn(name) for name in NAMES[:6]), urn("records-*"), urn("records-a-*"), urn("records-b-*"), urn("archive-*", "*Account"),
    urn("records-a-0*"), urn("records-*-1"), urn("arch*-1", "azure-native:storage:StorageAccount"), urn("rec*"), urn("*"), urn("none-*"),
]  # fmt: skip


@settings(**SETTINGS, max_examples=tries(1000))
@given(
    accesses=st.lists(st.sampled_from(["Enabled", "Disabled", UNKNOWN, 7]), min_size=1, max_size=len(NAMES)),
    entries=st.lists(
        st.tuples(
            st.sampled_from(SCOPES),
            st.sampled_from([-150, -100, -92, -60, -30, 0, 1]),
            st.sampled_from([0, 20, 60, 92, 93]),
            st.sampled_from(["siro", "nobody-known"]),
            st.sampled_from(["BL-STO-005", "BL-STO-003"]),
        ),
        max_size=5,
    ),
)
def test_the_pack_exempts_what_the_command_exempts(accesses: list[Any], entries: list[tuple[Any, ...]]) -> None:
    resources = [account(name, access) for name, access in zip(NAMES, accesses, strict=False)]
    made = tuple(
        exemption(
            id=f"EX-{number}",
            rule=rule,
            scope=text,
            approver=approver,
            start=TODAY + timedelta(days=start),
            expiry=TODAY + timedelta(days=start + lasts),
            last_review=TODAY,
        )
        for number, (text, start, lasts, approver, rule) in enumerate(entries)
    )
    used = (RULE, RULES["BL-STO-003"])
    governance = Governance(used, made, approvers=APPROVERS)
    judgements, _ = governance.judge(resources, TODAY)
    expected = {
        (each.urn, each.rule): proto.MANDATORY if each.verdict in {Verdict.FAIL, Verdict.ERROR} else proto.ADVISORY
        for each in judgements
        if each.verdict in {Verdict.FAIL, Verdict.ERROR, Verdict.UNKNOWN, Verdict.EXEMPT}
    }
    assert packs(governance, resources, TODAY) == expected


@settings(**SETTINGS, max_examples=tries(200))
@given(verdict=st.sampled_from([each for each in Verdict if each is not Verdict.FAIL]), text=st.sampled_from(SCOPES))
def test_only_a_failure_is_exempted(verdict: Verdict, text: str) -> None:
    judgements = [Judgement(RULE.id, urn(name), verdict) for name in NAMES]
    judged, _ = excuse(judgements, exemption(scope=text))
    assert [each.verdict for each in judged] == [verdict] * len(NAMES)


def test_a_selection_changes_neither_which_exemptions_apply_nor_their_coverage() -> None:
    names = [f"records-partner-{number}" for number in range(5)]
    resources = [account(name, "Enabled") for name in names] + [
        account(f"other-{number}", "Disabled") for number in range(9)
    ]
    whole = Governance(tuple(rules()), (exemption(), exemption(id="EX-2", rule="BL-KV-001")), approvers=APPROVERS)
    from dataclasses import replace

    narrow = replace(whole, rules=(RULE,), all_rules=whole.rules)
    (first, _), (only,) = whole.judge(resources, TODAY)[1], narrow.judge(resources, TODAY)[1]
    assert first == only
    assert first.status is Status.TOO_BROAD
    assert "5 of 14" in first.why
