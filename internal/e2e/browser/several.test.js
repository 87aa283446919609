// The list of the talks that a browser remembers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, reaches, submit, useBrowser } from "./browser.js";
import { Local } from "./local.js";

useBrowser();

const list = (page) => page.locator("#mine-list .item-title").allTextContents();

test("several talks are watched at once, and outlive the page", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  for (const Title of ["One", "Two", "Three"]) {
    await page.goto(`${url}/#`);
    await submit(page, { Title });
  }
  assert.deepEqual(await list(page), ["Three", "Two", "One"]);
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".item-word")].every((word) => word.textContent === "Approved"));
  await page.goto("about:blank");
  await page.goto(url);
  assert.deepEqual(await list(page), ["Three", "Two", "One"]);
  await page.getByRole("link", { name: "Two" }).click();
  await reaches(page, "Approved");
  assert.equal(await page.locator("#talk-title").textContent(), "Two");
});

test("of a decided talk only title and reference are remembered, before that how to cancel it and what was typed", async (t) => {
  const { url } = await Local.start(t, { speed: 4 });
  const page = await open(t, url);
  const id = await submit(page, { Title: "One" });
  const kept = () => page.evaluate(() => ({ local: { ...localStorage }, session: { ...sessionStorage }, cookies: document.cookie }));
  const before = await kept();
  const [{ cancelUrl }] = JSON.parse(before.local.talks);
  assert.ok(cancelUrl.startsWith(`${url}/api/cancel/`), cancelUrl);
  assert.deepEqual(Object.keys(JSON.parse(before.session.typed)), [id]);
  await reaches(page, "Approved");
  assert.deepEqual(await kept(), { local: { talks: JSON.stringify([{ id, title: "One" }]) }, session: {}, cookies: "" });
});

test("the list moves nothing when its first talk appears", async (t) => {
  const { url } = await Local.start(t);
  for (const width of [360, 768, 1280]) {
    const page = await open(t, url, { viewport: { width, height: 900 } });
    const place = () => page.locator("main").evaluate((e) => { const { x, y, width: w } = e.getBoundingClientRect(); return { x, y, w }; });
    const before = await place();
    await submit(page);
    assert.deepEqual(await place(), before, `${width} columns`);
  }
});

test("a talk can be forgotten, and the focus stays in the list", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  for (const Title of ["One", "Two"]) {
    await page.goto(`${url}/#`);
    await submit(page, { Title });
  }
  await page.getByRole("button", { name: "Forget Two" }).click();
  assert.deepEqual(await list(page), ["One"]);
  assert.equal(await page.evaluate(() => document.activeElement.textContent.startsWith("One")), true);
  await page.getByRole("button", { name: "Forget One" }).click();
  assert.equal(await page.locator("#mine-none").isVisible(), true);
  assert.equal(await page.evaluate(() => document.activeElement.id), "talk-title");
});

test("other tabs show the same list", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const second = await page.context().newPage();
  await second.goto(url);
  await submit(page, { Title: "One" });
  await second.locator(".item-title").getByText("One").waitFor();
});

test("storage that is broken or switched off is got along without", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await page.addInitScript(() => localStorage.setItem("talks", '{"not": "a list"}'));
  await page.reload();
  await submit(page, { Title: "One" });
  await reaches(page, "Approved");

  const without = await open(t, url);
  await without.addInitScript(() => Object.defineProperty(window, "localStorage", { get() { throw new Error("off"); } }));
  await without.reload();
  await submit(without, { Title: "Two" });
  await reaches(without, "Approved");
  assert.deepEqual(await list(without), ["Two"]);
});
