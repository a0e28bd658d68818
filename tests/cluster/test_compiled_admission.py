"""The rules' own cases, asked of a real API server that holds the policies which the rules compile to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bluelamp.policies import Verdict, rules
from bluelamp.policies.compiled import admission, to_admission
from tests.cluster import estate
from tests.cluster.replaying import Replay

pytestmark = pytest.mark.cluster
COMPILED = [rule for rule in rules() if rule.id in to_admission(rules()).documents]


@pytest.fixture(scope="module")
def replay(crds: Path) -> Iterator[Replay]:
    replay = Replay(crds, COMPILED)
    yield replay
    replay.close()


@pytest.mark.parametrize("rule", COMPILED, ids=lambda rule: rule.id)
def test_the_server_says_of_every_case_what_the_rule_says(replay: Replay, rule) -> None:
    answers = [(case, replay.answer(rule, case)) for case in replay.cases(rule)]
    wrong = [
        f"case {case.name}: the server {'refuses' if said else 'takes'} it"
        for case, said in answers
        if isinstance(said, bool) and said != (case.verdict is Verdict.FAIL)
    ]
    assert not wrong
    for refused in (True, False):
        said = [said for case, said in answers if (case.verdict is Verdict.FAIL) == refused]
        # What a rule forbids the server may forbid by itself.
        assert refused in said or (said and all(isinstance(each, str) for each in said)), answers


def test_expressions_are_sound(replay: Replay) -> None:
    for rule in COMPILED:
        path = estate.path_of(replay.api, admission.policy(rule))
        status = estate.until(
            lambda path=path: replay.api.request("GET", path).get("status", {}), lambda found: "typeChecking" in found
        )
        assert status["typeChecking"] == {}, rule.id


def test_few_cases_are_left_out_and_each_for_a_reason(replay: Replay, request: pytest.FixtureRequest) -> None:
    given = [
        (f"{rule.id}, case {case.name}", replay.answer(rule, case)) for rule in COMPILED for case in replay.cases(rule)
    ]
    left_out = replay.left_out | {case: said for case, said in given if isinstance(said, str)}
    known = {case: why for case, why in left_out.items() if "not known yet" not in why}
    replayed = len(given) + len(replay.left_out) - len(left_out)
    told = [
        f"{replayed} cases replayed, {len(left_out) - len(known)} not, for they hold what is not known yet, and",
        *(f"  {case}: {why}" for case, why in known.items()),
    ]
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("", *told, sep="\n")  # noqa: T201 - how much was shown is part of the result
    assert replayed > 9 * len(known)
