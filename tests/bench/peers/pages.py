"""The list of cached files as a small Flask program would serve it, from SQLite: pages.py DATABASE PORT."""

import json
import sqlite3
import sys
import threading

from flask import Flask, jsonify, request
from waitress import serve

DATABASE, PORT = sys.argv[1], int(sys.argv[2])
app = Flask(__name__)
here = threading.local()


def database():
    """One connection per thread. What it reads is shared by all of them."""
    if not hasattr(here, "connection"):
        here.connection = sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True)
        here.connection.row_factory = sqlite3.Row
        here.connection.execute("PRAGMA mmap_size = 8000000000")
    return here.connection


@app.get("/api/cached/files")
def files():
    limit, offset = int(request.args.get("limit", 50)), int(request.args.get("offset", 0))
    user, status = request.args.get("user_id"), request.args.get("status")
    conditions, values = ["f.status = ?" if status else "f.status <> ?"], [status or "removed"]
    if user:
        conditions.append(
            "EXISTS (SELECT 1 FROM cached_file_users u WHERE u.cached_file_id = f.id AND u.user_id = ?)"
        )
        values.append(user)
    where = " AND ".join(conditions)
    (total,) = database().execute(f"SELECT count(*) FROM cached_files f WHERE {where}", values).fetchone()
    rows = database().execute(
        f"SELECT * FROM cached_files f WHERE {where} ORDER BY f.cached_at DESC, f.id DESC LIMIT ? OFFSET ?",
        [*values, limit, offset],
    )
    page = []
    for row in rows.fetchall():
        file = dict(row)
        users = database().execute(
            "SELECT user_id FROM cached_file_users WHERE cached_file_id = ? ORDER BY added_at, rowid", [file["id"]]
        )
        file["users"] = [name for (name,) in users]
        file["metadata"] = json.loads(file["metadata"] or "{}")
        page.append(file)
    return jsonify(
        success=True,
        data={
            "files": page,
            "pagination": {
                "limit": limit,
                "offset": offset,
                "total_count": total,
                "has_more": offset + len(page) < total,
            },
            "filter_applied": request.args,
        },
    )


# Flask's own server closes every connection; this one is as quick, and keeps them.
serve(app, host="127.0.0.1", port=PORT, threads=16)
