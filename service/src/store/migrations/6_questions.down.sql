DROP TABLE question_keys;
DROP TABLE paused_questions;
ALTER TABLE issued_cards DROP COLUMN question;
