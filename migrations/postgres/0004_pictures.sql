-- Pictures that the server keeps, by their address. The files themselves are in the storage. A row is there before its
-- files are and goes after them, so that no file is forgotten: what no stream and no account names is taken away.
-- Same text for both databases.

CREATE TABLE pictures (
    address    TEXT   NOT NULL PRIMARY KEY,
    -- Who gave it; nobody, once their account is gone.
    user_id    TEXT   REFERENCES users (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX pictures_user_id_idx ON pictures (user_id);
CREATE INDEX streams_thumbnail_idx ON streams (thumbnail);

ALTER TABLE users ADD COLUMN picture TEXT;
CREATE INDEX users_picture_idx ON users (picture);
