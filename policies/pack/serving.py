"""Serves the analyzer to the engine that started this process."""

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
from bluelamp.policies.pack import stack_governance
from bluelamp.policies.pack.analyzer import NAME, Analyzer
from bluelamp.policies.rule import Rule


def serve(folder: Path) -> None:
    """Prints the port and serves until a signal or the end of the parent process.

    `folder` is the pack's: that of all rules, or of one area, whose rules are then served alone.
    """
    manifest = yaml.load((folder / "PulumiPolicy.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    area = folder.name if folder.name in AREAS else ""
    # All data lives until the process ends, so garbage collection would only cost time.
    gc.disable()
    root = stack_governance.project(sys.argv)
    analyzer = Analyzer(
        _rules_of(area, _rules(root)),
        str(manifest["version"]),
        name=f"{NAME}-{area}" if area else NAME,
        # Baselines and exemptions name rules of every area, so all are read before this pack's are selected.
        governance_of=lambda stack, _: _of_area(area, stack_governance.of(root, stack)),
        block_unknown=os.environ.get(BLOCK_UNKNOWN, "") not in {"", "0", "false"},
        known=_known,
    )
    server, port = loopback.serve(
        partial(analyzer_pb2_grpc.add_AnalyzerServicer_to_server, analyzer), workers=4, name=NAME
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        # Nothing needs saving, and closing the server in a handler could deadlock on an interrupted lock.
        signal.signal(number, lambda *_: os._exit(0))
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    _wait_for_closed_output()
    os._exit(0)


def _wait_for_closed_output() -> None:
    """Returns when the reader of standard output is gone, which also detects a killed engine."""
    output = select.poll()
    output.register(sys.stdout.fileno(), 0)
    output.poll()


def _rules(root: Path) -> tuple[Rule, ...]:
    """All rules; only the baseline's if the project's own are invalid, which `governance_of` then reports."""
    try:
        return rules(root)
    except SettingsError:
        return baseline()


def _known(stack: str) -> Mapping[str, Before]:
    """The known findings of `stack` from the file in the environment; none without one. Raises ValueError."""
    file = os.environ.get(KNOWN, "")
    return known(Path(file), stack) if file else {}


def _rules_of(area: str, given: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(rule for rule in given if not area or rule.area == area)


def _of_area(area: str, governance: Governance) -> Governance:
    return replace(governance, rules=_rules_of(area, governance.rules))
