ALTER TABLE issued_cards DROP COLUMN suggestions;
