// Without a mouse.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, reaches, talk, useBrowser } from "./browser.js";
import { Local } from "./local.js";

useBrowser();

const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());

async function tab(page, times = 1) {
  for (let i = 0; i < times; i++) await page.keyboard.press("Tab");
  return focused(page);
}

test("the whole way by keyboard alone", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  assert.equal(await tab(page), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "propose-title");
  for (const [id, text] of [["title", ""], ["track", talk.Track], ["description", talk.Description], ["name", talk.Name], ["email", talk.Email]]) {
    assert.equal(await tab(page), id);
    await page.keyboard.type(text);
  }
  await page.keyboard.press("Enter");
  await page.locator("#problems").waitFor();
  assert.equal(await focused(page), "problems");
  assert.equal(await tab(page), "Title is required");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "title");
  await page.keyboard.type(talk.Title);
  await page.keyboard.press("Enter");
  await reaches(page, "Approved");
  assert.equal(await focused(page), "talk-title");
  assert.equal(await tab(page), "copy");
  assert.equal(await tab(page), "Propose another talk");
  await page.keyboard.press("Enter");
  await page.locator("#propose").waitFor();
  assert.equal(await focused(page), "propose-title");
});

test("what has the focus shows it", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  for (let stops = 0; stops < 11; stops++) {
    await tab(page);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, "solid", await focused(page));
  }
});
