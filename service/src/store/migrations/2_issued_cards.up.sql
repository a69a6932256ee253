CREATE TABLE issued_cards (
    issuer TEXT NOT NULL,
    tenant TEXT NOT NULL,
    service TEXT NOT NULL,
    card TEXT NOT NULL,
    kind TEXT NOT NULL,
    option_group TEXT NOT NULL,
    options TEXT NOT NULL,
    knowledge TEXT NOT NULL,
    issued BIGINT NOT NULL,
    PRIMARY KEY (issuer, tenant, service, card)
);
CREATE INDEX issued_cards_issued ON issued_cards (issued);
