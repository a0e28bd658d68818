"""Whatever a rule raises or returns, its verdict is an error, other verdicts stay, and the run ends normally."""

import asyncio
import builtins
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import analyzer_pb2 as proto

from bluelamp.policies import Enforcement, Judgement, Resource, Severity, Verdict, judge
from bluelamp.policies.judging import Baseline
from bluelamp.policies.pack.analyzer import Analyzer
from bluelamp.policies.rule import Fail, NotApplicable, Rule
from bluelamp.policies.rule import rule as make_rule
from bluelamp.policies.value import UnknownValue, Value
from bluelamp.rehearsal import values
from bluelamp.reports import Answer, Source, assess, write
from tests.rules import BOX, made
from tests.thorough import tries

CANARY = "hunter2-hunter2"
MOST = 21_000


class Evil(Exception):
    """An exception whose every method raises."""

    def __init__(self, raised: type[BaseException] = ValueError) -> None:
        super().__init__()
        self.raised = raised

    def __str__(self) -> str:
        raise self.raised("from __str__")

    __repr__ = __str__


class Endless(Exception):
    """An exception whose text recurses."""

    def __str__(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return repr(self)


class NoText(Exception):
    """An exception whose text is not a string."""

    def __str__(self) -> str:
        return 7  # type: ignore[return-value]  # noqa: PLE0307


class Cunning(str):
    """A text that raises when it is used."""

    __slots__ = ()

    def __str__(self) -> str:
        return self

    def __format__(self, _: str) -> str:
        raise SystemExit(9)

    def __len__(self) -> int:
        raise SystemExit(9)

    def __getitem__(self, _: Any) -> str:
        raise SystemExit(9)

    def encode(self, *_: Any) -> bytes:
        raise SystemExit(9)

    def replace(self, *_: Any) -> str:
        raise SystemExit(9)


class Told(Exception):
    """An exception whose text is a `Cunning`."""

    def __str__(self) -> str:
        return Cunning("cunning")


class Nameless(type):
    """A metaclass whose classes have no name."""

    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise SystemExit(9)


class Anonymous(Exception, metaclass=Nameless):
    """An exception whose type has no name."""


class Bottom(BaseException):
    """A BaseException that is no Exception."""


class Object:
    """An unusable outcome whose methods raise."""

    def __getattr__(self, _: str) -> Any:
        raise SystemExit(9)

    def __bool__(self) -> bool:
        raise KeyboardInterrupt

    def __repr__(self) -> str:
        raise SystemExit(9)


def deep(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


def recursing(depth: int = 0) -> int:
    return recursing(depth + 1) + 1


def thrown(error: BaseException) -> Callable[[], Any]:
    def throw() -> Any:
        raise error

    return throw


def yielding() -> Iterator[Any]:
    yield Fail


async def awaiting() -> None:
    await asyncio.sleep(0)


def self_containing() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


RAISED: dict[str, Callable[[], Any]] = {
    "KeyError": thrown(KeyError(CANARY)),
    "AttributeError": lambda: None.nothing,  # type: ignore[attr-defined]
    "RecursionError": recursing,
    "MemoryError": lambda: "x" * (1 << 60),
    "OverflowError": lambda: 1e308 * 10 // 0,
    "SystemExit": sys.exit,
    "SystemExit with a text": lambda: sys.exit(CANARY),
    "KeyboardInterrupt": thrown(KeyboardInterrupt()),
    "GeneratorExit": thrown(GeneratorExit()),
    "StopIteration": thrown(StopIteration(1)),
    "CancelledError": thrown(asyncio.CancelledError()),
    "BaseException": thrown(BaseException()),
    "Bottom": thrown(Bottom("down")),
    "BaseExceptionGroup": thrown(BaseExceptionGroup("g", [SystemExit(), KeyboardInterrupt()])),
    "Evil": thrown(Evil()),
    "Evil, by SystemExit": thrown(Evil(SystemExit)),
    "Evil, by KeyboardInterrupt": thrown(Evil(KeyboardInterrupt)),
    "Endless": thrown(Endless()),
    "NoText": thrown(NoText()),
    "Told": thrown(Told()),
    "Anonymous": thrown(Anonymous("a")),
    "huge": thrown(ValueError("x" * 5_000_000)),
    "deep": thrown(ValueError(deep(50_000))),
    "half a character": thrown(ValueError("\ud800\udc00 \udfff")),
    "controls": thrown(ValueError("\x1b[31m\0\r\n\u202e")),
    "UnknownValue of nothing": thrown(UnknownValue(None)),  # type: ignore[arg-type]
    "a secret": thrown(ValueError(f"{CANARY} {CANARY.upper()} {CANARY!r}")),
}
GIVEN: dict[str, Callable[[], Any]] = {
    "True": lambda: True,
    "False": lambda: False,
    "text": lambda: CANARY,
    "a list": lambda: [None],
    "a verdict": lambda: Verdict.PASS,
    "a judgement": lambda: Judgement("T-1", "urn", Verdict.PASS),
    "a generator": yielding,
    "a coroutine": awaiting,
    "a class": lambda: Fail,
    "an object": Object,
    "Fail at nothing": lambda: Fail(None, "x"),  # type: ignore[arg-type]
    "Fail at an object": lambda: Fail(Object(), "x"),  # type: ignore[arg-type]
    "Fail that expects an object": lambda: Fail(Value(box("b"), 1), Object()),
    "Fail that expects itself": lambda: Fail(Value(box("b"), 1), self_containing()),
    "Fail for an object": lambda: Fail(Value(box("b"), 1), "x", why=Object()),  # type: ignore[arg-type]
    "NotApplicable for an object": lambda: NotApplicable(Object()),  # type: ignore[arg-type]
    "NotApplicable for a number": lambda: NotApplicable(7),  # type: ignore[arg-type]
}
KINDS = [each for each in vars(builtins).values() if isinstance(each, type) and issubclass(each, BaseException)]
WHERE = ["the check", "a parameter", "an index", "all places", "the second place"]


def box(name: str, **more: Any) -> Resource:
    urn = f"urn:pulumi:essex::bluelamp::{BOX}::{name}"
    return Resource(
        urn, BOX, name, {"lock": "shut", "key": CANARY, "parts": [1, 2], **more}, secrets=frozenset({"key"})
    )


def bad(act: Callable[[], Any], where: str, mandatory: bool) -> Rule:
    """A rule that misbehaves at `where`."""
    enforcement = Enforcement.MANDATORY if mandatory else Enforcement.ADVISORY
    at = {BOX: "parts[*]"} if where == "the second place" else {BOX: ("", "lock", "parts[*]")}
    shared: dict[str, Any] = {
        "severity": Severity.LOW, "controls": (), "fix": "F", "example": "", "enforcement": enforcement,
        "at": at if "place" in where else BOX,
    }  # fmt: skip

    @make_rule("T-1", "Acts up", failure="It is wrong", **shared)
    def check(place: Value, *, limit: int = 3) -> Any:
        """None."""
        return None if where == "the second place" and place.known == 1 else act()

    @make_rule("T-1", "Acts up", failure="It is wrong", estate=True, **shared)
    def index(_: Value, estate: Any) -> Any:
        """None."""
        return estate.once(lambda_)

    def lambda_(_: Any) -> Any:
        return act()

    made = index if where == "an index" else check
    made = replace(made, module="bluelamp.policies.test.raising")
    return made.using(limit=Object()) if where == "a parameter" else made


def good(id_: str) -> Rule:
    @made(id_, "Is shut", fix="F", module="bluelamp.policies.test.raising")
    def shut(place: Value) -> Any:
        """None."""
        return None if place["lock"].text() == "shut" else Fail(place["lock"], "shut")

    return shut


def whole(judgements: list[Judgement], acts: str) -> None:
    """One judgement of each rule on each box; the bad rule's is an error that any format can show."""
    assert [(each.rule, each.urn[-1]) for each in judgements] == [(r, b) for b in "12" for r in ("T-0", "T-1", "T-2")]
    for each in judgements:
        if each.rule != "T-1":
            assert each.verdict is (Verdict.PASS if each.urn.endswith("1") else Verdict.FAIL)
            continue
        assert each.verdict is Verdict.ERROR, acts
        assert type(each.message) is str
        assert 0 < len(each.message) < MOST
        each.message.encode()
        assert CANARY.casefold() not in f"{each.message} {each.observed} {each.expected}".casefold()


ACTS = st.sampled_from([*RAISED.items(), *((name, act) for name, act in GIVEN.items())])


@settings(max_examples=tries(2200), deadline=None, derandomize=True)
@given(ACTS, st.sampled_from(WHERE), st.booleans())
@pytest.mark.filterwarnings("ignore")
def test_a_misbehaving_rule_is_in_error_and_no_other_is(
    act: tuple[str, Callable[[], Any]], where: str, mandatory: bool
) -> None:
    baseline = Baseline([good("T-0"), bad(act[1], where, mandatory), good("T-2")])
    whole(baseline.judge([box("1"), box("2", lock="open")]), act[0])


@settings(max_examples=tries(2500), deadline=None, derandomize=True)
@given(
    st.sampled_from(KINDS),
    st.lists(st.text(st.characters(), max_size=30) | st.just(CANARY) | st.binary(max_size=5), max_size=3),
    st.sampled_from(WHERE),
)
def test_any_exception_with_any_text_is_an_error(kind: type[BaseException], arguments: list[Any], where: str) -> None:
    def act() -> Any:
        try:
            error = kind(*arguments)
        except TypeError:
            error = BaseException(*arguments)
        raise error

    baseline = Baseline([good("T-0"), bad(act, where, mandatory=True), good("T-2")])
    whole(baseline.judge([box("1"), box("2", lock="open")]), kind.__name__)


@settings(max_examples=tries(300), deadline=None, derandomize=True)
@given(ACTS, st.sampled_from(["the check", "an index"]), st.booleans())
@pytest.mark.filterwarnings("ignore")
def test_the_pack_stops_the_deployment_and_answers(
    act: tuple[str, Callable[[], Any]], where: str, mandatory: bool
) -> None:
    analyzer = Analyzer([good("T-0"), bad(act[1], where, mandatory)], "1")
    properties = values.encode({"lock": "shut", "key": values.Secret(CANARY), "parts": [1]})
    urn = box("1").urn
    answer = analyzer.Analyze(proto.AnalyzeRequest(type=BOX, urn=urn, name="1", properties=properties), None)
    stack = proto.AnalyzeStackRequest(resources=[proto.AnalyzerResource(type=BOX, urn=urn, name="1")])
    together = analyzer.AnalyzeStack(stack, None)
    (diagnostic,) = [*answer.diagnostics, *together.diagnostics]
    assert (diagnostic.policyName, diagnostic.enforcementLevel) == ("T-1", proto.MANDATORY)
    assert CANARY not in diagnostic.message
    assert len(diagnostic.SerializeToString()) < MOST + 1000


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*RAISED, *GIVEN])
def test_a_report_is_written_and_stops_a_deployment(name: str, tmp_path: Path) -> None:
    rule = bad({**RAISED, **GIVEN}[name], "the check", mandatory=True)
    report = assess("essex", [box("1")], Source.STATE, root=tmp_path, rules=[good("T-0"), rule])
    assert report.stops
    assert report.answer is Answer.UNDECIDED
    for path in write([report], tmp_path / "out"):
        assert CANARY not in path.read_text(encoding="utf-8")
    (error,) = (
        e for e in json.loads((tmp_path / "out" / "findings.json").read_text())["findings"] if e["rule"] == "T-1"
    )
    assert error["verdict"] == "error"


