-- Following, the chat, and who keeps order in it. Same text for both databases.

CREATE TABLE follows (
    user_id     TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    stream_id   TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    followed_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, stream_id)
);
CREATE INDEX follows_stream_id_idx ON follows (stream_id, followed_at);

-- One row for each chat in which something was said: the counters behind its lines. Whoever adds a line or changes one
-- holds the row, so that numbers and revisions become visible in their order.
CREATE TABLE chats (
    stream_id     TEXT   NOT NULL PRIMARY KEY REFERENCES streams (id) ON DELETE CASCADE,
    last_number   BIGINT NOT NULL,
    last_revision BIGINT NOT NULL
);

CREATE TABLE chat_lines (
    id           TEXT   NOT NULL PRIMARY KEY,
    stream_id    TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    broadcast_id TEXT   REFERENCES broadcasts (id) ON DELETE SET NULL,
    -- Its place in the list.
    number       BIGINT NOT NULL,
    -- The newest change of it that everybody sees; none while it is held back.
    revision     BIGINT,
    -- 'message', or 'rules': then the text is the changed rules as JSON.
    kind         TEXT   NOT NULL,
    user_id      TEXT   REFERENCES users (id) ON DELETE SET NULL,
    role         TEXT   NOT NULL,
    text         TEXT   NOT NULL,
    sent_at      BIGINT NOT NULL,
    held_until   BIGINT,
    deleted_at   BIGINT,
    CONSTRAINT chat_lines_stream_id_number_key UNIQUE (stream_id, number),
    CONSTRAINT chat_lines_stream_id_revision_key UNIQUE (stream_id, revision)
);
CREATE INDEX chat_lines_user_id_idx ON chat_lines (stream_id, user_id, number);
CREATE INDEX chat_lines_broadcast_id_idx ON chat_lines (broadcast_id);
CREATE INDEX chat_lines_held_until_idx ON chat_lines (held_until) WHERE held_until IS NOT NULL;

-- Who may not write: until then, or for good.
CREATE TABLE chat_bans (
    stream_id  TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    until      BIGINT,
    banned_by  TEXT   REFERENCES users (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (stream_id, user_id)
);

CREATE TABLE chat_moderators (
    stream_id  TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (stream_id, user_id)
);

CREATE TABLE chat_actions (
    id         TEXT   NOT NULL PRIMARY KEY,
    stream_id  TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    kind       TEXT   NOT NULL,
    actor_id   TEXT   REFERENCES users (id) ON DELETE SET NULL,
    user_id    TEXT   REFERENCES users (id) ON DELETE SET NULL,
    seconds    BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX chat_actions_stream_id_idx ON chat_actions (stream_id, id);

-- As the creator typed them, one on each line.
CREATE TABLE chat_blocked_words (
    stream_id TEXT NOT NULL PRIMARY KEY REFERENCES streams (id) ON DELETE CASCADE,
    words     TEXT NOT NULL
);
