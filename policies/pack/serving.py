"""Serving the analyzer to the engine that started this process."""

import gc
import os
import select
import signal
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import yaml
from pulumi.runtime.proto import analyzer_pb2_grpc

from bluelamp.core import loopback
from bluelamp.core.problems import SettingsError
from bluelamp.policies.discovery import AREAS, baseline, rules
from bluelamp.policies.governance import BLOCK_UNKNOWN, Governance
from bluelamp.policies.known import KNOWN, Before, known
from bluelamp.policies.pack import settled
from bluelamp.policies.pack.analyzer import NAME, Analyzer
from bluelamp.policies.rule import Rule


def serve(folder: Path) -> None:
    """Say the port on stdout and serve until told to stop, or until whoever started this process is gone.

    `folder` is the pack's: that of all rules, or one area's, which is served alone.
    """
    about = yaml.load((folder / "PulumiPolicy.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    area = folder.name if folder.name in AREAS else ""
    # The rules, and what the engine tells of a stack, stay to the end: nobody needs to look through them for rubbish.
    gc.disable()
    root = settled.project(sys.argv)
    analyzer = Analyzer(
        _of(area, _found(root)),
        str(about["version"]),
        name=f"{NAME}-{area}" if area else NAME,
        # Baselines and exemptions name rules of every area, so all of them are settled and then this pack's kept.
        settle=lambda stack, _: _kept(area, settled.of(root, stack)),
        block_unknown=os.environ.get(BLOCK_UNKNOWN, "") not in {"", "0", "false"},
        known=_known,
    )
    server, port = loopback.serve(
        partial(analyzer_pb2_grpc.add_AnalyzerServicer_to_server, analyzer), workers=4, name=NAME
    )
    for ending in (signal.SIGINT, signal.SIGTERM):
        # There is nothing to lose, and a handler that closed the server could wait for a lock that it interrupted.
        signal.signal(ending, lambda *_: os._exit(0))
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    _wait_for_the_reader_to_go()
    os._exit(0)


def _wait_for_the_reader_to_go() -> None:
    """Return when nobody can read any more what this process prints: an engine that is killed tells nobody."""
    printed = select.poll()
    printed.register(sys.stdout.fileno(), 0)
    printed.poll()


def _found(root: Path) -> tuple[Rule, ...]:
    """Every rule; where the project's own cannot be used, the baseline's, until the stack is refused for them."""
    try:
        return rules(root)
    except SettingsError:
        return baseline()


def _known(stack: str) -> Mapping[str, Before]:
    """The known findings of `stack`, where the command has named a file of them. Raises ValueError."""
    file = os.environ.get(KNOWN, "")
    return known(Path(file), stack) if file else {}


def _of(area: str, given: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(rule for rule in given if not area or rule.area == area)


def _kept(area: str, governance: Governance) -> Governance:
    return replace(governance, rules=_of(area, governance.rules))