def test_an_index_that_raises_is_built_once() -> None:
    built: list[int] = []

    def build(_: Any) -> Any:
        built.append(1)
        raise SystemExit(3)

    @made("T-1", "Sees all", severity=Severity.LOW, fix="F", estate=True)
    def sees(_: Value, estate: Any) -> Any:
        """None."""
        return estate.once(build)

    judgements = Baseline([replace(sees, module="bluelamp.policies.test.raising")]).judge(
        [box(str(n)) for n in range(50)]
    )
    assert {each.verdict for each in judgements} == {Verdict.ERROR}
    assert len(built) == 1


class Unreadable(dict[str, Any]):
    """Properties that cannot be read."""

    def get(self, key: str, default: Any = None) -> Any:
        raise ValueError("not read")

    __getitem__ = get


def test_an_unreadable_resource_is_an_error_of_each_rule_for_that_resource_only() -> None:
    def urn(name: str) -> str:
        return f"urn:pulumi:essex::bluelamp::kubernetes:core/v1:Pod::{name}"

    properties = {"kind": "Pod", "apiVersion": "v1", "spec": {"hostNetwork": True}}
    pods = [Resource(urn(name), "kubernetes:core/v1:Pod", name, properties) for name in ("first", "second")]
    unreadable = replace(pods[0], properties=Unreadable(properties))
    found = list(judge([unreadable, pods[1]]))
    verdicts = [each.verdict for each in found if each.urn == unreadable.urn]
    assert len(verdicts) > 20
    assert set(verdicts) == {Verdict.ERROR}
    assert [each for each in found if each.urn == pods[1].urn] == list(judge([pods[1]]))


def interrupting(swallow: bool) -> Rule:
    @made("T-1", "Is interrupted", severity=Severity.LOW, fix="F", module="bluelamp.policies.test.raising")
    def check(_: Value) -> Any:
        """None."""
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException:
            if not swallow:
                raise

    return check


@pytest.mark.parametrize("swallow", [True, False])
def test_a_real_interrupt_ends_the_judging_whatever_a_rule_does_with_it(swallow: bool) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        Baseline([interrupting(swallow), good("T-2")]).judge([box("1"), box("2")])
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_that_the_program_ignores_ends_nothing() -> None:
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        judgements = Baseline([interrupting(swallow=False)]).judge([box("1")])
    finally:
        signal.signal(signal.SIGINT, before)
    assert [each.verdict for each in judgements] == [Verdict.PASS]


def test_in_another_thread_every_exception_is_the_rules_own() -> None:
    found: list[Judgement] = []
    baseline = Baseline([good("T-0"), bad(RAISED["KeyboardInterrupt"], "the check", mandatory=True), good("T-2")])
    thread = threading.Thread(target=lambda: found.extend(baseline.judge([box("1"), box("2", lock="open")])))
    thread.start()
    thread.join()
    whole(found, "KeyboardInterrupt")
