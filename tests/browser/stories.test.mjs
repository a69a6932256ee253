// What the pages are for: the engineer, the clinician, the tumour board.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { after, test } from "node:test";
import { accessible, base, browser, fits, go, open, shot } from "./browser.mjs";

after(() => browser.close());

const charts = new URL("../../service/demo/patients/", import.meta.url);
const patients = readdirSync(charts).map((file) => file.replace(".json", ""));

test("an integration engineer picks a patient and sees cards and reasoning", async () => {
  const { page, wrong, close } = await open();
  await go(page, "/");
  assert.equal(await page.locator("#patient option").count(), patients.length);
  assert.equal(await page.locator(".stories li").count(), patients.length);
  await page.selectOption("#patient", "prrt-krenning-4");
  await page.locator("form", { has: page.locator("#patient") }).getByRole("button", { name: "Ask the service" }).click();
  assert.match(await page.locator("#story").textContent(), /Krenning 4/);
  const first = await page.locator("article.card h3").first().textContent();
  assert.match(first, /^Not resectable, progressing on lanreotide: review names /);
  assert.equal(await page.locator("#strip-title").textContent(), first);
  assert.equal(await page.locator(".options button").count(), 19);

  await page.locator("#option-prrt").click();
  await page.waitForFunction(() => document.getElementById("tree-title").textContent.includes("PRRT"));
  const tree = page.locator("#option");
  assert.match(await tree.textContent(), /strong somatostatin receptor uptake/);
  assert.match(await tree.textContent(), /Observation\/prr-sstr-uptake/);
  assert.ok((await tree.locator("blockquote .id").count()) > 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), "option-prrt");

  const told = JSON.parse(execFileSync("sh", ["-c", await page.locator("#curl").textContent()], { encoding: "utf8" }));
  await page.getByRole("button", { name: "Response JSON" }).click();
  await page.waitForFunction(() => document.getElementById("json").textContent.length > 1000);
  assert.deepEqual(JSON.parse(await page.locator("#json").textContent()), told);
  await page.getByRole("button", { name: "Request JSON" }).click();
  await page.waitForFunction(() => document.getElementById("json").textContent.includes("hookInstance"));
  await page.getByRole("button", { name: "Request JSON" }).click();
  assert.ok(await page.locator("#json").isHidden());
  await shot(page, "workbench");
  assert.deepEqual(wrong, []);
  await close();
});

test("a card is dismissed with a reason and a suggestion accepted, and both are kept", async () => {
  const { page, wrong, close } = await open();
  await go(page, "/?patient=prrt-krenning-4");
  const card = page.locator("article.card").nth(1);
  const answered = () => page.waitForResponse((response) => response.url().endsWith("/feedback"));
  const [accepted] = await Promise.all([answered(), card.locator("[data-accept]").first().click()]);
  assert.equal(accepted.status(), 200);
  await card.locator(".dismiss > summary").click();
  await card.getByLabel("Already decided in the multidisciplinary meeting").check();
  const [dismissed] = await Promise.all([answered(), card.getByRole("button", { name: "Dismiss this card" }).click()]);
  assert.equal(dismissed.status(), 200);
  const [told] = JSON.parse(dismissed.request().postData()).feedback;
  assert.deepEqual([told.outcome, told.overrideReason.reason.code], ["overridden", "already-discussed"]);
  assert.match(await card.locator(".answered").textContent(), /is kept/);
  assert.deepEqual(wrong, []);
  await close();
});

