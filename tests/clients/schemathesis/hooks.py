"""What a document cannot say: where the films are, which ids and cursors were given, and that a job takes its time. Only
cases that are meant to be good are touched; what is meant to be refused is sent as it was made."""

import json
import os
import time
import urllib.request
import zlib
from pathlib import Path

import schemathesis

URL, KEY = os.environ["CACHERR_URL"], os.environ["CACHERR_API_KEY"]
FILMS = sorted(str(path) for path in Path(os.environ["CACHERR_LIBRARY"]).rglob("*") if path.is_file())

# The ids that were given, by the name of the parameter that takes them.
ids: dict[str, list[str]] = {"file_id": [], "job_id": []}
# The cursors that were given, each with the order of its list.
cursors: dict[str, dict[str, str]] = {}


def choose(known, made):
    """One of those that exist; the same for the same."""
    return known[zlib.crc32(str(made).encode(errors="replace")) % len(known)]


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is not None and not case.meta.generation.mode.is_positive:
        return
    if isinstance(case.body, dict) and "file_path" in case.body:
        body = dict(case.body)
        if body["file_path"] not in FILMS:
            body["file_path"] = choose(FILMS, body["file_path"])
        # Known, and always refused: so the document says, in words.
        if body.get("mode") == "hardlink":
            del body["mode"]
        case.body = body
    for name, known in ids.items():
        made = (case.path_parameters or {}).get(name)
        # Half of the ids that nobody gave stay what they are: nothing is there.
        if made is not None and made not in known and known and zlib.crc32(str(made).encode()) % 2:
            case.path_parameters = {**case.path_parameters, name: choose(known, made)}
    if "cursor" in (case.query or {}):
        query = dict(case.query)
        cursor = query.pop("cursor")
        if cursor in cursors:
            rest = {name: value for name, value in query.items() if name not in ("offset", "sort", "order")}
            query = {**rest, **cursors[cursor], "cursor": cursor}
        case.query = query


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code not in (200, 202) or response.headers.get("content-type") != ["application/json"]:
        return
    data = response.json().get("data")
    if not isinstance(data, dict):
        return
    for name, rows in (("file_id", data.get("files")), ("job_id", data.get("jobs"))):
        listed = [row.get("id") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        ids[name] += [value for value in [data.get(name), *listed] if value and value not in ids[name]]
    if cursor := (data.get("pagination") or {}).get("next_cursor"):
        cursors[cursor] = {name: case.query[name] for name in ("sort", "order") if name in (case.query or {})}
    # What was accepted is there when its job has ended, and not before.
    if response.status_code == 202 and data.get("job_id"):
        wait(data["job_id"])


def wait(job):
    request = urllib.request.Request(f"{URL}/api/jobs/{job}", headers={"X-Api-Key": KEY})
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with urllib.request.urlopen(request) as answer:
            if json.load(answer)["data"]["finished_at"]:
                return
        time.sleep(0.02)
    raise TimeoutError(f"job {job} does not end")
