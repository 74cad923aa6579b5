-- Same text for both databases. Ids are UUIDv7 as text, times are milliseconds since 1970.
-- Unique constraints and indexes are named {table}_{columns}_key: the code looks them up by that name.

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    username      TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    is_admin      BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL,
    CONSTRAINT users_username_key UNIQUE (username),
    CONSTRAINT users_email_key UNIQUE (email)
);

-- One row: who came first. Taking it is what makes an account the first one.
CREATE TABLE installation (
    id            BIGINT NOT NULL PRIMARY KEY,
    first_user_id TEXT
);
INSERT INTO installation (id, first_user_id) VALUES (1, NULL);

CREATE TABLE sessions (
    id           TEXT   NOT NULL PRIMARY KEY,
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind         TEXT   NOT NULL,
    user_agent   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id, id);

CREATE TABLE creator_applications (
    id         TEXT   NOT NULL PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    about      TEXT   NOT NULL,
    status     TEXT   NOT NULL,
    reason     TEXT,
    decided_by TEXT   REFERENCES users (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- One application that is open or approved, and any number of rejected ones.
CREATE UNIQUE INDEX creator_applications_user_id_key ON creator_applications (user_id) WHERE status <> 'REJECTED';
CREATE INDEX creator_applications_status_idx ON creator_applications (status, id);

CREATE TABLE streams (
    id                     TEXT    NOT NULL PRIMARY KEY,
    user_id                TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    version                BIGINT  NOT NULL,
    title                  TEXT    NOT NULL,
    thumbnail              TEXT,
    is_chat_enabled        BOOLEAN NOT NULL,
    is_chat_delayed        BOOLEAN NOT NULL,
    chat_delay_seconds     BIGINT  NOT NULL,
    slow_mode_seconds      BIGINT  NOT NULL,
    is_chat_followers_only BOOLEAN NOT NULL,
    followers_min_minutes  BIGINT  NOT NULL,
    ended_by_creator       BOOLEAN NOT NULL,
    -- What is shown, and the encoder's session behind it (src/domain/on_air.rs).
    status                 TEXT    NOT NULL,
    started_at             BIGINT,
    broadcast_id           TEXT,
    resource_id            TEXT,
    participant_sid        TEXT,
    ended_resource_id      TEXT,
    ended_participant_sid  TEXT,
    reconnecting_until     BIGINT,
    last_live_at           BIGINT,
    -- The way in. sealed_key is the stream key, encrypted.
    ingress_id             TEXT,
    input_type             TEXT,
    server_url             TEXT,
    sealed_key             TEXT,
    key_is_lost            BOOLEAN NOT NULL,
    ingress_claimed_until  BIGINT  NOT NULL,
    created_at             BIGINT  NOT NULL,
    updated_at             BIGINT  NOT NULL,
    CONSTRAINT streams_user_id_key UNIQUE (user_id),
    CONSTRAINT streams_ingress_id_key UNIQUE (ingress_id)
);
CREATE INDEX streams_status_idx ON streams (status);

CREATE TABLE title_history (
    id        TEXT   NOT NULL PRIMARY KEY,
    stream_id TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    title     TEXT   NOT NULL,
    set_at    BIGINT NOT NULL
);
CREATE INDEX title_history_stream_id_idx ON title_history (stream_id, id);

CREATE TABLE broadcasts (
    id            TEXT   NOT NULL PRIMARY KEY,
    stream_id     TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    started_at    BIGINT NOT NULL,
    ended_at      BIGINT,
    -- Drops, and how long they were in all: not time on air.
    interruptions BIGINT NOT NULL,
    off_air_ms    BIGINT NOT NULL
);
CREATE INDEX broadcasts_stream_id_idx ON broadcasts (stream_id, id);

-- Ids of LiveKit's events that were taken in, and nothing else of them: their bodies hold the stream key.
CREATE TABLE webhook_events (
    id          TEXT   NOT NULL PRIMARY KEY,
    received_at BIGINT NOT NULL
);
CREATE INDEX webhook_events_received_at_idx ON webhook_events (received_at);

CREATE TABLE rate_limits (
    name         TEXT   NOT NULL PRIMARY KEY,
    window_start BIGINT NOT NULL,
    hits         BIGINT NOT NULL
);
