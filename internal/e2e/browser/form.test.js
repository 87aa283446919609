// What the server says is wrong is shown where it is wrong.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, open, reaches, send, talk, useBrowser } from "./browser.js";
import { Local } from "./local.js";

useBrowser();

const problems = (page) => page.locator("#problems-list li").allTextContents();

/** What a screen reader says of a field besides its name. */
const described = (page, id) => page.locator(`#${id}`).evaluate((field) =>
  (field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean)
    .map((ref) => document.getElementById(ref).textContent.trim()).join(" "));

test("every problem is listed and shown at its field", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await fill(page, { Email: "no address", Title: "x".repeat(201) });
  await page.locator("#country").fill("Atlantis 7");
  await send(page);
  await page.locator("#problems").waitFor();
  assert.deepEqual(await problems(page), [
    "Title must be at most 200 characters long", "Track is required", "Description is required", "Name is required",
    "Enter an email address such as ada@example.org", "Country must be an ISO 3166-1 alpha-2 code or the English name of a country",
  ]);
  assert.equal(await page.evaluate(() => document.activeElement.id), "problems", "the list is read out");
  assert.equal(await described(page, "email"), "Enter an email address such as ada@example.org.");
  assert.equal(await described(page, "track"), "Track is required. Where it belongs, such as History, Cloud or Web.");
  assert.equal(await page.locator("#bio").getAttribute("aria-invalid"), null);

  await page.getByRole("link", { name: "Track is required" }).click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "track");
  assert.equal(new URL(page.url()).hash, "", "the link leads nowhere else");
});

test("labels and inputs side by side stay in line, whatever is said of them", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url, { viewport: { width: 768, height: 900 } });
  const tops = (...selectors) => Promise.all(selectors.map((s) => page.locator(s).evaluate((e) => e.getBoundingClientRect().top)));
  const inLine = async () => {
    const [name, email] = await tops("label[for=name]", "label[for=email]");
    assert.equal(name, email, "labels");
    const [one, two] = await tops("#name", "#email");
    assert.equal(one, two, "inputs");
  };
  await inLine();
  await send(page); // of the two problems one has two lines
  await page.locator("#email-problem").waitFor();
  await inLine();
  await page.locator("#name").fill("Ada");
  await inLine();
});

test("a problem goes when its field changes, and what was typed stays", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await fill(page, { ...talk, Email: "no address" });
  await send(page);
  await page.locator("#email-problem").waitFor();
  assert.equal(await page.locator("#title").inputValue(), talk.Title);
  await page.locator("#email").fill("ada@example.org");
  assert.equal(await page.locator("#email").getAttribute("aria-invalid"), null);
  assert.equal(await page.locator("#email-problem").count(), 0);
  assert.equal(await described(page, "email"), "");
  await send(page);
  await reaches(page, "Approved");
});

test("an error without fields is shown as well", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await fill(page, { ...talk, Description: "ü".repeat(40_000) });
  await send(page);
  await page.getByRole("heading", { name: "The body is too large; 65536 bytes are the most." }).waitFor();
});

test("a long text says how long it is", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  const hint = page.locator("#description-hint");
  assert.match(await hint.textContent(), /at most 5,000 characters/);
  await page.locator("#description").fill("🎤".repeat(4500));
  assert.match(await hint.textContent(), /4,500 of 5,000/);
  assert.equal(await hint.evaluate((e) => e.classList.contains("over")), false);
  await page.locator("#description").fill("🎤".repeat(5001));
  assert.equal(await hint.evaluate((e) => e.classList.contains("over")), true);
});

test("what was typed outlives a reload, and an acceptance only until the decision", async (t) => {
  const { url } = await Local.start(t);
  const page = await open(t, url);
  await fill(page, { ...talk, Description: "🎤".repeat(4500) });
  await page.reload();
  assert.equal(await page.locator("#title").inputValue(), talk.Title);
  assert.match(await page.locator("#description-hint").textContent(), /4,500 of 5,000/);
  await send(page);
  await reaches(page, "Approved");
  await page.goto(`${url}/#`);
  assert.equal(await page.locator("#title").inputValue(), "");
  await page.reload();
  assert.equal(await page.locator("#title").inputValue(), "");
});

test("after a failure it is proposed again without typing it again", async (t) => {
  const { url } = await Local.start(t, { review: "fail@selection" });
  const page = await open(t, url);
  await fill(page);
  await send(page);
  await reaches(page, "Failed");
  await page.reload();
  await reaches(page, "Failed");
  await page.getByRole("button", { name: "Propose it again" }).click();
  await page.locator("#propose").waitFor();
  for (const [label, value] of Object.entries(talk)) {
    assert.equal(await page.getByRole("textbox", { name: label, exact: true }).inputValue(), value);
  }
});
