-- How people are shown to others, and what deleting an account looks for. Same text for both databases.

-- None: others read the username.
ALTER TABLE users ADD COLUMN display_name TEXT;
ALTER TABLE users ADD COLUMN about TEXT NOT NULL DEFAULT '';

-- What refers to an account without belonging to it is kept without its author. These find it.
CREATE INDEX chat_lines_author_idx ON chat_lines (user_id);
CREATE INDEX chat_bans_user_id_idx ON chat_bans (user_id);
CREATE INDEX chat_bans_banned_by_idx ON chat_bans (banned_by);
CREATE INDEX chat_moderators_user_id_idx ON chat_moderators (user_id);
CREATE INDEX chat_actions_actor_id_idx ON chat_actions (actor_id);
CREATE INDEX chat_actions_user_id_idx ON chat_actions (user_id);
