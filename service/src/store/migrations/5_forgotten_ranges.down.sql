DROP TABLE forgotten_ranges;
