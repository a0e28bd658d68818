"""A tighter baseline never passes what a looser one fails: every parameter of every rule is tried."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bluelamp.policies import UNKNOWN, Enforcement, Verdict, judge, rules
from bluelamp.policies.baseline import tightened
from bluelamp.policies.settings import Layer
from bluelamp.policies.tighter import Tighter
from tests.conftest import ROOT, bluelamp
from tests.thorough import tries

PARAMETERS = [pytest.param(rule, name, id=f"{rule.id}-{name}") for rule in rules() for name in rule.parameters]
TRIED = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
SETTLED = {Verdict.PASS, Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize(("rule", "name"), PARAMETERS)
def test_a_parameter_states_which_way_is_tighter(rule, name):
    assert name in rule.tighter, f"{rule.module}: annotate {name} with what policies/tighter.py has"


def leaves(value):
    """Every leaf in `value`, at any depth."""
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def around(was):
    """Numbers on both sides of those in a parameter, and values like its own."""
    numbers = [each for each in leaves(was) if isinstance(each, int | float)]
    return [number + step for number in numbers for step in (-1, 0, 1)] + leaves(was)


def changed(value, draw, pool):
    """`value` with some of its items replaced by something from `pool`, or removed."""
    if isinstance(value, dict):
        kept = {key: changed(item, draw, pool) for key, item in value.items()}
        gone = draw(st.sets(st.sampled_from(sorted(kept)), max_size=1)) if kept else ()
        return {key: item for key, item in kept.items() if key not in gone}
    if isinstance(value, list):
        return [changed(item, draw, pool) for item in value]
    return draw(st.sampled_from(pool)) if draw(st.integers(0, 3)) == 0 else value


def moved(draw, was, way):
    """A looser and a tighter value for a parameter with the value `was`: neither, one or both may be `was` itself."""
    if way is Tighter.FIXED:
        return was, was
    if way is Tighter.EACH_HIGHER:
        low = tuple(each + draw(st.integers(-3, 3)) for each in was)
        return low, tuple(each + draw(st.integers(0, 3)) for each in low)
    if not isinstance(was, tuple):
        low, high = sorted(was + draw(st.integers(-3, 3)) * max(1, abs(was) / 3) for _ in range(2))
        return (low, high) if way is Tighter.HIGHER else (high, low)
    others = (
        tuple({each + 1 for each in was}) if was and isinstance(was[0], int) else ("uksouth-2", "*", "Another", "x/y")
    )
    some = draw(st.lists(st.sampled_from([*was, *others]), unique=True, max_size=len(was) + 2))
    fewer = draw(st.lists(st.sampled_from(some), unique=True)) if some else []
    if way is Tighter.CHOSEN and not fewer:
        return (), tuple(some)
    loose, tight = (fewer, some) if way is Tighter.MORE else (some, fewer)
    return tuple(loose), tuple(tight)


@pytest.mark.parametrize(("rule", "name"), PARAMETERS)
def test_tightening_a_parameter_never_passes_what_failed(rule, name):
    try_out(rule, name, rule.tighter[name])


@pytest.mark.parametrize("id_", ["BL-LOG-001", "BL-NET-001", "BL-STO-002", "BL-K8S-012"])
def test_a_parameter_with_the_wrong_direction_is_caught(id_):
    rule = next(rule for rule in rules() if rule.id == id_)
    name, way = next(iter(rule.tighter.items()))
    with pytest.raises(AssertionError):
        try_out(rule, name, _OPPOSITES[way], examples=1000)


_OPPOSITES = {
    Tighter.HIGHER: Tighter.LOWER,
    Tighter.LOWER: Tighter.HIGHER,
    Tighter.FEWER: Tighter.MORE,
    Tighter.MORE: Tighter.FEWER,
}


def try_out(rule, name, way, examples=50):
    """Raises AssertionError if a value that is tighter by `way` passes what a looser one fails."""
    values = [leaf for case in rule.cases for each in case.resources for leaf in leaves(each.properties)]
    plain = [each for each in values if isinstance(each, str | int | float | bool)]

    @settings(TRIED, max_examples=tries(examples))
    @given(st.data())
    def holds(data):
        draw = data.draw
        loose, tight = moved(draw, rule.parameters[name], way)
        assert way.holds(loose, tight)
        pool = [*plain, *around(loose), *around(tight), None, UNKNOWN]
        case = draw(st.sampled_from(rule.cases))
        resources = [replace(each, properties=changed(each.properties, draw, pool)) for each in case.resources]
        before = judge(resources, [rule.using(**{name: loose})])
        after = judge(resources, [rule.using(**{name: tight})])
        for was, now in zip(before, after, strict=True):
            if was.verdict is Verdict.FAIL:
                assert now.verdict not in SETTLED, (loose, tight, was, now)
            if was.verdict is Verdict.UNKNOWN:
                assert now.verdict is not Verdict.PASS, (loose, tight, was, now)

    holds()


@pytest.mark.parametrize(("rule", "name"), PARAMETERS)
def test_a_baseline_accepts_tighter_values_and_refuses_others(rule, name):
    was, way = rule.parameters[name], rule.tighter[name]

    @settings(TRIED, max_examples=25)
    @given(st.data())
    def holds(data):
        _, now = moved(data.draw, was, way)
        value = list(now) if isinstance(now, tuple) else now
        (made,), mistakes = tightened([rule], Layer(rules={rule.id: {"parameters": {name: value}}}))
        if way.holds(was, now):
            assert (made.parameters[name], mistakes) == (now, ())
        else:
            assert made.parameters[name] == was
            assert "would loosen" in str(mistakes[0])
            assert "write an exemption" in mistakes[0].next_step

    holds()


def test_a_list_may_be_emptied_and_then_nothing_passes():
    rule = next(rule for rule in rules() if rule.id == "BL-STO-002")
    (strictest,), mistakes = tightened([rule], Layer(rules={rule.id: {"parameters": {"among": []}}}))
    assert not mistakes
    verdicts = {each.verdict for case in rule.cases for each in judge(case.resources, [strictest])}
    assert verdicts == {Verdict.FAIL, Verdict.UNKNOWN}


ADVISORY = next(rule for rule in rules() if rule.enforcement is Enforcement.ADVISORY)
MANDATORY = next(rule for rule in rules() if rule.enforcement is Enforcement.MANDATORY)


@pytest.mark.parametrize(
    ("rule", "enforcement", "accepted"),
    [
        (ADVISORY, "mandatory", True),
        (ADVISORY, "advisory", True),
        (MANDATORY, "mandatory", True),
        (MANDATORY, "advisory", False),
    ],
)
def test_a_rule_may_become_mandatory_and_not_advisory(rule, enforcement, accepted):
    layer = Layer.model_validate_json(f'{{"rules": {{"{rule.id}": {{"enforcement": "{enforcement}"}}}}}}')
    (made,), mistakes = tightened([rule], layer)
    assert made.enforcement == (enforcement if accepted else rule.enforcement)
    assert bool(mistakes) is not accepted


def test_each_layer_tightens_the_one_before_it():
    rule = next(rule for rule in rules() if rule.id == "BL-LOG-001")
    (national,), _ = tightened([rule], Layer(rules={rule.id: {"parameters": {"minimum": 365}}}))
    (same,), mistakes = tightened([national], Layer(rules={rule.id: {"parameters": {"minimum": 180}}}))
    assert same.parameters["minimum"] == 365
    assert [str(each) for each in mistakes] == [
        "rules.BL-LOG-001.parameters.minimum: would loosen BL-LOG-001: it may only be raised (found 180); now 365; "
        "a baseline may only tighten; for a deviation of the force, write an exemption"
    ]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"minimum": "many"}, "is not a number"),
        ({"minimum": True}, "is not a number"),
        ({"minimum": [90]}, "is not a number"),
        ({"least": 400}, "BL-LOG-001 has no parameter least"),
        ({"minimun": 400}, "did you mean minimum?"),
    ],
)
def test_a_meaningless_setting_is_refused(setting, message):
    rule = next(rule for rule in rules() if rule.id == "BL-LOG-001")
    (made,), mistakes = tightened([rule], Layer(rules={rule.id: {"parameters": setting}}))
    assert made == rule
    assert message in str(mistakes[0])


def test_an_unknown_rule_is_reported_with_the_nearest():
    _, mistakes = tightened(rules(), Layer(rules={"BL-SPD-05": {}}))
    assert str(mistakes[0]) == "rules.BL-SPD-05: there is no rule BL-SPD-05; did you mean BL-SPD-005?"


def test_explain_shows_how_a_baseline_may_change_each_parameter():
    run = bluelamp(["explain", "BL-LOG-001"], ROOT)
    assert "declared in policies/azure/monitoring/log_settings.py" in run.stdout
    assert "minimum: 90 (it may only be raised)" in run.stdout
    output = json.loads(bluelamp(["explain", "BL-LOG-001", "--format", "json"], ROOT).stdout)["result"]
    assert output["parameters"] == {"minimum": {"value": 90, "tighter": "it may only be raised"}}
