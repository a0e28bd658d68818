"""`python -m tests.settings.complete_changes [BASE ...]`: every generated change of one setting, under the real engine.

Each is made to a force that is deployed in a rehearsal cloud, and has to end in `up` and then `unchanged`, or in a
refusal with a next step. Takes minutes to hours; `--only TEXT` selects changes by their text.
"""

import sys, shutil, json, time, yaml, tempfile, argparse
from dataclasses import replace
from pathlib import Path
from infra.force import SettingsError, load
from bluelamp.engine.find import find
from bluelamp.engine import operation
from bluelamp.rehearsal.session import rehearsal
from bluelamp.planning.plan import plan_settings
from bluelamp.core.wire import *
from tests.conftest import make_project, ROOT
from tests.settings.single_changes import changes

FORCE = "dyfed-powys"
HERE = Path(__file__).parent


def settings_of(base):
    config = yaml.safe_load((HERE / f"{base}.yaml").read_text())["config"]
    return {k.removeprefix("bluelamp:"): v for k, v in config.items()}


def write(root, settings):
    (root / "stacks" / f"Pulumi.{FORCE}.yaml").write_text(
        yaml.safe_dump({"config": {f"bluelamp:{k}": v for k, v in settings.items()}}, sort_keys=False)
    )


def fingerprint(settings):
    import bluelamp.planning.plan as p

    plan = plan_settings(load(FORCE, settings), ROOT)
    return repr([(r.urn, r.inputs, r.references) for r in plan.resources]) + repr(plan.errors)


def once(root, what):
    engine = find()
    with rehearsal(root, engine) as held:
        target = replace(held.target(root, "bluelamp", FORCE), packs=())
        with held.changing(target, "bluelamp") as ch:
            out = (
                operation.update(target, lambda s: None) if what == "up" else operation.preview(target, lambda s: None)
            )
            ch.done = out.status == 0
        return out


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("bases", nargs="*")
    ap.add_argument("--only", default="")
    ap.add_argument("--out")
    ap.add_argument("--part", default="0/1")
    a = ap.parse_args()
    part, of = map(int, a.part.split("/"))
    for base in a.bases or ["running_starter", "running_joined"]:
        settings = settings_of(base)
        load(FORCE, settings)
        work = Path(tempfile.mkdtemp(prefix="chg-"))
        proj = make_project(work / "base")
        write(proj.root, settings)
        out = once(proj.root, "up")
        print(base, "deployed", out.status, out.errors, out.counts, flush=True)
        if out.status:
            continue
        base_print = fingerprint(settings)
        seen = {base_print: ""}
        n = 0
        for ch in changes(settings):
            if a.only and a.only not in str(ch):
                continue
            try:
                load(FORCE, ch.settings)
            except SettingsError:
                continue
            try:
                fp = fingerprint(ch.settings)
            except Exception as e:
                fp = repr(e)
            if fp in seen:
                continue
            seen[fp] = str(ch)
            n += 1
            if n % of != part:
                continue
            t = time.time()
            trial = work / "trial"
            shutil.rmtree(trial, ignore_errors=True)
            shutil.copytree(proj.root, trial, symlinks=True)
            write(trial, ch.settings)
            try:
                out = once(trial, "up")
                if out.status:
                    res = "FAILED " + " | ".join(e[:300] for e in out.errors[:6])
                else:
                    again = once(trial, "preview")
                    res = (
                        "ok"
                        if not again.changes and not again.status
                        else "NOT UNCHANGED "
                        + str([(s.op, s.name, dict(s.changes)) for s in again.changes[:3]])
                        + str(again.errors[:2])
                    )
                res += f" {out.counts}"
            except Exception as e:
                res = f"EXC {e!r}"
            line = f"{base} {ch.path}: {str(ch)[:160]} => {res} ({time.time() - t:.0f}s)"
            print(line, flush=True)
        shutil.rmtree(work, ignore_errors=True)


main()
