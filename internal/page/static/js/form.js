// The form that submits a talk.

import { Refused } from "./backoff.js";
import { Problems } from "./problems.js";
import { newKey, submit } from "./submit.js";
import { troubles } from "./words.js";

/** What is in the fields of a form, by their names. */
export function values(form) {
  return Object.fromEntries([...form.elements].filter((field) => field.name && field.value).map((field) => [field.name, field.value]));
}

/** The JSON document of a form whose fields are named by JSON pointers; blank fields are left out. */
export function read(form) {
  const document = {};
  for (const field of form.elements) {
    if (!field.name || field.value.trim() === "") continue;
    const path = field.name.slice(1).split("/");
    const last = path.pop();
    path.reduce((at, name) => (at[name] ??= {}), document)[last] = field.value.trim();
  }
  return document;
}

export class Form {
  #element = document.getElementById("form");
  #send = document.getElementById("send");
  #stop = document.getElementById("stop");
  #trouble = document.getElementById("send-trouble");
  #problems = new Problems(this.#element);
  #wake = new EventTarget();
  #sent = {};
  #inHand = null;

  /**
   * accepted gets the answer of the server and what was typed, by the fields' names; typed gets that whenever it
   * changes; announce speaks to a screen reader.
   */
  constructor({ api, accepted, typed, announce }) {
    this.#element.addEventListener("input", () => typed(values(this.#element)));
    this.#element.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.#inHand) this.#submit(api, accepted, announce);
    });
    this.#stop.addEventListener("click", () => this.#inHand?.abort());
  }

  /** Puts texts into the fields, by their names. */
  fill(texts) {
    for (const field of this.#element.elements) {
      if (!field.name) continue;
      field.value = texts[field.name] ?? "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  /** Ends a pause between two tries. */
  retry() {
    this.#wake.dispatchEvent(new Event("wake"));
  }

  async #submit(api, accepted, announce) {
    const typed = values(this.#element);
    const text = JSON.stringify(read(this.#element));
    // What was sent once is the same submission for ever; what is changed is another.
    if (this.#sent.text !== text) this.#sent = { text, key: newKey() };
    this.#begin();
    try {
      const report = (state) => this.#showTrouble(state, announce);
      const answer = await submit(api, text, this.#sent.key, { report, wake: this.#wake, signal: this.#inHand.signal });
      this.#sent = {};
      this.#element.reset();
      accepted(answer, typed);
    } catch (error) {
      if (error instanceof Refused) this.#problems.show(error.message, error.fields);
      else if (!this.#inHand.signal.aborted) throw error;
      else this.#send.focus();
    } finally {
      this.#end();
    }
  }

  #begin() {
    this.#inHand = new AbortController();
    this.#problems.reset();
    this.#element.setAttribute("aria-busy", "true");
    this.#send.setAttribute("aria-disabled", "true");
    this.#send.textContent = "Submitting …";
  }

  #end() {
    this.#inHand = null;
    this.#element.removeAttribute("aria-busy");
    this.#send.removeAttribute("aria-disabled");
    this.#send.textContent = "Submit the talk";
    this.#showTrouble(null);
  }

  #showTrouble(state, announce) {
    this.#trouble.hidden = this.#stop.hidden = !state;
    if (!state) {
      this.#trouble.textContent = "";
      return;
    }
    const text = `${troubles[state.trouble]} Trying again. However often it is sent, the talk is submitted once.`;
    if (this.#trouble.textContent === text) return; // each obstacle is announced once
    this.#trouble.textContent = text;
    announce(text);
  }
}
