ALTER TABLE issued_cards ADD COLUMN question TEXT;
CREATE TABLE paused_questions (question TEXT NOT NULL PRIMARY KEY, since BIGINT NOT NULL);
CREATE TABLE question_keys (name TEXT NOT NULL PRIMARY KEY, secret TEXT NOT NULL);
