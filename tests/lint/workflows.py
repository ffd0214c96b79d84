"""What actionlint would say of workflows, where it cannot be had: each step of bash to shellcheck, jobs and steps named by others
to be there, rights and an end in time for each job, actions pinned to commits with their versions. Takes the files."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

PINNED = re.compile(r"^\s*(?:- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
problems = []


def hold(condition, complaint):
    if not condition:
        problems.append(complaint)


def judge_script(where, script):
    hold("${{" not in script, f"{where}: what GitHub puts into a script may be anybody's words; use env")
    # As a runner begins it. What stands in single quotes for others to expand is meant so.
    whole = f"#!/usr/bin/env bash\nset -eo pipefail\n{script}"
    told = subprocess.run(["shellcheck", "--exclude=SC2016", "-"], input=whole, stdout=subprocess.PIPE, text=True)
    hold(told.returncode == 0, f"{where}: {told.stdout}")


def judge(path):
    text = path.read_text(encoding="utf-8")
    for line in text.splitlines():
        hold("uses:" not in line or PINNED.match(line), f"{path}: not pinned to a commit with its version: {line.strip()}")
    workflow = yaml.safe_load(text)
    jobs = workflow["jobs"]
    for name, job in jobs.items():
        where = f"{path}: {name}"
        hold("permissions" in job or workflow.get("permissions"), f"{where}: no rights are named")
        hold("timeout-minutes" in job, f"{where}: it may run for hours")
        needs = job.get("needs", [])
        needs = [needs] if isinstance(needs, str) else needs
        hold(set(needs) <= jobs.keys(), f"{where}: needs {needs}")
        ids = {step["id"] for step in job["steps"] if "id" in step}
        told = yaml.safe_dump(job)
        hold(set(re.findall(r"steps\.([\w-]+)\.", told)) <= ids, f"{where}: a step that is named is not there")
        hold(set(re.findall(r"needs\.([\w-]+)\.", told)) <= set(needs), f"{where}: a job that is named is not needed")
        for step in job["steps"]:
            if "run" in step:
                judge_script(f"{where}: {step.get('name', step['run'])}", step["run"])


for file in sys.argv[1:]:
    judge(Path(file))
sys.exit("\n".join(problems) or None)
