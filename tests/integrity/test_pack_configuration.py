"""Whoever runs the engine configures the policy pack: that may tighten a rule, and never loosen one."""

import grpc
import pytest
from google.protobuf import empty_pb2
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2 as proto

from bluelamp.policies.discovery import rules
from bluelamp.policies.model import Enforcement
from bluelamp.policies.pack.analyzer import Analyzer
from tests.thorough import tries

RULES = {rule.id: rule for rule in rules()}
LEVELS = (proto.ADVISORY, proto.MANDATORY, proto.DISABLED, proto.REMEDIATE, 17)
MANDATORY = [rule.id for rule in RULES.values() if rule.enforcement is Enforcement.MANDATORY]
WITH_PARAMETERS = [rule.id for rule in RULES.values() if rule.parameters]
ANALYZER = Analyzer(RULES.values(), "1.0.0")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=True) | st.text(max_size=8) | st.integers(-1000, 1000),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=6,
)


class Refused(Exception):
    """Raised in place of gRPC's error when the pack aborts a call."""


class Context:
    """The context that gRPC gives to a call."""

    def abort(self, code, details):
        assert code is grpc.StatusCode.FAILED_PRECONDITION
        raise Refused(details)


GIVEN = {each.name: each.enforcementLevel for each in ANALYZER.GetAnalyzerInfo(empty_pb2.Empty(), Context()).policies}
"""The levels in the pack, which the engine repeats for every rule that is not configured."""


def configure(levels, parameters):
    """Configures the pack; returns its rules and its message, with None for the rules if it refuses."""
    request = proto.ConfigureAnalyzerRequest()
    for name, level in {**GIVEN, **levels}.items():
        request.policyConfig[name].enforcementLevel = level
    for name, each in parameters.items():
        request.policyConfig[name].properties.update(each)
    before = ANALYZER._governance.rules
    try:
        ANALYZER.Configure(request, Context())
    except Refused as refused:
        assert ANALYZER._governance.rules == before
        return None, str(refused)
    return {rule.id: rule for rule in ANALYZER._governance.rules}, ""


def at_least_as_strict(held):
    assert held.keys() == RULES.keys()
    for id_, rule in held.items():
        was = RULES[id_]
        assert rule.enforcement is Enforcement.MANDATORY or was.enforcement is Enforcement.ADVISORY
        assert rule.parameters.keys() == was.parameters.keys()
        for name, now in rule.parameters.items():
            assert now == was.parameters[name] or was.tighter[name].holds(was.parameters[name], now), (id_, name)


def test_repeating_the_packs_own_configuration_changes_nothing():
    parameters = {
        rule.id: {key: list(each) if isinstance(each, tuple) else each for key, each in rule.parameters.items()}
        for rule in RULES.values()
    }
    held, refused = configure({}, parameters)
    assert not refused
    assert held == RULES


@pytest.mark.parametrize("level", [proto.ADVISORY, proto.DISABLED, 17])
def test_no_mandatory_rule_is_made_advisory_or_disabled(level):
    for id_ in MANDATORY:
        held, refused = configure({id_: level}, {})
        assert held is None
        assert id_ in refused
        assert "exemption" in refused


def test_no_advisory_rule_is_disabled():
    for id_ in RULES.keys() - set(MANDATORY):
        held, refused = configure({id_: proto.DISABLED}, {})
        assert held is None
        assert f"{id_} cannot be disabled" in refused


def test_an_unknown_rule_is_named():
    held, refused = configure({"BL-STO-02": proto.MANDATORY}, {})
    assert held is None
    assert "there is no rule BL-STO-02" in refused


def test_a_tighter_level_applies():
    held, refused = configure({"BL-K8S-011": proto.REMEDIATE}, {})
    assert not refused
    assert held["BL-K8S-011"].enforcement is Enforcement.MANDATORY


@settings(max_examples=tries(1000), derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(RULES)), st.sampled_from(LEVELS), max_size=4))
def test_levels_only_become_stricter(levels):
    held, refused = configure(levels, {})
    loosened = [
        id_
        for id_, level in levels.items()
        if level in (proto.DISABLED, 17) or (level == proto.ADVISORY and id_ in MANDATORY)
    ]
    assert bool(loosened) == bool(refused)
    if held is not None:
        at_least_as_strict(held)


@settings(max_examples=tries(2000), derandomize=True, deadline=None)
@given(st.data())
def test_parameters_only_become_stricter(data):
    id_ = data.draw(st.sampled_from(WITH_PARAMETERS))
    name = data.draw(st.sampled_from([*RULES[id_].parameters, "other"]))
    was = RULES[id_].parameters.get(name)
    near = st.nothing()
    if isinstance(was, tuple):
        near = st.lists(st.sampled_from([*was, "other", 22, 3389]), max_size=len(was) + 1)
    elif isinstance(was, (int, float)):
        near = st.integers(int(was) - 2, int(was) + 2) | st.just(float("nan"))
    held, refused = configure({}, {id_: {name: data.draw(near | ANYTHING)}})
    if held is None:
        assert id_ in refused
    else:
        at_least_as_strict(held)
