"""A subset of the cases of `make agreement`: the rehearsal and a real API server agree field by field."""

import sys
from itertools import chain, islice
from pathlib import Path

import pytest

from bluelamp.rehearsal.values import UNKNOWN
from tests import thorough
from tests.agreement.kubernetes import Case, Real, Rehearsed, bases, builtin_cases, compare
from tests.agreement.transitions import cases, definition
from tests.agreement.variations import fields
from tests.cluster import crds

pytestmark = pytest.mark.cluster
_OF_BASE = 6


def test_the_rehearsal_and_the_server_agree_on_single_fields(cluster: Path) -> None:
    cases = chain.from_iterable(islice(builtin_cases(name, obj, ""), _OF_BASE) for name, obj in bases().items())
    outcome = compare(Real(cluster), cases)
    compared, agreed = outcome.compared.total(), outcome.agreed.total()
    sys.stdout.write(f"{agreed} of {compared} verdicts agree\n")
    assert compared > 400
    assert agreed >= 0.97 * compared, "\n".join(
        f"{case.name}: {one or 'takes'} / {two or 'takes'}" for case, one, two in outcome.different
    )


def test_unknown_values_never_cause_a_refusal() -> None:
    rehearsed = Rehearsed()
    wrong = []
    for name, obj in bases().items():
        for path, varied in islice(fields(obj, UNKNOWN), 0, None, 1 if thorough.ALL else 9):
            if verdict := rehearsed.checked(Case(f"{name} {path}", varied)):
                wrong.append(f"{name} with {path} unknown: {verdict}")
    assert not wrong, "\n".join(wrong)


def test_transition_rules_refuse_what_the_server_refuses(cluster: Path) -> None:
    """The rehearsal's verdicts on the same cases are tested in
    tests/rehearsal/kubernetes/test_kubernetes_transitions.py.
    """
    crds.install(cluster, [definition()])
    real, wrong = Real(cluster), []
    for name, (case, refused) in cases().items():
        assert not case.before or not real.make(case.before), name
        output = real.verdict(case.obj)
        if output is None or bool(output) != bool(refused) or refused not in output:
            wrong.append(f"{name}: {output or 'takes'}")
        if case.before:
            real.remove(case.before)
    assert not wrong, "\n".join(wrong)
