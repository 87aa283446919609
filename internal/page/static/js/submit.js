// Sends one submission, however often that takes, and never submits it twice.

import { isTemporary, pause, sleep, troubleOf } from "./backoff.js";

/** The server's no, with its problem document. */
export class Refused extends Error {
  constructor({ code, body }) {
    super(body?.detail ?? `The server answered ${code}.`);
    this.fields = Array.isArray(body?.errors) ? body.errors : [];
  }
}

/** 128 random bits. crypto.randomUUID is missing where the page is not served over TLS. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

/**
 * Gives the answer that accepts the submission. The key makes it safe to repeat what may have
 * arrived; tell gets each obstacle as {trouble}.
 */
export async function submit(api, text, key, { tell, wake, signal }) {
  for (let failures = 1; ; failures++) {
    const answer = await api.submit(text, key, signal).catch(() => null);
    signal.throwIfAborted();
    if (answer && answer.code < 300 && typeof answer.body?.id === "string") return answer;
    if (answer && !isTemporary(answer)) throw new Refused(answer);
    const wait = pause(failures, answer?.retryAfter);
    tell({ trouble: troubleOf(answer) });
    await sleep(wait, wake, signal);
  }
}
