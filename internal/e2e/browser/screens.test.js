// Every screen at three widths, light and dark: axe finds nothing, nothing
// sticks out, and what is pressed is large enough. With SCREENSHOTS=FOLDER the
// screens are kept there to be looked at.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { accessible } from "./axe.js";
import { fill, look, open, reaches, send, submit, useBrowser } from "./browser.js";
import { Local } from "./local.js";

useBrowser();

const folder = process.env.SCREENSHOTS;

async function inspect(page, name, schemes = ["light", "dark"]) {
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      const about = `${name}-${width}-${colorScheme}`;
      if (folder) await page.screenshot({ path: join(folder, `${about}.png`), fullPage: true });
      await accessible(page, about);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${about} is too wide`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
}

test("dark is dark", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const brightness = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).reduce((a, b) => a + Number(b), 0));
  await page.emulateMedia({ colorScheme: "light" });
  const light = await brightness();
  await page.emulateMedia({ colorScheme: "dark" });
  assert.ok(light > 600 && await brightness() < 150);
});

test("what is pressed is large enough for a thumb", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await submit(page);
  await page.goto(`${url}/#`);
  const small = await page.locator("main button:visible, main input:visible, main textarea:visible, aside button, aside a, header a").evaluateAll((all) =>
    all.map((e) => [e.textContent.trim() || e.id, e.getBoundingClientRect().height]).filter(([, height]) => height < 43.5));
  assert.deepEqual(small, []);
});

test("a title runs the way it is written, and stays where titles are", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await submit(page, { Title: "لماذا المحركات؟" });
  for (const title of ["#talk-title", ".item-title"]) {
    const style = await page.locator(title).evaluate((e) => [getComputedStyle(e).direction, getComputedStyle(e).textAlign]);
    assert.deepEqual(style, ["rtl", "left"], title);
  }
  await inspect(page, "right-to-left", ["light"]);
});

test("paper gets what is to be read, and nothing to press", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await submit(page);
  await reaches(page, "Approved");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("button:visible, .actions a:visible").count(), 0);
  assert.equal(await page.locator("#talk-id").isVisible(), true);
});

test("the form", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await inspect(page, "form");
  await send(page);
  await page.locator("#problems").waitFor();
  await inspect(page, "problems");
});

test("a form that waits for its server", async (t) => {
  const local = await Local.start(t);
  const page = await open(t, local.url);
  await fill(page);
  await local.kill();
  await send(page);
  await page.locator("#send-trouble").waitFor();
  await inspect(page, "sending");
});

/** Has every talk stay in its second stage, for as long as a screen is inspected. */
const staysShortlisted = (page) => page.route("**/api/status/*", async (route) => {
  const response = await route.fetch().catch(() => null);
  if (!response) return route.abort("connectionrefused");
  const { id, createdTime } = await response.json();
  const lastUpdatedTime = new Date(Date.parse(createdTime) + 20_000).toISOString();
  const message = "Your proposal has passed moderation and is being considered for the shortlist.";
  await route.fulfill({
    status: 202, headers: { "Retry-After": "16" },
    json: { id, status: "Running", customStatus: "Shortlisting", message, createdTime, lastUpdatedTime, percentComplete: 44 },
  });
});

test("a talk that is about to be canceled, and the wire", async (t) => {
  const { url } = await Local.start(t, { speed: 1 });
  const page = await open(t, url);
  await staysShortlisted(page);
  await submit(page);
  await look(page, "Shortlisting");
  await page.getByRole("button", { name: "Cancel this talk" }).click();
  await inspect(page, "cancel");
  await page.getByRole("button", { name: "No, keep it" }).click();
  await page.getByText("On the wire").click();
  await page.locator(".exchange summary").last().click();
  await inspect(page, "wire");
});

test("a talk with a result", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await page.route("**/api/status/*", async (route) => {
    const response = await route.fetch();
    const body = { ...await response.json(), result: { slot: "Monday, 10:00", room: "The large hall" }, resultUrl: `${url}/api/result/x` };
    await route.fulfill({ response, json: body });
  });
  await submit(page);
  await reaches(page, "Approved");
  await inspect(page, "result");
});

test("a talk under way, and cut off", async (t) => {
  const local = await Local.start(t, { speed: 1 });
  const page = await open(t, local.url);
  await staysShortlisted(page);
  await submit(page);
  await look(page, "Shortlisting");
  await inspect(page, "shortlisting");
  await local.kill();
  await page.getByRole("button", { name: "Look now" }).click();
  await page.locator("#talk-trouble").waitFor();
  await inspect(page, "trouble");
});

for (const [review, word] of [["approve", "Approved"], ["reject@moderation", "Rejected"], ["fail@selection", "Failed"]]) {
  test(`a talk that is ${word.toLowerCase()}`, async (t) => {
    const { url } = await Local.start(t, { review });
    const page = await open(t, url);
    await submit(page, { Title: "An unreasonably long title about a most unreasonable programme of lectures on engines" });
    await reaches(page, word);
    await inspect(page, word.toLowerCase());
  });
}

test("a link that leads nowhere", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, `${url}/#${"a".repeat(26)}`);
  await reaches(page, "Not found");
  await inspect(page, "unknown");
});

test("the documentation", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, `${url}/docs`);
  await page.getByText("Submit", { exact: true }).waitFor();
  await inspect(page, "docs");
  await page.getByText("Submit", { exact: true }).click();
  await page.getByText("Accepted. Poll").waitFor();
  await inspect(page, "docs-open");
});

test("what the documentation sends is accepted with a 202, again and again", async (t) => {
  const { url } = await Local.start(t, { speed: 1 });
  const page = await open(t, `${url}/docs`);
  await page.getByText("Submit", { exact: true }).click();
  await page.getByRole("button", { name: "Try it out" }).click();
  const ids = new Set();
  for (let i = 0; i < 2; i++) {
    const [response] = await Promise.all([
      page.waitForResponse((r) => r.request().method() === "POST"),
      page.getByRole("button", { name: "Execute" }).click(),
    ]);
    assert.equal(response.status(), 202);
    ids.add((await response.json()).id);
  }
  assert.equal(ids.size, 2);
  assert.equal(await page.title(), "API · Call for speakers");
});
