ALTER TABLE issued_cards ADD COLUMN outcome TEXT;
ALTER TABLE issued_cards ADD COLUMN reasons TEXT;
ALTER TABLE issued_cards ADD COLUMN comment TEXT;
ALTER TABLE issued_cards ADD COLUMN answered_ms BIGINT;
ALTER TABLE issued_cards ADD COLUMN received_ms BIGINT;
