// Sends one submission or cancellation, however often that takes, and never does it twice.

import { persist } from "./backoff.js";

/** 128 random bits. crypto.randomUUID is missing where the page is not served over TLS. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Gives the answer that accepts the submission. The key makes it safe to repeat what may have arrived. */
export function submit(api, text, key, progress) {
  return persist(() => api.submit(text, key, progress.signal), ({ code, body }) => code < 300 && typeof body?.id === "string", progress);
}

/** Gives the answer to the cancellation: the status, which may have ended before. */
export function cancel(api, cancelUrl, progress) {
  return persist(() => api.cancel(cancelUrl, progress.signal), ({ code, body }) => code < 300 && typeof body?.status === "string", progress);
}
