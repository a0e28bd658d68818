"""Debug messages of the SDK reach the engine only where somebody asked for them."""

from importlib.util import find_spec, module_from_spec

import pytest
from pulumi import log
from pulumi.runtime import settings

from bluelamp.infra.sdk_debug import ASKED, drop_debug_messages


class Engine:
    """Keeps the messages that it is sent."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def Log(self, request: object) -> None:
        self.messages.append(request.message)  # type: ignore[attr-defined] # a message of the SDK's protocol


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The engine of this process, whose SDK is as it comes: another test may have run a program here."""
    made = Engine()
    spec = find_spec(log.__name__)
    assert spec is not None
    assert spec.loader is not None
    fresh = module_from_spec(spec)
    spec.loader.exec_module(fresh)
    monkeypatch.setattr(log, "debug", fresh.debug)
    monkeypatch.setattr(settings, "get_engine", lambda: made)
    return made


def test_they_are_not_sent_and_those_of_other_levels_are(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ASKED, raising=False)
    drop_debug_messages()
    log.debug("registering resource")
    log.info("a note")
    log.warn("a warning")
    log.error("an error")
    assert engine.messages == ["a note", "a warning", "an error"]


def test_they_are_sent_where_the_variable_asks_for_them(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ASKED, "1")
    drop_debug_messages()
    log.debug("registering resource")
    assert engine.messages == ["registering resource"]
