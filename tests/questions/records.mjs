// Has the service ask everything that it can ask of the bundled patients, and leaves each Observation that an answer would
// record as a file for the validator, with the guide's profile of its fact: records.mjs BINARY PATIENTS PROFILES FOLDER

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
for (const name of readdirSync(patients).sort()) {
  const out = execFileSync(binary, ["assess", "--format", "cards", "--config", config, join(patients, name)], { maxBuffer: 1 << 28 });
  const questions = JSON.parse(out).cards.filter(card => card.extension["io.github.pnet-cds.card"].kind === "question");
  for (const { resource } of questions.flatMap(card => card.suggestions).flatMap(suggestion => suggestion.actions)) {
    const fact = resource.code.coding[0].code;
    const profile = `https://pnet-cds.github.io/fhir/StructureDefinition/${profileOf(fact)}`;
    const said = JSON.stringify(resource).replace(/Patient\/[^"]+/, "");
    asked.set(`${fact} ${said}`, { ...resource, meta: { profile: [profile] } });
  }
}
let count = 0;
for (const resource of asked.values()) {
  count += 1;
  writeFileSync(join(folder, `Observation-${count}.json`), JSON.stringify({ ...resource, id: `asked-${count}` }, null, 2));
}
rmSync(config);
const facts = new Set([...asked.keys()].map(key => key.split(" ")[0]));
if (facts.size < 10) throw new Error(`only ${[...facts].join(", ")} were asked for`);
console.log(`questions: ${count} Observations on ${facts.size} facts`);
