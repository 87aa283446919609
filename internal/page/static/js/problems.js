// Shows the server's problems at the fields that they point to. A field's
// name is its JSON pointer.

import { problemText } from "./words.js";

const labelOf = (field) => field.labels[0].firstChild.textContent.trim();

const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");

/** Problems of one form. */
export class Problems {
  #form;
  #box;

  constructor(form) {
    this.#form = form;
    this.#box = form.querySelector("#problems");
    form.addEventListener("input", ({ target }) => this.#clear(target));
  }

  /** Shows what was refused: a sentence, and [{pointer, detail}]. */
  show(sentenceOfAll, fields) {
    this.reset();
    const order = [...this.#form.elements];
    const found = fields.map((f) => ({ ...f, at: order.findIndex((e) => f.pointer && e.name === f.pointer) }));
    const items = found.sort((a, b) => a.at - b.at).map(({ pointer, detail, at }) => {
      if (at < 0) return plain(pointer ? `${pointer} ${detail}` : `The talk ${detail}`);
      return this.#atField(order[at], problemText(pointer, labelOf(order[at]), detail));
    });
    const count = fields.length === 1 ? "One thing has to be changed" : `${fields.length} things have to be changed`;
    this.#box.querySelector("h2").textContent = fields.length ? count : sentenceOfAll;
    this.#box.querySelector("ul").replaceChildren(...items);
    this.#box.hidden = false;
    this.#box.focus();
  }

  reset() {
    for (const field of this.#form.elements) this.#clear(field);
    this.#box.hidden = true;
  }

  #atField(field, problem) {
    const note = document.createElement("p");
    note.className = "problem";
    note.id = `${field.id}-problem`;
    note.textContent = sentence(problem);
    field.before(note);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", [note.id, field.getAttribute("aria-describedby")].filter(Boolean).join(" "));
    return link(field, problem);
  }

  #clear(field) {
    const note = document.getElementById(`${field.id}-problem`);
    if (!note) return;
    const others = field.getAttribute("aria-describedby").split(" ").filter((id) => id !== note.id).join(" ");
    if (others) field.setAttribute("aria-describedby", others);
    else field.removeAttribute("aria-describedby");
    field.removeAttribute("aria-invalid");
    note.remove();
  }
}

function plain(text) {
  const item = document.createElement("li");
  item.textContent = sentence(text);
  return item;
}

/** A link to a field. The fragment is the router's, so the link moves the focus itself. */
function link(field, problem) {
  const item = document.createElement("li");
  const a = document.createElement("a");
  a.href = `#${field.id}`;
  a.textContent = problem;
  a.addEventListener("click", (event) => {
    event.preventDefault();
    field.focus();
  });
  item.append(a);
  return item;
}
