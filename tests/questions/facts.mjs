// Writes the clean facts of the bundled patients, each resource once as a file for the validator, with the profile that it
// declares: facts.mjs BINARY PATIENTS FOLDER.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [binary, patients, folder] = process.argv.slice(2);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
// A patient without anything that may be a PNET, and charts that are not whole, are told and end it with 2.
const run = () => {
  try {
    return execFileSync(binary, ["facts", "--as-of", "2026-11-23", patients], { maxBuffer: 1 << 28, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (error) {
    if (error.status === 2) return error.stdout;
    throw error;
  }
};
const bundles = run().trim().split("\n").map(line => JSON.parse(line));
const seen = new Set();
const profiles = new Set();
for (const bundle of bundles) {
  for (const { resource } of bundle.entry) {
    const { id, subject, derivedFrom, extension, ...said } = resource;
    const key = JSON.stringify(said);
    if (seen.has(key)) continue;
    seen.add(key);
    (resource.meta?.profile ?? []).forEach(profile => profiles.add(profile));
    writeFileSync(join(folder, `${resource.resourceType}-${id}.json`), JSON.stringify(resource, null, 2));
  }
}
writeFileSync(join(folder, "Bundle-first.json"), JSON.stringify(bundles[0], null, 2));
if (bundles.length < 15 || profiles.size < 30) throw new Error(`only ${bundles.length} patients and ${profiles.size} profiles`);
console.log(`clean facts: ${bundles.length} patients, ${seen.size} resources of ${profiles.size} profiles`);
