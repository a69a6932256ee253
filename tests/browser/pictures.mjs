// The pictures of the README, taken anew: by hand (`.ci/browser pictures`). What each shows in words is its text there, which
// stories.test.mjs holds against the pages.
import { fileURLToPath } from "node:url";
import { browser, go, open } from "./browser.mjs";

const picture = (name) => fileURLToPath(new URL(`../../service/docs/pictures/${name}.png`, import.meta.url));
const { page, close } = await open({ viewport: { width: 1100, height: 640 } });

await go(page, "/?patient=prrt-krenning-4");
await page.locator(".result-head").evaluate((one) => one.scrollIntoView());
await page.screenshot({ path: picture("workbench") });

await go(page, "/board?patient=prrt-krenning-4");
await page.screenshot({ path: picture("board") });

await go(page, "/form?patient=sparse-chart");
await page.getByRole("radio", { name: "Not resectable", exact: true }).first().check();
await page.locator("#mitoses .found input").check();
await page.getByRole("button", { name: "Save into the record" }).click();
await page.locator("#saved-title").waitFor();
await page.locator("h1").evaluate((one) => one.scrollIntoView());
await page.screenshot({ path: picture("form") });

await close();
await browser.close();
