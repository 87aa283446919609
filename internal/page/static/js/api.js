// The requests of the wire contract.

const jsonType = "application/json";
const patience = 30_000; // milliseconds until a request counts as lost

/** Whole seconds of a Retry-After as milliseconds; 0 where there is none. */
function retryAfter(response) {
  const value = response.headers.get("Retry-After") ?? "";
  return /^\d{1,6}$/.test(value) ? Number(value) * 1000 : 0;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Requests to the API at base, a URL that ends in a slash. They reject where no answer came; an answer is
 * `{code, retryAfter, etag, body}`, and body is null where it is no JSON object. Each request is given to
 * began, and its response, or null, to what that returns.
 */
export function createAPI(base, began = () => () => {}) {
  const ask = async (path, { method = "GET", headers = {}, body, signal }) => {
    const url = new URL(path, base);
    const ended = began({ method, url, headers, body });
    const options = {
      cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer",
      signal: AbortSignal.any([AbortSignal.timeout(patience), signal]), method, headers, body,
    };
    const response = await fetch(url, options).catch((error) => {
      ended(null);
      throw error;
    });
    const text = await response.text().catch(() => "");
    ended({ code: response.status, headers: [...response.headers], text });
    const value = parsed(text);
    return {
      code: response.status,
      retryAfter: retryAfter(response),
      etag: response.headers.get("ETag"),
      body: value !== null && typeof value === "object" ? value : null,
    };
  };
  return {
    submit: (text, key, signal) => ask("api/submit", {
      method: "POST", headers: { "Content-Type": jsonType, "Idempotency-Key": `"${key}"` }, body: text, signal,
    }),
    // The page remembers ids and secrets, not where they are: it knows the one API that it belongs to.
    status: (id, etag, signal) => ask(`api/status/${encodeURIComponent(id)}`, {
      headers: etag ? { "If-None-Match": etag } : {}, signal,
    }),
    cancel: (cancelUrl, signal) => ask(`api/cancel/${cancelUrl.slice(cancelUrl.lastIndexOf("/") + 1)}`, { method: "POST", signal }),
    resultURL: (id) => new URL(`api/result/${encodeURIComponent(id)}`, base).href,
  };
}
