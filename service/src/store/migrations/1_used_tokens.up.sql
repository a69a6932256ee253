CREATE TABLE used_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX used_tokens_expires ON used_tokens (expires);

CREATE TABLE forgotten_tokens (until BIGINT NOT NULL);
INSERT INTO forgotten_tokens (until) VALUES (0);
