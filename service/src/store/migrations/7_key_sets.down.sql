DROP TABLE probes;
DROP TABLE key_sets;
