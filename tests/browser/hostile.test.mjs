// Charts whose every field is an attack, pasted into the workbench: no dialog, no element, no request to elsewhere.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, test } from "node:test";
import { browser, go, open } from "./browser.mjs";

after(() => browser.close());

const charts = new URL("../../service/demo/patients/", import.meta.url);
const ATTACKS = [
  "<script>window.evil=1;alert(1)</script>",
  '"><img id=evil src=x onerror="window.evil=1;alert(1)">',
  "'><svg id=evil onload=alert(1)>",
  "</textarea></title></style><iframe id=evil srcdoc='<script>parent.evil=1</script>'></iframe>",
  "[click](javascript:alert(1)) ![x](https://evil.example/x.png) <https://evil.example>",
  "www.evil.example http://evil.example/?q=1",
  "{{ 7*7 }}{% for x in [1] %}evil{% endfor %}${7*7}",
  "&lt;img id=evil src=x onerror=alert(1)&gt;&#60;script&#62;alert(1)&#60;/script&#62;",
  "<a id=evil href=javascript:alert(1)>x</a><form id=evil action=https://evil.example><input autofocus onfocus=alert(1)>",
  "\u202e\u2066evil\u2069 | a | b |\n|---|---|\n<b id=evil>\u0000\u2028",
];
// With these changed nothing would be recognised, so a second round changes them too.
const STRUCTURE = new Set(["resourceType", "system", "code", "reference", "status", "intent", "birthDate", "unit", "fullUrl", "id", "type", "gender"]);
const DATE = /^\d{4}(-\d\d)*(T|$)/;

function attacked(value, shift, whole, key = "", count = { n: 0 }) {
  if (typeof value === "string") {
    if (!whole && (STRUCTURE.has(key) || DATE.test(value))) return value;
    if (key === "resourceType") return value;
    return `${value} ${ATTACKS[(count.n++ + shift) % ATTACKS.length]}`;
  }
  if (Array.isArray(value)) return value.map((one) => attacked(one, shift, whole, key, count));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, attacked(one, shift, whole, name, count)]));
  }
  return value;
}

async function unharmed(page, wrong, where) {
  const found = await page.evaluate(() => ({
    evil: window.evil,
    elements: document.querySelectorAll("#evil, iframe, img, object, embed, base, main style, main script, [onerror], [onload], [onclick], [onfocus]").length,
    links: [...document.querySelectorAll("a[href]")].map((a) => a.href).filter((href) => !href.startsWith(location.origin) && !href.startsWith("https://doi.org/")),
    forms: [...document.forms].map((form) => form.action).filter((action) => !action.startsWith(location.origin)),
  }));
  assert.deepEqual(found, { evil: undefined, elements: 0, links: [], forms: [] }, where);
  const refused = /status of 4\d\d/;
  assert.deepEqual(wrong.filter((one) => !refused.test(one)), [], where);
}

async function fire(page, chart) {
  await go(page, "/");
  await page.fill("#request", JSON.stringify(chart));
  await page.locator("form", { has: page.locator("#request") }).getByRole("button", { name: "Ask the service" }).click();
  await page.waitForLoadState();
}

test("no text of a chart becomes anything but text", async () => {
  const { page, wrong, close } = await open();
  let shown = 0;
  for (const file of readdirSync(charts)) {
    const chart = JSON.parse(readFileSync(new URL(file, charts), "utf8"));
    for (const shift of [0, 3, 7]) {
      await fire(page, attacked(chart, shift, false));
      await unharmed(page, wrong, `${file} ${shift}`);
      shown += await page.locator("article.card").count();
      if (shift === 0 && (await page.locator("article.card").count()) > 0) {
        await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
        const text = await page.locator("main").textContent();
        if (/alert\(1\)/.test(text)) shown += 1000;
        await page.getByRole("button", { name: "Board view" }).click();
        await page.waitForLoadState();
        await unharmed(page, wrong, `${file}, board`);
      }
    }
    await fire(page, attacked(chart, 1, true));
    await unharmed(page, wrong, `${file}, all fields`);
  }
  // The attacks did reach the pages, as text.
  assert.ok(shown > 5000, String(shown));
  await close();
});

test("no address or form field becomes anything but text", async () => {
  const { page, wrong, close } = await open();
  for (const attack of ATTACKS) {
    const value = encodeURIComponent(attack);
    for (const path of [
      `/?patient=${value}`,
      `/?patient=sparse-chart&option=${value}&hook=${value}&fact=${value}&if.ki67=${value}`,
      `/?patient=sparse-chart&server=${value}`,
      `/board?patient=${value}`,
      `/knowledge/${value}`,
    ]) {
      await go(page, path);
      await unharmed(page, wrong, path);
    }
  }
  await close();
});
