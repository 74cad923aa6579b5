-- What creators read of their broadcasts. Same text for both databases.

-- The zone (IANA) of the days and hours that the account reads.
ALTER TABLE users ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';

-- Times within a broadcast at which nothing was sent.
CREATE TABLE broadcast_drops (
    broadcast_id TEXT   NOT NULL REFERENCES broadcasts (id) ON DELETE CASCADE,
    started_at   BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    PRIMARY KEY (broadcast_id, started_at)
);
-- Of earlier ones only the sum is known, and not when they were.
INSERT INTO broadcast_drops (broadcast_id, started_at, ended_at)
SELECT id, coalesce(ended_at, started_at + off_air_ms) - off_air_ms, coalesce(ended_at, started_at + off_air_ms)
FROM broadcasts WHERE off_air_ms > 0;

-- The last moment at which it was known to be on air; none for those from before.
ALTER TABLE broadcasts ADD COLUMN last_seen_at BIGINT;
-- After another one was added: SQLite cannot take away the last column when a comment stands before it.
ALTER TABLE broadcasts DROP COLUMN interruptions;
ALTER TABLE broadcasts DROP COLUMN off_air_ms;
-- What it was called at its end.
ALTER TABLE broadcasts ADD COLUMN title TEXT NOT NULL DEFAULT '';
UPDATE broadcasts SET title = coalesce(
    (SELECT h.title FROM title_history h
     WHERE h.stream_id = broadcasts.stream_id AND h.set_at <= broadcasts.ended_at ORDER BY h.id DESC LIMIT 1),
    (SELECT s.title FROM streams s WHERE s.id = broadcasts.stream_id));
-- Since when its numbers stand: they and its curve are stored, and who watched is forgotten. Before that they are
-- computed whenever they are asked for, and these columns mean nothing.
ALTER TABLE broadcasts ADD COLUMN settled_at BIGINT;
ALTER TABLE broadcasts ADD COLUMN duration_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE broadcasts ADD COLUMN viewer_ms BIGINT NOT NULL DEFAULT 0;
-- The average in thousandths, to sort by.
ALTER TABLE broadcasts ADD COLUMN average_viewers_milli BIGINT NOT NULL DEFAULT 0;
ALTER TABLE broadcasts ADD COLUMN peak_viewers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE broadcasts ADD COLUMN distinct_viewers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE broadcasts ADD COLUMN messages BIGINT NOT NULL DEFAULT 0;
ALTER TABLE broadcasts ADD COLUMN chatters BIGINT NOT NULL DEFAULT 0;
ALTER TABLE broadcasts ADD COLUMN new_followers BIGINT NOT NULL DEFAULT 0;
ALTER TABLE broadcasts ADD COLUMN drops BIGINT NOT NULL DEFAULT 0;
-- How long the pieces of its curve are: longer when it was long, and once it is old.
ALTER TABLE broadcasts ADD COLUMN curve_seconds BIGINT NOT NULL DEFAULT 60;
CREATE INDEX broadcasts_started_at_idx ON broadcasts (stream_id, started_at, id);
CREATE INDEX broadcasts_unsettled_idx ON broadcasts (stream_id, ended_at) WHERE settled_at IS NULL;
CREATE INDEX broadcasts_fine_idx ON broadcasts (ended_at) WHERE curve_seconds = 60;

-- Who watched a broadcast that is not settled: a row for each connection. Both names are keyed hashes that hold the
-- broadcast, so that they lead neither to a person nor from one broadcast to another.
CREATE TABLE viewer_visits (
    broadcast_id TEXT   NOT NULL REFERENCES broadcasts (id) ON DELETE CASCADE,
    visit        TEXT   NOT NULL,
    viewer       TEXT   NOT NULL,
    joined_at    BIGINT NOT NULL,
    -- None: still there, or until the end.
    left_at      BIGINT,
    -- LiveKit told when they left, and it stands. Otherwise a look has missed them, and the next one may find them.
    left_is_told BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (broadcast_id, visit)
);
CREATE INDEX viewer_visits_open_idx ON viewer_visits (broadcast_id) WHERE left_at IS NULL;

-- The curve of a settled broadcast: pieces that end on full minutes, or on full quarters of an hour of a long or an
-- old one.
CREATE TABLE broadcast_minutes (
    broadcast_id TEXT   NOT NULL REFERENCES broadcasts (id) ON DELETE CASCADE,
    at           BIGINT NOT NULL,
    until        BIGINT NOT NULL,
    on_air_ms    BIGINT NOT NULL,
    viewer_ms    BIGINT NOT NULL,
    peak_viewers BIGINT NOT NULL,
    messages     BIGINT NOT NULL,
    PRIMARY KEY (broadcast_id, at)
);

-- How many more follow a stream since that quarter of an hour, or fewer; not who: a moment that several streams have
-- in common would be somebody's.
CREATE TABLE follow_events (
    stream_id TEXT   NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
    at        BIGINT NOT NULL,
    change    BIGINT NOT NULL,
    PRIMARY KEY (stream_id, at)
);
INSERT INTO follow_events (stream_id, at, change)
SELECT stream_id, (followed_at / 900000) * 900000, count(*) FROM follows
GROUP BY stream_id, (followed_at / 900000) * 900000;

-- What is read of the chat of a broadcast. SQLite reads the second one alone only because it also holds the columns
-- that its condition names.
CREATE INDEX chat_lines_rules_idx ON chat_lines (broadcast_id, number) WHERE kind = 'rules';
CREATE INDEX chat_lines_counted_idx ON chat_lines (broadcast_id, sent_at, user_id, kind, deleted_at)
WHERE kind = 'message' AND deleted_at IS NULL;
