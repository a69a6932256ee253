ALTER TABLE issued_cards ADD COLUMN suggestions TEXT;
