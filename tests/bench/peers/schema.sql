-- The specification's tables and indexes.
CREATE TABLE cached_files (
    id TEXT PRIMARY KEY,
    file_path TEXT NOT NULL UNIQUE,
    filename TEXT NOT NULL,
    original_path TEXT NOT NULL,
    cached_path TEXT NOT NULL,
    cache_method TEXT NOT NULL,
    file_size_bytes INTEGER NOT NULL,
    file_size_readable TEXT NOT NULL,
    cached_at TIMESTAMP NOT NULL,
    last_accessed TIMESTAMP,
    access_count INTEGER DEFAULT 0,
    triggered_by_user TEXT,
    triggered_by_operation TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'active',
    metadata TEXT,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE cached_file_users (
    cached_file_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    attribution_reason TEXT NOT NULL,
    added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY(cached_file_id, user_id),
    FOREIGN KEY(cached_file_id) REFERENCES cached_files(id) ON DELETE CASCADE
);
CREATE TABLE cache_operations_log (
    id TEXT PRIMARY KEY,
    operation_type TEXT NOT NULL,
    file_path TEXT NOT NULL,
    triggered_by TEXT NOT NULL,
    triggered_by_user TEXT,
    reason TEXT NOT NULL,
    success BOOLEAN NOT NULL,
    error_message TEXT,
    metadata TEXT,
    timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX idx_cached_files_status ON cached_files(status);
CREATE INDEX idx_cached_files_user ON cached_files(triggered_by_user);
CREATE INDEX idx_cached_files_cached_at ON cached_files(cached_at);
CREATE INDEX idx_cache_log_timestamp ON cache_operations_log(timestamp);
