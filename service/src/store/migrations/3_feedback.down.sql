ALTER TABLE issued_cards DROP COLUMN received_ms;
ALTER TABLE issued_cards DROP COLUMN answered_ms;
ALTER TABLE issued_cards DROP COLUMN comment;
ALTER TABLE issued_cards DROP COLUMN reasons;
ALTER TABLE issued_cards DROP COLUMN outcome;
