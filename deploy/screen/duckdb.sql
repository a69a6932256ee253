-- `pnet-cds screen` beside DuckDB: what a warehouse can do before and after. Run it in a folder with
--   rows.parquet  from `pnet-cds screen --format parquet --out rows.parquet`
--   export/       the export, Condition*.ndjson among it
--   knowledge/    from `pnet-cds knowledge export knowledge`
-- It prints what codes alone would have found.

-- The codes of the gate, as the value sets of the knowledge have them.
CREATE TABLE gate_codes AS
SELECT DISTINCT inc.system AS system, concept.code AS code
FROM (
  SELECT unnest(compose.include) AS inc
  FROM read_json('knowledge/ValueSet-*.json', union_by_name = true,
    columns = {id: 'VARCHAR', compose: 'STRUCT(include STRUCT(system VARCHAR, concept STRUCT(code VARCHAR)[])[])'})
  WHERE id LIKE '%pnet%'
), unnest(inc.concept) AS one(concept);

-- Who has one of the codes. It reads no text, no code that a site maps, no Observation, and takes back nothing that was refuted:
-- good for counting beforehand, never instead of `screen`.
CREATE TABLE coded AS
SELECT DISTINCT subject.reference AS subject
FROM (
  SELECT subject, unnest(code.coding) AS coding
  FROM read_json('export/Condition*.ndjson*', format = 'newline_delimited', columns = {
    subject: 'STRUCT(reference VARCHAR)', code: 'STRUCT(coding STRUCT(system VARCHAR, code VARCHAR)[])'})
) JOIN gate_codes ON gate_codes.system = coding.system AND gate_codes.code = coding.code;

SELECT count(*) AS with_pnet,
  count(*) FILTER (patient IN (FROM coded)) AS found_by_code,
  count(*) FILTER (patient NOT IN (FROM coded)) AS missed_by_code
FROM 'rows.parquet' WHERE gate IN ('passed', 'no-liver-metastases');
