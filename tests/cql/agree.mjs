// Runs the rules as CQL in an engine that is not ours (cql-execution) on charts of which ours has said what they come to, and
// compares every grade, stage, outcome, verdict, intent and place: agree.mjs FOLDER-OF-ELM CHARTS.
// With --bench it says how long a chart takes.

import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";

const require = createRequire(join(process.env.CQL_TOOLS, "package.json"));
const cql = require("cql-execution");
const fhir = require("cql-exec-fhir");

// The engine works a define out anew wherever it is named. Here its result is kept for the patient: a define has no arguments, so
// that nothing comes out otherwise, only sooner.
const { ExpressionRef } = require("cql-execution/lib/elm/reusable.js");
const worked = ExpressionRef.prototype.exec;
const kept = new WeakMap();
ExpressionRef.prototype.exec = function (context) {
  const home = this.library ? context.getLibraryContext(this.library) : context.rootContext();
  if (!kept.has(home)) kept.set(home, new Map());
  const results = kept.get(home);
  if (!results.has(this.name)) results.set(this.name, worked.call(this, context));
  return results.get(this.name);
};

const [folder, charts, bench] = process.argv.slice(2);
const elm = name => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
const libraries = new cql.Repository({ PnetFacts: elm("PnetFacts"), FHIRHelpers: elm("FHIRHelpers") });
const rules = new cql.Library(elm("PnetLiverMetastases"), libraries);
const codes = new cql.CodeService({});
const source = fhir.PatientSource.FHIRv401();

/** What the engine comes to, in the shape of what is expected. */
function assess(chart) {
  source.reset();
  source.loadBundles([chart.bundle]);
  const [year, month, day] = chart.asOf.split("-").map(Number);
  const executor = new cql.Executor(rules, codes, { "As of": new cql.Date(year, month, day) });
  return executor.exec(source).then(({ patientResults }) => Object.values(patientResults)[0]);
}

const sorted = list => [...(list ?? [])].sort();
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Every difference, a line each, and how much was compared. */
function differences({ name, expect }, found) {
  const all = [];
  let compared = 0;
  const compare = (what, ours, theirs) => {
    compared += 1;
    if (!same(ours, theirs)) all.push(`${name}: ${what}: ours ${JSON.stringify(ours)}, theirs ${JSON.stringify(theirs)}`);
  };
  compare("gate", expect.gate, found.Gate);
  compare("grade", expect.grade ?? null, found.Grade ?? null);
  compare("grade candidates", sorted(expect.candidates), sorted(found["Grade candidates"]));
  compare("grade reason", expect.reason ?? null, found["Grade reason"] ?? null);
  compare("ENETS", sorted(expect.enets), sorted(found["ENETS stages"]));
  compare("AJCC 7", sorted(expect.ajcc7), sorted(found["AJCC 7 stages"]));
  if (expect.gate === "passed") {
    compare("intent", expect.intent, found.Intent);
    compare("no trigger", expect.noTrigger, found["No trigger"]);
    for (const [id, outcome] of Object.entries(expect.criteria)) compare(`criterion ${id}`, outcome, found[`Criterion ${id}`]);
    for (const [id, verdict] of Object.entries(expect.verdicts)) compare(`verdict ${id}`, verdict, found[`Verdict ${id}`]);
    for (const [id, { place, rank }] of Object.entries(expect.places)) {
      compare(`place ${id}`, place, found[`Place ${id}`]);
      compare(`rank ${id}`, rank ?? null, found[`Rank ${id}`] ?? null);
    }
  }
  return { all, compared };
}

let count = 0;
let compared = 0;
let spent = 0;
const found = [];
const byKind = new Map();
for await (const line of createInterface({ input: createReadStream(charts) })) {
  const chart = JSON.parse(line);
  const start = performance.now();
  const theirs = await assess(chart);
  spent += performance.now() - start;
  const one = differences(chart, theirs);
  const kind = chart.name.split("/")[0];
  const known = byKind.get(kind) ?? { charts: 0, passed: 0, compared: 0, differences: 0 };
  known.charts += 1;
  known.passed += chart.expect.gate === "passed" ? 1 : 0;
  known.compared += one.compared;
  known.differences += one.all.length;
  byKind.set(kind, known);
  found.push(...one.all);
  count += 1;
  compared += one.compared;
}
console.table(Object.fromEntries(byKind));
found.slice(0, 40).forEach(difference => console.log(difference));
console.log(`cql-execution: ${count} charts, ${compared} results compared, ${found.length} differ`);
if (bench) console.log(JSON.stringify({ engine: "cql-execution", charts: count, millisecondsPerChart: spent / count }));
if (found.length > 0 || count < 2) process.exit(1);
