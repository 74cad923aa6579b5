-- Indexes for what is asked at every request. Same text for both databases.

-- Whether somebody is an approved creator, and what became of their last application: the index that keeps open ones
-- single has not all of them, and SQLite takes it for neither.
CREATE INDEX creator_applications_user_id_idx ON creator_applications (user_id, id);
-- Who goes is forgotten by what they decided.
CREATE INDEX creator_applications_decided_by_idx ON creator_applications (decided_by);
-- What is held back in one chat, without a walk through all that was ever written there.
CREATE INDEX chat_lines_held_idx ON chat_lines (stream_id, number) WHERE held_until IS NOT NULL;
