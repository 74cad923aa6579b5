-- Names and titles as they are searched (src/domain/search.rs): folded by the program, because the two databases do not
-- agree on what a lower-case letter is. Titles from before are folded when the database is opened.
-- Same text for both databases.

-- Of the name that others read; empty for who is read by their username, which is folded as it is.
ALTER TABLE users ADD COLUMN folded_name TEXT NOT NULL DEFAULT '';
ALTER TABLE streams ADD COLUMN folded_title TEXT NOT NULL DEFAULT '';

-- The list of recent streams is read in this order.
CREATE INDEX streams_last_live_at_idx ON streams (last_live_at, id);
