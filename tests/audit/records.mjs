// Has the service write an audit record of every kind, and leaves each as a file for the validator: records.mjs BINARY FOLDER

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [binary, folder] = process.argv.slice(2);
const HOOK = "/cds-services/pnet-liver-metastases";
const WITH_CARDS = "insulinoma-debulking";
const WITHOUT = "pancreatic-adenocarcinoma";
/** Nothing listens there. */
const GONE = "http://127.0.0.1:9/fhir";

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

/** Runs the service with these settings for as long as the work takes; its records. */
async function recorded(name, settings, work) {
  const [config, sink] = [join(folder, `${name}.toml`), join(folder, `${name}.ndjson`)];
  writeFileSync(config, `server.listen = "127.0.0.1:0"\nserver.management_listen = ""\n`
    + `audit.sink = "file:${sink}"\nfhir.deadline = "5 s"\nserver.request_deadline = "30 s"\n${settings}\n`);
  const service = spawn(binary, ["serve", "--config", config], { env: {}, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise(resolve => service.once("exit", resolve));
  try {
    const base = await new Promise((resolve, reject) => {
      let said = "";
      service.stdout.on("data", bytes => {
        said += bytes;
        const found = /listens on (http:\S+?);/.exec(said);
        if (found) resolve(found[1]);
      });
      ended.then(() => reject(new Error(`not started: ${said}`)));
    });
    await work(async (path, body, status) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const answer = await fetch(base + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: text });
      const got = await answer.text();
      if (answer.status !== status) throw new Error(`${path}: ${answer.status}, not ${status}: ${got}`);
      return got && JSON.parse(got);
    }, base);
  } finally {
    service.kill("SIGTERM");
    await ended;
  }
  return readFileSync(sink, "utf8").trim().split("\n").map(line => JSON.parse(line));
}

const call = (hook, patient, more = {}, context = {}) => ({
  hook, hookInstance: "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
  context: { userId: "Practitioner/demo", patientId: patient, ...context }, ...more,
});
const draft = { resourceType: "ServiceRequest", id: "tace", status: "draft", intent: "order",
  subject: { reference: `Patient/${WITH_CARDS}` }, code: { text: "TACE" } };

// One service is the FHIR server of the other.
let open;
await recorded("ehr", `demo.enabled = true\nstore.url = "sqlite::memory:"`, async (ask, ehr) => {
  await ask(HOOK, "{", 400);
  const reader = `auth.mode = "open"\nstore.url = "sqlite::memory:"\n[[clients]]\nissuer = "https://ehr.example.org"\n`
    + `jwks_url = "http://127.0.0.1:9/keys"\nfhir_servers = ["${ehr}/sandbox/fhir", "${GONE}"]`;
  open = await recorded("open", reader, post => everyCall(post, { fhirServer: `${ehr}/sandbox/fhir` }));
});

async function everyCall(post, pulled) {
  const { cards } = await post(HOOK, call("patient-view", WITH_CARDS, pulled), 200);
  if (cards.length < 2) throw new Error("no cards");
  const none = await post(HOOK, call("patient-view", WITHOUT, pulled), 200);
  if (none.cards.length > 0) throw new Error("cards where there should be none");
  await post("/cds-services/pnet-order-sign",
    call("order-sign", WITH_CARDS, pulled, { draftOrders: { resourceType: "Bundle", type: "collection", entry: [{ resource: draft }] } }), 200);
  const item = { card: cards[0].uuid, outcome: "overridden", outcomeTimestamp: "2026-11-23T10:00:00Z" };
  await post(`${HOOK}/feedback`, { feedback: [item] }, 200);
  await post("/assessment", call("patient-view", WITH_CARDS, pulled), 200);
  await post(HOOK, call("patient-view", WITH_CARDS, { prefetch: { patient: { resourceType: "Patient", id: "another" } } }), 412);
  await post(HOOK, call("patient-view", WITH_CARDS, { fhirServer: GONE }), 412);
  await post(HOOK, "{", 400);
}
const down = await recorded("down", `demo.enabled = true\nstore.url = "postgres://u:p@127.0.0.1:9/x"`, async post => {
  await post(`${HOOK}/feedback`, { feedback: [{ card: "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea", outcome: "overridden", outcomeTimestamp: "2026-11-23T10:00:00Z" }] }, 503);
});
const client = `store.url = "sqlite::memory:"\n[[clients]]\nissuer = "https://ehr.example.org"\njwks_url = "http://127.0.0.1:9/keys"`;
const refused = await recorded("required", client, async post => {
  await post(HOOK, call("patient-view", WITH_CARDS), 401);
});

const events = [...open, ...down, ...refused];
const path = event => event.entity.flatMap(entity => entity.detail ?? []).find(detail => detail.type === "path")?.valueString ?? "query";
const kinds = new Map();
for (const event of events) {
  const hook = event.entity.flatMap(entity => entity.detail ?? []).find(detail => detail.type === "service")?.valueString;
  const kind = path(event) === "query" ? `query, ${event.outcomeDesc}` : `${hook ?? path(event)}, ${event.outcomeDesc}`;
  const count = (kinds.get(kind) ?? 0) + 1;
  kinds.set(kind, count);
  const name = `${kind}-${count}`.replace(/[^A-Za-z0-9-]+/g, "_");
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(event, null, 2));
}
console.log(`records: ${events.length}: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join("; ")}`);
const wanted = [
  ["pnet-liver-metastases", "cards"], ["pnet-liver-metastases", "none"], ["pnet-order-sign", ""], ["feedback", "none"],
  ["feedback", "store-unavailable"], ["", "another-patient"], ["", "malformed-json"], ["", "unauthorized: no-token"],
  ["/assessment", ""], ["query", "complete"], ["query", "refused"],
];
const missing = wanted.filter(([where, end]) => ![...kinds.keys()].some(kind => kind.includes(where) && kind.endsWith(end)));
if (missing.length > 0) throw new Error(`no record of ${JSON.stringify(missing)}`);
