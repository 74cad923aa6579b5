-- Who did what, as far as it matters for security, and ways to a new password by mail. Same text for both databases.

-- Holds no secret and no address for mail. What an account did that is gone stays, without who it was.
CREATE TABLE audit_entries (
    id         TEXT   NOT NULL PRIMARY KEY,
    action     TEXT   NOT NULL,
    -- An account, the operator at the command line, or nobody who is signed in.
    actor_kind TEXT   NOT NULL,
    actor_id   TEXT   REFERENCES users (id) ON DELETE SET NULL,
    -- Whose account it was done to.
    subject_id TEXT   REFERENCES users (id) ON DELETE SET NULL,
    -- Where it came from: an address without its end. Goes with the account.
    network    TEXT,
    -- What happens often is one row for an hour: a keyed hash of what is counted together. None: it stands alone.
    sum_of     TEXT,
    times      BIGINT NOT NULL,
    request_id TEXT,
    created_at BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    CONSTRAINT audit_entries_sum_of_key UNIQUE (sum_of)
);
CREATE INDEX audit_entries_last_idx ON audit_entries (last_at);
CREATE INDEX audit_entries_actor_idx ON audit_entries (actor_id, id);
CREATE INDEX audit_entries_subject_idx ON audit_entries (subject_id, id);

-- Links that were sent and not used. What is in the link is not here, only its hash.
CREATE TABLE password_resets (
    token_hash TEXT   NOT NULL PRIMARY KEY,
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX password_resets_user_idx ON password_resets (user_id);