test("a supposed fact moves verdicts, and nothing that is recorded", async () => {
  const { page, wrong, close } = await open();
  await go(page, "/?patient=prrt-krenning-4");
  const recorded = await page.locator(".facts").textContent();
  const cards = await page.locator(".cards").textContent();
  await page.selectOption("#fact", "ki67");
  await page.locator("label[for=supposed]", { hasText: "Ki-67" }).waitFor();
  await page.fill("#supposed", "25");
  await page.locator("#ask").click();
  await page.locator(".hypothesis").waitFor();
  const moved = await page.locator(".hypothesis").textContent();
  assert.match(moved, /Hypothetical/);
  assert.match(moved, /Grade\s*G2\s*G3/);
  assert.match(moved, /Streptozocin with fluorouracil\s*supported\s*criteria not met/);
  await page.selectOption("#fact", "differentiation");
  await page.locator("label[for=supposed]", { hasText: "How well is the tumour differentiated" }).waitFor();
  await page.selectOption("#supposed", "poor");
  await page.locator("#ask").click();
  await page.waitForFunction(() => document.querySelector(".hypothesis").textContent.includes("Differentiation poor"));
  assert.match(await page.locator(".hypothesis").textContent(), /Cisplatin with etoposide\s*criteria not met\s*supported/);
  await shot(page, "what-if");
  assert.equal(await page.locator(".facts").textContent(), recorded);
  assert.equal(await page.locator(".cards").textContent(), cards);
  await page.getByRole("button", { name: "Suppose nothing" }).click();
  await page.waitForFunction(() => !document.querySelector(".hypothesis"));
  assert.deepEqual(wrong, []);
  await close();
});

test("a Bundle is dropped, and a hook request pasted", async () => {
  const { page, wrong, close } = await open();
  await go(page, "/");
  const chart = readFileSync(new URL("nec-platinum.json", charts), "utf8");
  const data = await page.evaluateHandle((text) => {
    const dropped = new DataTransfer();
    dropped.items.add(new File([text], "chart.json", { type: "application/json" }));
    return dropped;
  }, chart);
  await page.dispatchEvent("#request", "drop", { dataTransfer: data });
  await page.waitForFunction(() => document.getElementById("request").value.length > 100);
  await page.locator("form", { has: page.locator("#request") }).getByRole("button", { name: "Ask the service" }).click();
  assert.match(await page.locator("article.card h3").first().textContent(), /^G3, poorly differentiated: /);
  await page.locator("#option-platinum-etoposide").click();
  await page.waitForFunction(() => document.getElementById("tree-title").textContent.includes("Cisplatin"));
  await page.getByRole("button", { name: "Board view" }).click();
  assert.match(await page.locator("h1").textContent(), /\(synthetic\)$/);
  assert.match(await page.locator(".person").textContent(), /Born \d{4}.*Patient\/nec-platinum/);

  await go(page, "/");
  await page.fill("#request", '{"hook":"patient-view"}');
  await page.locator("form", { has: page.locator("#request") }).getByRole("button", { name: "Ask the service" }).click();
  assert.match(await page.getByRole("alert").textContent(), /invalid-hook-instance/);
  assert.deepEqual(wrong.filter((one) => !one.includes("400")), []);
  await close();
});

test("a clinician follows a card's link to rule, quote and figures", async () => {
  const { page, wrong, close } = await open();
  await go(page, "/?patient=prrt-krenning-4");
  await page.locator("article.card .links a", { hasText: "The rules" }).click();
  await page.locator("#options ~ .columns a", { hasText: "Sunitinib" }).click();
  assert.equal(new URL(page.url()).pathname, "/knowledge/sunitinib");
  const text = await page.locator("main").textContent();
  for (const part of ["not for curative resection", "At the limits", "11.1 months", "Disc1", "Since publication"]) {
    assert.ok(text.includes(part), part);
  }
  // What the review says of the same trial and contradicts itself is not shown.
  assert.ok(!/42 ?%/.test(text));
  assert.ok((await page.locator("blockquote").count()) > 3);
  await shot(page, "option");
  await page.locator(".crumbs a").click();
  assert.equal(await page.locator("#options ~ .columns a").count(), 19);
  await shot(page, "knowledge");
  assert.deepEqual(wrong, []);
  await close();
});

