"""Debug messages of the SDK are sent to the engine only on request."""

from importlib.util import find_spec, module_from_spec

import pytest
from pulumi import log
from pulumi.runtime import settings

from bluelamp.infra.sdk_debug import ASKED, drop_debug_messages


class Engine:
    """Records the messages that it receives."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def Log(self, request: object) -> None:
        self.messages.append(request.message)  # type: ignore[attr-defined] # a message of the SDK's protocol


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The engine of this process with the unmodified SDK: another test may have run a program here."""
    made = Engine()
    spec = find_spec(log.__name__)
    assert spec is not None
    assert spec.loader is not None
    fresh = module_from_spec(spec)
    spec.loader.exec_module(fresh)
    monkeypatch.setattr(log, "debug", fresh.debug)
    monkeypatch.setattr(settings, "get_engine", lambda: made)
    return made


def test_debug_messages_are_not_sent_and_others_are(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ASKED, raising=False)
    drop_debug_messages()
    log.debug("registering resource")
    log.info("a note")
    log.warn("a warning")
    log.error("an error")
    assert engine.messages == ["a note", "a warning", "an error"]


def test_debug_messages_are_sent_if_the_variable_is_set(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ASKED, "1")
    drop_debug_messages()
    log.debug("registering resource")
    assert engine.messages == ["registering resource"]
