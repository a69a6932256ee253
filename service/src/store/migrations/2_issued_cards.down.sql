DROP TABLE issued_cards;
