// Loads the exported knowledge, with its ELM, and the clean facts of the demo patients into HAPI, asks it PlanDefinition/$apply
// for each, and compares what it proposes with what our engine does: apply.mjs BASE BINARY KNOWLEDGE ELM PATIENTS FOLDER.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const [base, binary, knowledge, elm, patients, folder] = process.argv.slice(2);
const DAY = "2026-11-23";
const PLAN = "pnet-liver-metastases";

async function post(path, body) {
  const answer = await fetch(`${base}${path}`, {
    method: "POST",
    headers: { "content-type": "application/fhir+json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text.slice(0, 2000)}`);
  return JSON.parse(text);
}

const put = resource => ({ resource, request: { method: "PUT", url: `${resource.resourceType}/${resource.id}` } });
const transaction = resources => post("", { resourceType: "Bundle", type: "transaction", entry: resources.map(put) });

const wanted = /^(Library|PlanDefinition|ActivityDefinition)-.*\.json$/;
const exported = readdirSync(knowledge).filter(name => wanted.test(name));
const resources = exported.map(name => JSON.parse(readFileSync(join(knowledge, name), "utf8")));
for (const library of resources.filter(resource => resource.content?.[0]?.contentType === "text/cql")) {
  const text = readFileSync(join(elm, `${library.name}.json`));
  library.content.push({ contentType: "application/elm+json", data: text.toString("base64") });
  writeFileSync(join(folder, `Library-${library.id}.json`), JSON.stringify(library, null, 2));
}
await transaction(resources);
const plan = JSON.parse(readFileSync(join(knowledge, `PlanDefinition-${PLAN}.json`), "utf8"));
const titles = new Map(plan.action.map(action => [action.title, action.id]));

let differ = 0;
let spent = 0;
let asked = 0;
const answers = {};
for (const name of readdirSync(patients).filter(name => name.endsWith(".json")).sort()) {
  const file = join(patients, name);
  const run = args => execFileSync(binary, args, { maxBuffer: 1 << 28, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const ours = JSON.parse(run(["assess", "--format", "json", "--as-of", DAY, file]));
  const lines = run(["facts", "--as-of", DAY, file]).trim();
  if (!ours.pathway || !lines) continue;
  const bundle = JSON.parse(lines);
  await transaction(bundle.entry.map(entry => entry.resource));
  const subject = bundle.entry.map(entry => entry.resource).find(resource => resource.resourceType === "Patient").id;
  const ask = () => post(`/PlanDefinition/${PLAN}/$apply`, {
    resourceType: "Parameters",
    parameter: [
      { name: "subject", valueString: `Patient/${subject}` },
      { name: "parameters", resource: { resourceType: "Parameters", parameter: [{ name: "As of", valueDate: DAY }] } },
    ],
  });
  if (asked === 0) await ask();
  const start = performance.now();
  const answer = await ask();
  spent += performance.now() - start;
  asked += 1;
  const group = (answer.contained ?? []).find(resource => resource.resourceType === "RequestGroup");
  const actions = (group?.action ?? []).map(action => ({ id: titles.get(action.title), said: action.textEquivalent }));
  const words = place => `${place.place}${place.rank ? ` (rank ${place.rank})` : ""}`;
  const proposed = ours.pathway.places.filter(place => ["named", "open"].includes(place.place));
  const verdict = new Map(ours.options.map(option => [option.id, option.verdict]));
  const expect = proposed.map(place => `${place.option}: ${verdict.get(place.option)}, ${words(place)}`).sort();
  const theirs = actions.filter(action => !action.id?.startsWith("request-")).map(action => `${action.id}: ${action.said}`).sort();
  const same = JSON.stringify(expect) === JSON.stringify(theirs);
  if (!same) {
    differ += 1;
    console.log(`${name}:\n  ours   ${expect.join("; ")}\n  theirs ${theirs.join("; ")}`);
  }
  const requests = actions.filter(action => action.id?.startsWith("request-")).map(action => action.id);
  console.log(`${name}: ${theirs.length} proposals, ${requests.length} requests${same ? ", the same" : ", NOT the same"}`);
  answers[name] = answer;
}
writeFileSync(join(folder, "answers.json"), JSON.stringify(answers, null, 2));
console.log(`HAPI: $apply for ${asked} patients, ${differ} differ`);
console.log(JSON.stringify({ engine: "HAPI $apply", charts: asked, millisecondsPerChart: spent / asked }));
if (differ > 0 || asked < 5) process.exit(1);
