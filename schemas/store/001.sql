-- Connections: one row for each that was ever accepted; closed ones are pruned beyond 100 000.
-- Times are milliseconds since 1970. The disconnect columns are NULL while the connection is open;
-- disconnect_delivered is 1 once its $disconnect event has reached its handler, 0 before.
-- There is no index besides seq: rows are appended, and whoever writes them knows their seq.
CREATE TABLE connections (
    seq                    INTEGER PRIMARY KEY,
    connection_id          TEXT    NOT NULL,
    api_id                 TEXT    NOT NULL,
    stage                  TEXT    NOT NULL,
    connected_at           INTEGER NOT NULL,
    last_active_at         INTEGER NOT NULL,
    source_ip              TEXT    NOT NULL,
    user_agent             TEXT,
    domain_name            TEXT    NOT NULL,
    deployment_id          TEXT    NOT NULL,
    authorizer             TEXT,
    disconnected_at        INTEGER,
    disconnect_status_code INTEGER,
    disconnect_reason      TEXT,
    disconnect_delivered   INTEGER
);
