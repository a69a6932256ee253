DROP TABLE forgotten_tokens;
DROP TABLE used_tokens;
