// How soon each page is painted, beside an empty page in the same browser: run by hand (`.ci/browser paint`), median of rounds.
import { createServer } from "node:http";
import { base, browser, open } from "./browser.mjs";

const ROUNDS = 15;
const empty = createServer((_, answer) => {
  answer.setHeader("content-type", "text/html");
  answer.end("<!doctype html><title>Empty</title><p>Empty");
});
await new Promise((listening) => empty.listen(0, "127.0.0.1", listening));

const pages = new Map([["an empty page", `http://127.0.0.1:${empty.address().port}/`]]);
for (const path of ["/", "/?patient=prrt-krenning-4", "/board?patient=prrt-krenning-4", "/knowledge", "/knowledge/prrt"]) {
  pages.set(path, base + path);
}
const seen = new Map([...pages.keys()].map((name) => [name, []]));
const { page, close } = await open();
// The first round warms browser and service.
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [name, url] of pages) {
    await page.goto(url);
    await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length);
    const one = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType("navigation");
      const [paint] = performance.getEntriesByName("first-contentful-paint");
      return { answer: navigation.responseEnd - navigation.requestStart, paint: paint.startTime };
    });
    if (round > 0) seen.get(name).push(one);
  }
}
await close();
await browser.close();
empty.close();

const median = (name, what) => {
  const sorted = seen.get(name).map((one) => one[what]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};
for (const name of pages.keys()) {
  const [answer, paint, floor] = [median(name, "answer"), median(name, "paint"), median("an empty page", "paint")];
  const figures = `first paint ${paint.toFixed(0)} ms (${(paint / floor).toFixed(2)} of an empty page), answer ${answer.toFixed(1)} ms`;
  console.log(`${name.padEnd(32)} ${figures}`);
}