test("a board sees every patient on one sheet of A4", async () => {
  const { page, wrong, close } = await open();
  let sheets = 0;
  for (const patient of patients) {
    const answer = await go(page, `/board?patient=${patient}`);
    if (answer.status() === 404) {
      assert.equal(patient, "pancreatic-adenocarcinoma");
      continue;
    }
    for (const part of ["Grade, stage and markers", "Facts on record", "Options", "Missing", "Evidence and intended use"]) {
      assert.ok((await page.locator("main").textContent()).includes(part), `${patient}: ${part}`);
    }
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 1, patient);
    assert.match(pdf, /\/MediaBox\s*\[0 0 59[45][\d.]* 84[12]/, patient);
    sheets += 1;
  }
  assert.equal(sheets, patients.length - 1);
  await go(page, "/board?patient=prior-pancreaticoduodenectomy");
  assert.ok((await page.locator("svg .point").count()) >= 2);
  assert.ok((await page.locator(".readings tbody tr").count()) >= 2);
  await shot(page, "board");
  await page.emulateMedia({ media: "print" });
  await page.setViewportSize({ width: 718, height: 1055 });
  await shot(page, "board-print", false);
  assert.deepEqual(wrong.filter((one) => !one.includes("404")), []);
  await close();
});

test("what is said first is seen without scrolling, on workbench and board", async () => {
  for (const [width, height] of [[1280, 900], [400, 900]]) {
    const { page, close } = await open({ viewport: { width, height } });
    for (const patient of patients.filter((one) => one !== "pancreatic-adenocarcinoma")) {
      for (const path of ["/", "/board"]) {
        const where = `${path} ${patient} ${width}`;
        await go(page, `${path}?patient=${patient}`);
        const strip = await page.locator(".strip").boundingBox();
        const title = await page.locator("#strip-title").boundingBox();
        if (width === 1280) assert.ok(strip.y + strip.height <= height, `${where}: ends at ${strip.y + strip.height}`);
        assert.ok(title.y + title.height <= height, `${where}: title ends at ${title.y + title.height}`);
        await fits(page, where);
      }
    }
    for (const [name, path] of [["workbench", "/"], ["board", "/board"]]) {
      await go(page, `${path}?patient=portal-vein-thrombosis`);
      await shot(page, `first-${name}-${width}`, false);
    }
    await close();
  }
});

test("verdicts and steps differ in form and word, without colour", async () => {
  const { page, close } = await open();
  const forms = new Map();
  for (const patient of ["portal-vein-thrombosis", "prrt-krenning-4"]) {
    await go(page, `/?patient=${patient}`);
    const found = await page.locator(".options .verdict").evaluateAll((all) =>
      all.map((one) => {
        const [style, mark] = [getComputedStyle(one), getComputedStyle(one, "::before")];
        return [one.textContent, [mark.content, style.borderTopStyle, style.borderTopLeftRadius, style.borderLeftWidth].join(" ")];
      }),
    );
    for (const [word, form] of found) forms.set(word, form);
  }
  assert.equal(forms.size, 5, [...forms.keys()].join());
  assert.equal(new Set(forms.values()).size, 5, [...forms.values()].join("\n"));
  await shot(page, "verdicts");
  await close();
});

test("without script everything can be read, chosen and supposed", async () => {
  const { page, close } = await open({ javaScriptEnabled: false });
  await go(page, "/?patient=insulinoma-debulking");
  assert.ok((await page.locator("article.card").count()) > 0);
  await page.locator("#option-cytoreductive-surgery").click();
  assert.match(await page.locator("#tree-title").textContent(), /Cytoreductive/);
  await page.selectOption("#fact", "symptoms-controlled");
  await page.locator("#change").click();
  await page.selectOption("#supposed", "yes");
  await page.locator("#ask").click();
  assert.match(await page.locator(".hypothesis").textContent(), /Cytoreductive surgery\s*supported\s*criteria not met/);
  await page.getByRole("button", { name: "Assessment JSON" }).click();
  assert.equal(JSON.parse(await page.locator("pre").textContent()).gate, "passed");
  await close();
});

test("each page is light", async () => {
  const { page, close } = await open();
  for (const path of ["/", "/?patient=prrt-krenning-4", "/board?patient=prrt-krenning-4", "/knowledge", "/knowledge/prrt"]) {
    const bodies = [];
    const count = (response) => bodies.push(response.body());
    page.on("response", count);
    // Nothing may still be under way when the next page begins.
    await page.goto(base + path, { waitUntil: "networkidle" });
    page.off("response", count);
    const bytes = (await Promise.all(bodies)).reduce((sum, body) => sum + body.length, 0);
    console.log(`${path}: ${(bytes / 1000).toFixed(1)} kB`);
    assert.ok(bytes < 100_000, `${path}: ${bytes}`);
  }
  await close();
});

