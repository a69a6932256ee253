// Has the service ask everything that it can ask of the bundled patients, and leaves each Observation that an answer would
// record as a file for the validator, with the guide's profile of its fact: records.mjs BINARY PATIENTS PROFILES FOLDER.
// So it does with what a form filler extracts from the guide's Questionnaire (extracted.json, kept by tests/browser).

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [binary, patients, profiles, folder] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const config = join(folder, "questions.toml");
writeFileSync(config, "cards.questions = 100\ncards.max = 200\n");

/** The profile of an Observation of a fact; those that are present or absent share one. */
const profileOf = fact => {
  const file = join(profiles, `StructureDefinition-pnet-${fact}.json`);
  const own = existsSync(file) && JSON.parse(readFileSync(file, "utf8")).type === "Observation";
  return own ? `pnet-${fact}` : "pnet-presence";
};

const asked = new Map();
const keep = resource => {
  const fact = resource.code.coding[0].code;
  const profile = `https://pnet-cds.github.io/fhir/StructureDefinition/${profileOf(fact)}`;
  const said = JSON.stringify(resource).replace(/Patient\/[^"]+/, "");
  asked.set(`${fact} ${said}`, { ...resource, meta: { profile: [profile] } });
};
for (const name of readdirSync(patients).sort()) {
  const out = execFileSync(binary, ["assess", "--format", "cards", "--config", config, join(patients, name)], { maxBuffer: 1 << 28 });
  const questions = JSON.parse(out).cards.filter(card => card.extension["io.github.pnet-cds.card"].kind === "question");
  const actions = questions.flatMap(card => card.suggestions).flatMap(suggestion => suggestion.actions);
  actions.forEach(({ resource }) => keep(resource));
}
const facts = new Set([...asked.keys()].map(key => key.split(" ")[0]));
if (facts.size < 10) throw new Error(`only ${[...facts].join(", ")} were asked for`);
const extracted = JSON.parse(readFileSync(new URL("extracted.json", import.meta.url), "utf8"));
extracted.forEach(keep);
let count = 0;
for (const resource of asked.values()) {
  count += 1;
  writeFileSync(join(folder, `Observation-${count}.json`), JSON.stringify({ ...resource, id: `asked-${count}` }, null, 2));
}
rmSync(config);
console.log(`questions: ${count} Observations, ${extracted.length} of them by the form; asked for are ${facts.size} facts`);
