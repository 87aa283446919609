// The list of the talks that this browser remembers.

import { tone, word } from "./words.js";

export class List {
  #list = document.getElementById("mine-list");
  #template = document.getElementById("talk-template");
  #forget;

  constructor({ forget }) {
    this.#forget = forget;
  }

  /** Shows talks, [{id, title}], the current one marked, each with its state. */
  show(talks, current, stateOf) {
    document.getElementById("mine-none").hidden = talks.length > 0;
    this.#list.replaceChildren(...talks.map((talk) => this.#item(talk, current, stateOf(talk.id))));
  }

  /** Updates the state of one talk. */
  update(id, state) {
    const item = this.#list.querySelector(`[data-id="${CSS.escape(id)}"]`);
    if (item) this.#showState(item, state);
  }

  #item({ id, title }, current, state) {
    const item = this.#template.content.firstElementChild.cloneNode(true);
    const link = item.querySelector("a");
    item.dataset.id = id;
    link.href = `#${id}`;
    if (id === current) link.setAttribute("aria-current", "page");
    item.querySelector(".item-title").textContent = title;
    const button = item.querySelector("button");
    button.setAttribute("aria-label", `Forget ${title}`);
    button.addEventListener("click", () => this.#forgetAt(id, item));
    this.#showState(item, state);
    return item;
  }

  #showState(item, state) {
    item.dataset.tone = tone(state);
    item.querySelector(".item-word").textContent = word(state);
  }

  /** The focus goes to a neighbour, or to what follows from an empty list. */
  #forgetAt(id, item) {
    const neighbour = (item.nextElementSibling ?? item.previousElementSibling)?.dataset.id;
    this.#forget(id);
    const next = neighbour && this.#list.querySelector(`[data-id="${CSS.escape(neighbour)}"] a`);
    (next || document.querySelector("main section:not([hidden]) h1")).focus();
  }
}
