// The two requests of the wire contract.

const jsonType = "application/json";
const patience = 30_000; // milliseconds until a request counts as lost

/** Whole seconds of a Retry-After as milliseconds; 0 where there is none. */
function retryAfter(response) {
  const value = response.headers.get("Retry-After") ?? "";
  return /^\d{1,6}$/.test(value) ? Number(value) * 1000 : 0;
}

/** An answer is `{code, retryAfter, etag, body}`; body is null where it is no JSON object. */
async function answer(response) {
  const body = response.status === 304 ? null : await response.json().catch(() => null);
  return {
    code: response.status,
    retryAfter: retryAfter(response),
    etag: response.headers.get("ETag"),
    body: body !== null && typeof body === "object" ? body : null,
  };
}

/** Requests to the API at base, a URL that ends in a slash. They reject where no answer came. */
export function createAPI(base) {
  const ask = async (path, init, signal) => {
    const late = AbortSignal.timeout(patience);
    const options = {
      cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer",
      signal: AbortSignal.any([late, signal]), ...init,
    };
    return answer(await fetch(new URL(path, base), options));
  };
  return {
    submit: (text, key, signal) => ask("api/submit", {
      method: "POST",
      headers: { "Content-Type": jsonType, "Idempotency-Key": `"${key}"` },
      body: text,
    }, signal),
    // The page remembers ids, not URLs: it knows the one API that it belongs to.
    status: (id, etag, signal) => ask(`api/status/${encodeURIComponent(id)}`, {
      headers: etag ? { "If-None-Match": etag } : {},
    }, signal),
  };
}
