// Chromium, and pages in it that notice what must never happen.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const patience = 30_000;

let browser;

/** Starts the browser. */
export async function launch() {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
  return browser;
}

/** Registers the browser's start and end with the test file that calls it. */
export function useBrowser() {
  before(launch);
  after(() => browser.close());
}

/** A page in a fresh context, as a person would open it: nothing is remembered. */
export async function open(t, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", timezoneId: "UTC", ...options });
  context.setDefaultTimeout(patience);
  t.after(() => context.close());
  const page = await context.newPage();
  t.after(noErrors(page, new URL(url).origin));
  await load(page, url);
  return page;
}

/**
 * Opens the address and waits until its scripts run. On a busy machine a load
 * has been seen to end without them, once in some hundred; Chromium drops what it
 * is loading when a network interface comes or goes, for instance when
 * containers start beside it. A person would press reload then.
 */
async function load(page, url) {
  const started = page.locator("main section:visible, .swagger-ui").first();
  for (let tries = 1; ; tries++) {
    await page.goto(url);
    try {
      return await started.waitFor({ timeout: patience / 3 });
    } catch (error) {
      if (tries === 3) throw error;
      await page.goto("about:blank");
    }
  }
}

/** Fails for scripts that break, policies that are violated and requests to elsewhere. */
function noErrors(page, origin) {
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted/i.test(message.text())) errors.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) errors.push(`a request to ${request.url()}`);
  });
  return () => assert.deepEqual(errors, []);
}

export const talk = {
  Title: "Notes on the Analytical Engine",
  Track: "History",
  Description: "What it can do, and what it cannot.",
  Name: "Ada Lovelace",
  Email: "ada@example.org",
};

/** Types a talk into the form. */
export async function fill(page, fields = talk) {
  for (const [label, value] of Object.entries(fields)) {
    await page.getByRole("textbox", { name: label, exact: true }).fill(value);
  }
}

export const send = (page) => page.getByRole("button", { name: "Submit the talk" }).click();

/** Submits a talk and gives its id. */
export async function submit(page, fields) {
  await fill(page, { ...talk, ...fields });
  await send(page);
  await page.waitForURL(/#[a-z2-7]{26}$/);
  return new URL(page.url()).hash.slice(1);
}

/** Waits until the talk on the page stands at word. */
export const reaches = (page, word) => page.locator("#talk-word").getByText(word, { exact: true }).waitFor();

/**
 * Presses "Look now" until the talk on the page stands at word. Polls on Retry-After
 * aim at the end of the whole, and may pass over a stage before it.
 */
export async function look(page, word) {
  while (await page.locator("#talk-word").textContent() !== word) {
    await Promise.all([
      page.waitForResponse(/\/api\/status\//),
      page.getByRole("button", { name: "Look now" }).click(),
    ]);
  }
}

/** The steps that the page shows, as name: state. */
export const steps = (page) => page.locator(".stage").evaluateAll((items) =>
  items.map((item) => `${item.querySelector(".stage-name").textContent}: ${item.dataset.state}`));
