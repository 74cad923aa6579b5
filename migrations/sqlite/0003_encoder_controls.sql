-- Same text for both databases. What a creator sets for the encoder, and what is known of the last one.

ALTER TABLE streams ADD COLUMN is_rehearsal_on BOOLEAN NOT NULL DEFAULT FALSE;
-- How long a drop is waited out before it is an end; 0 is not at all.
ALTER TABLE streams ADD COLUMN disconnect_protection_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE streams ADD COLUMN last_used_at BIGINT;
-- Size of the last picture, in pixels.
ALTER TABLE streams ADD COLUMN last_width BIGINT;
ALTER TABLE streams ADD COLUMN last_height BIGINT;
