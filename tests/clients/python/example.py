"""What openapi/README.md shows, as it stands there."""

import os
import sys
import time

from cacherr_client import AuthenticatedClient
from cacherr_client.api.files import add_file, list_files, remove_file
from cacherr_client.api.jobs import get_job
from cacherr_client.models import AddFileRequest, ErrorCode, FileSort, FileStatus, Problem

url = os.environ.get("url", "http://127.0.0.1:5445")
cacherr = AuthenticatedClient(url, os.environ["key"], prefix="", auth_header_name="X-Api-Key")

# List: what is cached, the largest first.
page = list_files.sync(client=cacherr, status=FileStatus.ACTIVE, sort=FileSort.FILE_SIZE_BYTES, limit=10)
if page is None or isinstance(page, Problem):
    sys.exit(f"refused: {page}")
for file in page.data.files:
    print(file.file_path, file.file_size_readable, file.users)

# Add a file, and wait for its job.
added = add_file.sync(client=cacherr, body=AddFileRequest(sys.argv[1]))
if isinstance(added, Problem) and added.code == ErrorCode.ALREADY_TRACKED:
    sys.exit("it is cached already")
if added is None or isinstance(added, Problem):
    sys.exit(f"refused: {added}")
while added.data.job_id:
    job = get_job.sync(added.data.job_id, client=cacherr)
    if job is None or isinstance(job, Problem):
        sys.exit(f"refused: {job}")
    if job.data.finished_at:
        print(job.data.state, job.data.error.code if job.data.error else "")
        break
    time.sleep(0.5)

# Give it back: the original takes its place again.
removed = remove_file.sync(added.data.file_id, client=cacherr)
print(removed.message if removed and not isinstance(removed, Problem) else removed)
