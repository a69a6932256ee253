// The guide's Questionnaire in a form filler that is not ours, the NLM's LHC-Forms: every item is filled by hand, Observations are
// extracted, and the reader makes of them the values that were filled in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { after, test } from "node:test";
import { browser } from "./browser.mjs";

const { MODULES, UPDATE } = process.env;
const here = (path) => new URL(path, import.meta.url);
const questionnaire = JSON.parse(readFileSync(here("../../fhir-profiles/input/resources/Questionnaire-meeting.json"), "utf8"));
const questions = questionnaire.item.flatMap((group) => group.item ?? []);
const EXTRACTED = here("../questions/extracted.json");
const PATIENT = { resourceType: "Patient", id: "p", birthDate: "1970-01-01" };
const FORM = "https://localhost/";
const PARTS = ["webcomponent/assets/lib/zone.min.js", "webcomponent/runtime.js", "webcomponent/polyfills.js", "webcomponent/main.js", "fhir/R4/lformsFHIR.min.js"];

after(() => browser.close());

// A page with the form; `client` is what the filler reads the record by.
async function open(client) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  await page.route("**/*", (route) => {
    const path = decodeURI(new URL(route.request().url()).pathname).slice(1);
    const file = join(MODULES, "lforms/package/dist/lforms", normalize(`/${path}`));
    const scripts = PARTS.map((part) => `<script src="${part}"></script>`).join("");
    const html = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="webcomponent/styles.css"><div id="form"></div>${scripts}`;
    if (!route.request().url().startsWith(FORM) || (path && !existsSync(file))) return route.abort();
    return path ? route.fulfill({ path: file }) : route.fulfill({ contentType: "text/html", body: html });
  });
  await page.goto(FORM);
  await page.waitForFunction(() => globalThis.LForms?.Util && globalThis.LForms.FHIR?.R4);
  if (client) await page.evaluate(client.start, client.record);
  await page.evaluate(
    ([form, prefill]) => LForms.Util.addFormToPage(form, "form", { fhirVersion: "R4", prepopulate: prefill }),
    [questionnaire, Boolean(client)],
  );
  const typed = questions.find(({ type }) => type !== "choice");
  await page.locator(`[id="${typed.linkId}/1/1"]`).waitFor();
  return { page, wrong, close: () => context.close() };
}

const limit = (item, name) => {
  const found = item.extension.find((one) => one.url.endsWith(`/${name}`)) ?? {};
  return found.valueInteger ?? found.valueDecimal;
};

// The answer that the n-th filling gives to an item, and what the reader has to make of it.
function answer(item, n) {
  if (item.type === "choice") {
    const place = n % item.answerOption.length;
    return { place, value: item.answerOption[place].valueCoding.code };
  }
  const [min, max] = [limit(item, "minValue"), limit(item, "maxValue")];
  const between = item.type === "integer" ? Math.floor((min + max) / 2) : 7.25;
  return { value: [min, between, max][n] };
}

async function fill(page, item, { place, value }) {
  if (place === undefined) {
    const field = page.locator(`[id="${item.linkId}/1/1"]`);
    await field.clear();
    await field.pressSequentially(String(value));
    await field.press("Tab");
  } else {
    await page.locator(`label:has(input[name="radiogroup_${item.linkId}/1/1"])`).nth(place).click();
  }
}

const extract = (page) =>
  page.evaluate((subject) => {
    const [response, bundle] = LForms.Util.getFormFHIRData("QuestionnaireResponse", "R4", "#form", { extract: true, subject });
    return { response, observations: (bundle?.entry ?? []).map((entry) => entry.resource) };
  }, PATIENT);

// LHC-Forms 40.1.3 extracts a number that was typed as a JSON text, which FHIR does not have; the reader takes both.
function mended(observation) {
  const { valueInteger, valueQuantity, ...rest } = observation;
  if (valueInteger !== undefined) return { ...rest, valueInteger: Number(valueInteger) };
  return valueQuantity ? { ...rest, valueQuantity: { ...valueQuantity, value: Number(valueQuantity.value) } } : rest;
}

// What the service makes of a patient with the two diagnoses of the gate and these Observations.
function assess(observations) {
  const condition = (id, system, code) => ({
    resourceType: "Condition", id, subject: { reference: "Patient/p" }, recordedDate: "2025-01-01", code: { coding: [{ system, code }] },
  });
  const resources = [
    PATIENT,
    condition("tumour", "http://hl7.org/fhir/sid/icd-10-cm", "C25.4"),
    condition("liver", "http://snomed.info/sct", "94381002"),
    ...observations.map((one, place) => ({ ...one, id: `o${place}` })),
  ];
  const file = join(mkdtempSync(join(tmpdir(), "extracted-")), "chart.json");
  writeFileSync(file, JSON.stringify({ resourceType: "Bundle", type: "collection", entry: resources.map((resource) => ({ resource })) }));
  return JSON.parse(execFileSync(join(MODULES, "pnet-cds"), ["assess", "--format", "json", file], { encoding: "utf8" }));
}

test("what is filled in is extracted, and read as that", async () => {
  const kept = [];
  for (const n of [0, 1, 2]) {
    const { page, wrong, close } = await open();
    const filled = new Map();
    for (const item of questions) {
      filled.set(item.linkId, answer(item, n));
      await fill(page, item, filled.get(item.linkId));
    }
    const { response, observations } = await extract(page);
    assert.equal(response.questionnaire.split("|")[0], questionnaire.url);
    assert.equal(observations.length, questions.length);
    for (const told of [assess(observations), assess(observations.map(mended))]) {
      assert.equal(told.gate, "passed");
      for (const [fact, { value }] of filled) {
        assert.deepEqual([fact, told.facts[fact].status, told.facts[fact].value], [fact, "known", value]);
      }
    }
    for (const { meta, issued, derivedFrom, effectiveDateTime, ...rest } of observations.map(mended)) {
      assert.match(effectiveDateTime, /^\d{4}-\d{2}-\d{2}T/);
      assert.match(derivedFrom[0].reference, /^QuestionnaireResponse\//);
      kept.push({ ...rest, effectiveDateTime: "2026-11-23", derivedFrom: [{ reference: "QuestionnaireResponse/q" }] });
    }
    if (n === 1) await page.screenshot({ path: join(process.env.OUT, "browser-questionnaire.png"), fullPage: true });
    assert.deepEqual(wrong, []);
    await close();
  }
  // The validator judges these (.ci/ig); UPDATE=1 writes them.
  if (UPDATE) writeFileSync(EXTRACTED, `${JSON.stringify(kept, null, 1)}\n`);
  assert.deepEqual(JSON.parse(readFileSync(EXTRACTED, "utf8")), kept);
});

test("what is left open writes nothing", async () => {
  const { page, close } = await open();
  assert.deepEqual((await extract(page)).observations, []);
  const item = questions.find(({ linkId }) => linkId === "ecog");
  await fill(page, item, { value: 0 });
  const { observations } = await extract(page);
  assert.deepEqual(observations.map((one) => [one.code.coding[0].code, mended(one).valueInteger]), [["ecog", 0]]);
  await close();
});

test("a number that cannot be is refused by the filler", async () => {
  const { page, close } = await open();
  for (const [name, value] of [["ki67", 101], ["sstr-uptake", 5], ["liver-involvement", -1]]) {
    const item = questions.find(({ linkId }) => linkId === name);
    await fill(page, item, { value });
    const faults = await page.evaluate(() => LForms.Util.checkValidity("#form"));
    assert.equal(faults?.length, 1, `${name} ${value}`);
    await fill(page, item, { value: 3 });
    assert.equal(await page.evaluate(() => LForms.Util.checkValidity("#form")), null);
  }
  await close();
});

// Runs in the page: a server that has these Observations, and honours code and date as the filler asks.
function record(observations) {
  const asked = (url) => {
    const query = new URL(url, "https://localhost").searchParams;
    const [codes, after] = [query.get("code").split(","), query.get("date")?.replace("gt", "")];
    const fits = ({ code, effectiveDateTime }) =>
      code.coding.some((one) => codes.includes(`${one.system}|${one.code}`)) && (!after || new Date(effectiveDateTime) > new Date(after));
    return { resourceType: "Bundle", entry: observations.filter(fits).map((resource) => ({ resource })) };
  };
  const request = async (url) => asked(url);
  LForms.Util.setFHIRContext({ getFhirVersion: async () => "4.0.1", request, patient: { id: "p", request } });
}

test("what is recorded is filled in, unless it is older than the form allows", async () => {
  const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString();
  const observation = (fact, days, value) => ({
    resourceType: "Observation", status: "final", subject: { reference: "Patient/p" }, effectiveDateTime: ago(days),
    code: { coding: [questions.find(({ linkId }) => linkId === fact).code.at(-1)] }, ...value,
  });
  const words = "https://pnet-cds.github.io/fhir/CodeSystem/fact-values";
  const recorded = [
    observation("ki67", 200, { valueQuantity: { value: 12, unit: "%", system: "http://unitsofmeasure.org", code: "%" } }),
    observation("largest-liver-lesion", 100, { valueQuantity: { value: 31, unit: "mm", system: "http://unitsofmeasure.org", code: "mm" } }),
    observation("portal-vein", 100, { valueCodeableConcept: { coding: [{ system: words, code: "partial", display: "Partly occluded" }] } }),
    observation("liver-distribution", 250, { valueCodeableConcept: { coding: [{ system: words, code: "bilobar", display: "Bilobar" }] } }),
    observation("sstr-uptake", 100, { valueInteger: 3 }),
    observation("ecog", 60, { valueInteger: 1 }),
  ];
  const { page, close } = await open({ start: record, record: recorded });
  await page.waitForFunction(() => document.getElementById("ki67/1/1").value === "12");
  const { observations } = await extract(page);
  const found = observations.map((one) => [one.code.coding[0].code, one.valueInteger ?? one.valueQuantity?.value ?? one.valueCodeableConcept.coding[0].code]);
  assert.deepEqual(Object.fromEntries(found), { "largest-liver-lesion": 3.1, "portal-vein": "partial", "sstr-uptake": 3, ki67: 12 });
  await close();
});