test("a sparse chart becomes a full pathway: the form is opened, filled by keyboard, saved, and the cards change", async () => {
  const { page, wrong, close } = await open();
  const firstCard = () => page.locator("article.card h3").first().textContent();
  await go(page, "/?patient=sparse-chart");
  const before = await firstCard();
  assert.match(before, /resectability not recorded/);
  await page.getByRole("link", { name: "Form", exact: true }).click();
  assert.equal(await page.locator("input[type=radio]:checked").count(), 0);
  await shot(page, "form");
  await page.getByRole("radio", { name: "Completely resectable" }).focus();
  await page.keyboard.press("ArrowRight");
  assert.ok(await page.getByRole("radio", { name: "Not resectable", exact: true }).first().isChecked());
  await page.locator("#typed-liver-involvement").focus();
  await page.keyboard.type("about a third");
  await page.keyboard.press("Enter");
  await page.locator("[role=alert]").waitFor();
  assert.match(await page.locator("#liver-involvement p.wrong").textContent(), /no number that can be read/);
  assert.equal(await page.locator("#typed-liver-involvement").inputValue(), "about a third");
  await accessible(page, "a form with a fault");
  await page.locator("#typed-liver-involvement").fill("30");
  const mention = page.locator("#mitoses .found input");
  assert.match(await page.locator("#mitoses .found").textContent(), /found in the pathology report of \d{4}-\d\d-\d\d: /);
  await mention.check();
  await page.locator("#differentiation .found input").check();
  await page.getByRole("button", { name: "Save into the record" }).click();
  await page.locator("#saved-title").waitFor();
  assert.match(await page.locator(".saved").textContent(), /Resectability: Not resectable/);
  assert.match(await page.locator(".saved table").textContent(), /Somatostatin analogue\s*undetermined\s*supported/);
  assert.match(await page.locator("#resectability .recorded").textContent(), /Recorded: unresectable/);
  await accessible(page, "a saved form");
  await shot(page, "form-saved");
  await page.getByRole("link", { name: "Cards and reasoning" }).click();
  const after = await firstCard();
  assert.notEqual(after, before);
  assert.match(after, /Not resectable: review names /);
  await shot(page, "form-cards");
  await go(page, "/form?patient=sparse-chart");
  await page.getByRole("button", { name: /^Forget what was saved/ }).click();
  await page.getByRole("link", { name: "Cards and reasoning" }).click();
  assert.equal(await firstCard(), before);
  // A form with a fault is answered with 422, which the browser tells.
  assert.deepEqual(wrong.filter((one) => !/status of 422/.test(one)), []);
  await close();
});

test("the pictures of the README show what the pages say", async () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const said = (name) => readme.match(new RegExp(`!\\[([^\\]]+)\\]\\(service/docs/pictures/${name}\\.png\\)`))[1];
  const { page, close } = await open();
  await go(page, "/?patient=prrt-krenning-4");
  assert.equal(said("workbench"), `Workbench: ${await page.locator("#strip-title").textContent()}`);
  await go(page, "/board?patient=prrt-krenning-4");
  assert.equal(said("board"), `Board: ${await page.locator("#strip-title").textContent()}`);
  await go(page, "/form?patient=sparse-chart");
  await page.getByRole("radio", { name: "Not resectable", exact: true }).first().check();
  await page.locator("#mitoses .found input").check();
  await page.getByRole("button", { name: "Save into the record" }).click();
  await page.locator("#saved-title").waitFor();
  const moved = await page.locator(".saved tbody tr").count();
  assert.equal(said("form"), `Form: two answers move ${moved} verdicts. ${await page.locator("#strip-title").textContent()}`);
  await page.getByRole("button", { name: /^Forget what was saved/ }).click();
  await close();
});
