"""`python -m benchmarks.manifests [ROUNDS]`: judging Kubernetes manifests, compared with checkov on the same files.

Both run alternately as in a pipeline: as a whole command that prints its findings as JSON. Both elapsed and processor
time are given, because elapsed time on a busy machine includes other work. checkov has its own environment, created
once and kept in the user's cache; its compiled code is kept too, and it does not contact its vendor. The fastest run of
each counts, which other work on the machine disturbed least.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks import running
from benchmarks.running import Cost
from bluelamp.folders import cache

CHECKOV: Final = "3.3.30"
FILES, EACH = 48, 40
PROMISED: Final = {"1,920 Deployments": 40.0, "one file, cold": 5.0}
AGAIN: Final = {"1,920 Deployments": 1, "one file, cold": 3}
"""The number of runs of each in a round, because short runs are easily disturbed."""

_DEPLOYMENT: Final = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: records-{n}
  namespace: team-{team}
  labels: {{app.kubernetes.io/name: records-{n}}}
spec:
  replicas: 2
  selector:
    matchLabels: {{app.kubernetes.io/name: records-{n}}}
  template:
    metadata:
      labels: {{app.kubernetes.io/name: records-{n}}}
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile: {{type: RuntimeDefault}}
      containers:
        - name: web
          image: registry.police.example/records:1.2.{n}
          ports: [{{containerPort: 8080}}]
          env: [{{name: MODE, value: live}}]
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
            limits: {{memory: 256Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {{drop: [ALL]}}
          livenessProbe: {{httpGet: {{path: /alive, port: 8080}}}}
        - name: helper
          image: helper:latest
          securityContext: {{privileged: {bad}}}
"""


def main() -> None:
    """Measures and prints; status 1 if a promise is not kept."""
    rounds = running.number(1, 3)
    console = running.console()
    ratios = measure(rounds, console)
    broken = [what for what, ratio in ratios.items() if ratio < PROMISED[what]]
    raise SystemExit(f"slower than promised: {', '.join(broken)}" if broken else 0)


def measure(rounds: int, console: Console) -> dict[str, float]:
    """Prints a table of the fastest runs; returns how many times faster Bluelamp is at each."""
    checkov = _checkov(console)
    times: dict[tuple[str, str], list[Cost]] = {}
    with tempfile.TemporaryDirectory() as name:
        many, one = Path(name) / "many", Path(name) / "one.yaml"
        write(many, one)
        work = {
            "1,920 Deployments": ([checkov, *_CHECKOV, "-d", str(many)], [*_BLUELAMP, str(many)]),
            "one file, cold": ([checkov, *_CHECKOV, "-f", str(one)], [*_BLUELAMP, str(one)]),
        }
        for command in work["one file, cold"]:
            _timed(command)  # compiles imported modules, once
        for number in range(1, rounds + 1):
            for what, commands in work.items():
                console.print(f"round {number} of {rounds}: {what}")
                for side, command in zip(("checkov", "bluelamp") * AGAIN[what], commands * AGAIN[what], strict=True):
                    times.setdefault((what, side), []).append(_timed(command))
    table = Table(
        "",
        "checkov, s (processor, s)",
        "bluelamp, s (processor, s)",
        "ratio (of processor time)",
        "promised",
        title=f"against checkov {CHECKOV}",
    )
    ratios = {}
    for what, promised in PROMISED.items():
        theirs, ours = (_least(times[what, side]) for side in ("checkov", "bluelamp"))
        ratio = running.ratio(theirs, ours)
        table.add_row(what, theirs.shown(), ours.shown(2), ratio.shown(), f"{promised:.0f}")
        ratios[what] = ratio.clock
    console.print(table)
    return ratios


_CHECKOV: Final = ("--framework", "kubernetes", "--compact", "--skip-download", "--output", "json")
_BLUELAMP: Final = [str(running.COMMAND), "audit", "--format", "json", "--from", "manifests"]


def write(many: Path, one: Path) -> None:
    """Writes `FILES` files of `EACH` Deployments into the new folder `many`, and a file of one Deployment."""
    many.mkdir()
    for file in range(FILES):
        numbers = range(file * EACH, (file + 1) * EACH)
        text = "---\n".join(_DEPLOYMENT.format(n=n, team=n % 12, bad=str(n % 3 == 0).lower()) for n in numbers)
        (many / f"{file:02}.yaml").write_text(text, encoding="utf-8")
    one.write_text(_DEPLOYMENT.format(n=1, team=1, bad="true"), encoding="utf-8")


def _checkov(console: Console) -> str:
    """The path of the pinned checkov, installed on first use."""
    home = cache() / "benchmarks" / f"checkov-{CHECKOV}"
    command = home / "bin" / "checkov"
    if not command.exists():
        console.print(f"installing checkov {CHECKOV} into {home}…")
        uv = str(running.COMMAND.with_name("uv"))
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(home)], check=True)
        python = str(home / "bin" / "python")
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, f"checkov=={CHECKOV}"], check=True)
    return str(command)


def _timed(command: list[str]) -> Cost:
    """The cost of the command. Exits unless its status is 0 or the one for findings."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return running.run(command, environment=kept, ended={*running.JUDGED, 1}, kept=False)[0]


def _least(costs: list[Cost]) -> Cost:
    return Cost(min(each.clock for each in costs), min(each.processor for each in costs))


if __name__ == "__main__":
    main()
