#!/usr/bin/env bash
# Dask distributed: a task with retries=0 is started again if its worker is lost.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile distributed==2026.8.0
cat > "$work/finding.py" << 'PYTHON'
import os
import signal
import sys
import time
from pathlib import Path

from distributed import Client, LocalCluster


def work(folder: str) -> int:
    """Notes each attempt; the first one never ends by itself."""
    attempts = Path(folder)
    (attempts / str(os.getpid())).touch()
    while len(list(attempts.iterdir())) < 2:
        time.sleep(0.05)
    return os.getpid()


if __name__ == "__main__":
    folder = Path(sys.argv[1]) / "attempts"
    folder.mkdir()
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        Client(cluster) as client,
    ):
        future = client.submit(work, str(folder), retries=0)
        while not list(folder.iterdir()):
            time.sleep(0.05)
        os.kill(int(next(folder.iterdir()).name), signal.SIGKILL)
        future.result(timeout=120)
    attempts = len(list(folder.iterdir()))
    print("expected: with retries=0 a task is begun once; where its worker is killed, the future fails")
    print(f"seen: it was begun {attempts} times")
    sys.exit(attempts != 2)
PYTHON
"$work/venv/bin/python" "$work/finding.py" "$work"
