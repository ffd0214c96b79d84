"""Whether a run was what it has to be; an exit code of 0 also comes from one that did too little."""

import json
import sys
import tomllib
from pathlib import Path

LEAST = 5000

settings = tomllib.loads(Path(__file__).with_name("schemathesis.toml").read_text(encoding="utf-8"))
# What the settings leave out, each with its reason beside it.
excepted = sum(not operation.get("enabled", True) for operation in settings["operations"])
report = json.load(open(sys.argv[1], encoding="utf-8"))
operations, phases, cases = report["operations"], report["phases"], report["test_cases"]
wrong = [
    what
    for what, holds in {
        "it ended early": report["complete"],
        "there are failures": not report["failures"] and not cases["with_failures"],
        "there are errors": not report["errors"] and not cases["errored"],
        "an operation was left out": operations["tested"] == operations["total"] - excepted > 0,
        "a phase was left out": {"examples", "coverage", "fuzzing", "stateful"} == phases.keys()
        and all(phase["status"] == "success" for phase in phases.values()),
        f"there are fewer than {LEAST} cases": cases["generated"] >= LEAST,
    }.items()
    if not holds
]
print(f"{cases['generated']} cases, {operations['tested']} operations, seed {report['seed']}: {wrong or 'no failure'}")
sys.exit(bool(wrong))
