CREATE TABLE forgotten_ranges (
    first BIGINT NOT NULL,
    last BIGINT NOT NULL
);
