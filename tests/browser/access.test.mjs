// For everyone: axe, light and dark, from a phone to 4K, by keyboard, and in a card rail of an eighth of the screen.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { accessible, browser, fits, go, open, shot } from "./browser.mjs";

after(() => browser.close());

const PAGES = {
  start: "/",
  workbench: "/?patient=conflicting-chart&option=transarterial-embolisation",
  silent: "/?patient=pancreatic-adenocarcinoma",
  refused: "/?patient=nobody",
  board: "/board?patient=conflicting-chart",
  "no-board": "/board?patient=pancreatic-adenocarcinoma",
  form: "/form?patient=conflicting-chart",
  "no-form": "/form?patient=pancreatic-adenocarcinoma",
  knowledge: "/knowledge",
  option: "/knowledge/liver-transplantation",
  "no-option": "/knowledge/nothing",
};

for (const colorScheme of ["light", "dark"]) {
  for (const width of [1440, 360]) {
    test(`every page is accessible, ${colorScheme}, ${width} px`, async () => {
      const { page, close } = await open({ colorScheme, viewport: { width, height: 900 } });
      for (const [name, path] of Object.entries(PAGES)) {
        await go(page, path);
        await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
        await accessible(page, `${name}, ${colorScheme}, ${width}`);
        await fits(page, `${name}, ${width}`);
        if (colorScheme === "dark" || width === 360) await shot(page, `${name}-${colorScheme}-${width}`);
      }
      await close();
    });
  }
}

test("what is supposed is accessible too", async () => {
  const { page, close } = await open({ javaScriptEnabled: true });
  await go(page, "/?patient=prrt-krenning-4&fact=ecog&if.ecog=3");
  assert.ok(await page.locator(".hypothesis").isVisible());
  await accessible(page, "what if");
  await close();
});

test("pages fit from 4K down, and a rail of an eighth of the screen is legible", async () => {
  for (const [width, height] of [[3840, 2160], [1920, 1080]]) {
    const { page, close } = await open({ viewport: { width, height } });
    await go(page, "/?patient=portal-vein-thrombosis");
    await page.locator("#narrow").check();
    const rail = await page.locator(".rail").boundingBox();
    assert.ok(Math.abs(rail.width - width / 8) < 2, `${rail.width}`);
    const spilt = await page.evaluate(() => {
      const edge = document.querySelector(".rail").getBoundingClientRect().right;
      return [...document.querySelectorAll(".rail *")].filter((one) => one.getBoundingClientRect().right > edge + 1).length;
    });
    assert.equal(spilt, 0, `${width}`);
    const size = await page.locator(".detail p, .detail li").first().evaluate((one) => parseFloat(getComputedStyle(one).fontSize));
    assert.ok(size >= 14, `${size}`);
    await fits(page, `${width}`);
    await shot(page, `rail-${width}`, false);
    await close();
  }
});

test("the keyboard reaches everything, sees where it is, and keeps its place", async () => {
  const { page, wrong, close } = await open();
  await go(page, "/?patient=prrt-krenning-4");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const reached = new Set();
  for (let step = 0; step < 200; step += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const one = document.activeElement;
      if (one === document.body) return null;
      const box = one.getBoundingClientRect();
      const style = getComputedStyle(one);
      return {
        name: one.id || one.textContent.trim().slice(0, 40),
        seen: box.width > 0 && box.height > 0 && style.visibility === "visible",
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      };
    });
    if (!at) break;
    assert.ok(at.seen && at.outlined, JSON.stringify(at));
    reached.add(at.name);
  }
  for (const name of ["option-prrt", "fact", "curl", "narrow", "Response JSON"]) assert.ok(reached.has(name), name);
  await page.locator("#option-everolimus").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("tree-title").textContent === "Everolimus");
  assert.equal(await page.evaluate(() => document.activeElement.id), "option-everolimus");
  assert.match(await page.locator("#said").textContent(), /^Everolimus: /);
  assert.deepEqual(wrong, []);
  await close();
});
