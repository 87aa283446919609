// The panel that shows the requests and responses as they happen.

const most = 30;

/** A JSON text laid out for reading; others as they are. */
function laidOut(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** One side of an exchange as a browser's tools would show it. */
function message(first, headers, body) {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [first, ...lines, ...(body ? ["", laidOut(body)] : [])].join("\n");
}

export class Wire {
  #list = document.getElementById("wire-list");
  #none = document.getElementById("wire-none");
  #count = document.getElementById("wire-count");
  #template = document.getElementById("exchange-template");
  #sent = 0;

  /** Shows a request, and returns what shows its response, or null where none came. */
  begin({ method, url, headers, body }) {
    const item = this.#template.content.firstElementChild.cloneNode(true);
    const $ = (name) => item.querySelector(`.exchange-${name}`);
    const began = performance.now();
    $("what").textContent = `${method} ${url.pathname}${url.search}`;
    $("code").textContent = "…";
    $("request").textContent = message(`${method} ${url.href}`, Object.entries(headers), body);
    this.#list.prepend(item);
    while (this.#list.childElementCount > most) this.#list.lastElementChild.remove();
    this.#none.hidden = true;
    this.#count.textContent = ++this.#sent === 1 ? "1 request" : `${this.#sent} requests`;
    return (response) => {
      $("code").textContent = response ? response.code : "no answer";
      item.dataset.kind = !response ? "lost" : response.code < 400 ? "good" : "bad";
      $("time").textContent = `${Math.round(performance.now() - began)} ms`;
      $("response").textContent = response ? message(response.code, response.headers, response.text) : "No answer came.";
    };
  }
}
