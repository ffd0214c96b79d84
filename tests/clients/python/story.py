"""The story of tests/clients/README.md, told by a client that openapi-python-client made."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

from cacherr_client import AuthenticatedClient, Client
from cacherr_client.api.files import add_file, get_file, list_files, remove_file
from cacherr_client.api.jobs import get_job
from cacherr_client.api.plan import get_plan, run_plan
from cacherr_client.api.statistics import get_statistics
from cacherr_client.api.system import get_readiness
from cacherr_client.models import (
    AddFileRequest,
    CachedFile,
    CacheStatistics,
    ErrorCode,
    FileDetail,
    FilePage,
    FileSort,
    FileStatus,
    Job,
    JobKind,
    JobState,
    Operation,
    Problem,
    RemoveFileRequest,
    SortOrder,
)
from cacherr_client.types import UNSET, Response

LIBRARY = Path(os.environ["CACHERR_LIBRARY"])
URL = os.environ["CACHERR_URL"]
CLIENT = AuthenticatedClient(URL, os.environ["CACHERR_API_KEY"], prefix="", auth_header_name="X-Api-Key")

MIB = 1024 * 1024
FILMS = [
    ("100% Wolf & Co #1.mkv", 3 * MIB, "ann"),
    ("Amélie (2001)/Amélie.mkv", 1 * MIB, "ann"),
    ("Dune.mkv", 2 * MIB, "bob"),
]


T = TypeVar("T")


class Answer(Protocol[T]):
    """What every good answer looks like."""

    data: T


def told(answer: Answer[T] | Problem | None) -> T:
    assert answer is not None and not isinstance(answer, Problem), answer
    return answer.data


def refused(answer: Response[Any], status: int, code: ErrorCode) -> None:
    problem = answer.parsed
    assert isinstance(problem, Problem), answer
    assert (answer.status_code, problem.code, problem.success) == (status, code, False), answer


def until(read: Callable[[], T], done: Callable[[T], bool]) -> T:
    deadline = time.monotonic() + 60
    while not done(value := read()):
        assert time.monotonic() < deadline, value
        time.sleep(0.05)
    return value


def page(**query: Any) -> FilePage:
    return told(list_files.sync(client=CLIENT, **query))


def names(files: list[CachedFile]) -> list[str]:
    return [str(Path(file.file_path).relative_to(LIBRARY)) for file in files]


def read_job(job: UUID) -> Job:
    return told(get_job.sync(job, client=CLIENT))


def read_file(file: UUID) -> FileDetail:
    return told(get_file.sync(file, client=CLIENT))


def statistics() -> CacheStatistics:
    return told(get_statistics.sync(client=CLIENT))


def add(name: str, user: str) -> None:
    body = AddFileRequest(str(LIBRARY / name), operation=Operation.WATCHLIST, user_id=user)
    accepted = told(add_file.sync(client=CLIENT, body=body))
    assert accepted.job_id is not None
    job = until(partial(read_job, accepted.job_id), lambda job: job.finished_at is not None)
    assert (job.state, job.error) == (JobState.DONE, None), job


def pages(limit: int) -> Iterator[str]:
    cursor: str | None = None
    while True:
        got = page(limit=limit, sort=FileSort.FILENAME, order=SortOrder.ASC, cursor=cursor or UNSET)
        assert len(got.files) <= limit
        assert got.pagination.total_count == len(FILMS)
        assert got.pagination.has_more == (got.pagination.next_cursor is not None)
        yield from names(got.files)
        cursor = got.pagination.next_cursor
        if cursor is None:
            return


def remove(file: UUID) -> Response[Any]:
    body = RemoveFileRequest(reason="the story ends", user_id="ann")
    return remove_file.sync_detailed(file, client=CLIENT, body=body)


def main() -> None:
    # Nothing yet.
    told(get_readiness.sync(client=CLIENT))
    assert page().pagination.total_count == 0

    # Added, each by a job.
    for name, _, user in FILMS:
        add(name, user)

    # In pages.
    for limit in (1, 2, 3):
        assert list(pages(limit)) == [name for name, _, _ in FILMS]

    # Filtered.
    [newest] = page(limit=1).files
    filters: list[tuple[dict[str, Any], int]] = [
        ({"user_id": "ann"}, 2),
        ({"user_id": "nobody"}, 0),
        ({"status": FileStatus.ACTIVE}, 3),
        ({"status": FileStatus.REMOVED}, 0),
        ({"size_min": 2 * MIB}, 2),
        ({"size_min": 2 * MIB, "size_max": 2 * MIB}, 1),
        ({"cached_since": newest.cached_at}, 1),
        ({"cached_since": datetime(2100, 1, 1, tzinfo=timezone.utc)}, 0),
        ({"search": "amélie"}, 1),
    ]
    for query, count in filters:
        assert len(page(**query).files) == count, query

    # One file, and the numbers.
    [film] = page(search="wolf").files
    detail = read_file(film.id)
    assert detail.file_size_bytes == 3 * MIB
    assert [(by.user, by.reason) for by in detail.attributions] == [("ann", Operation.WATCHLIST)]
    before = statistics()
    assert (before.active_files, before.total_size_bytes, before.users_count) == (3, 6 * MIB, 2)

    # Planned: nobody but a person has wished for anything, and what they asked for stays.
    plan = told(get_plan.sync(client=CLIENT, limit=1))
    assert (plan.cache, plan.give_back, plan.totals.give_back.steps) == ([], [], 0)
    assert (plan.keep.files, plan.room.used_bytes, plan.limit) == (3, 6 * MIB, 1)
    cycle = told(run_plan.sync(client=CLIENT))
    ended = until(partial(read_job, cycle.job_id), lambda job: job.finished_at is not None)
    assert (ended.kind, ended.state) == (JobKind.PLAN, JobState.DONE), ended
    assert ended.plan is not None and ended.plan.given_back_count == 0
    refused(get_plan.sync_detailed(client=CLIENT, limit=0), 400, ErrorCode.INVALID_PARAMETER)

    # Removed, once.
    removed = told(remove(film.id).parsed)
    assert removed.status in (FileStatus.REMOVED, FileStatus.PENDING_REMOVAL)
    until(partial(read_file, film.id), lambda file: file.status == FileStatus.REMOVED)
    refused(remove(film.id), 409, ErrorCode.ALREADY_REMOVED)
    assert names(page(status=FileStatus.REMOVED).files) == [FILMS[0][0]]
    assert statistics().active_files == 2

    # Refused, by type.
    nothing = UUID("00000000-0000-7000-8000-000000000000")
    refused(get_file.sync_detailed(nothing, client=CLIENT), 404, ErrorCode.NOT_FOUND)
    refused(list_files.sync_detailed(client=CLIENT, limit=0), 400, ErrorCode.INVALID_PARAMETER)
    stranger = Client(URL)
    refused(get_statistics.sync_detailed(client=stranger), 401, ErrorCode.UNAUTHORIZED)


main()
