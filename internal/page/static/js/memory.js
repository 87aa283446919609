// What this browser remembers: ids and the titles that were typed, nothing else.

const name = "talks";
const most = 50;

const isTalk = (t) => typeof t?.id === "string" && typeof t?.title === "string";

/** A list of {id, title}, newest first, kept in storage where the browser allows that. */
export class Memory {
  #storage;
  #fallback = [];

  constructor(storage) {
    this.#storage = storage;
  }

  get talks() {
    try {
      const kept = JSON.parse(this.#storage.getItem(name) ?? "[]");
      return Array.isArray(kept) ? kept.filter(isTalk).map(({ id, title }) => ({ id, title })) : [];
    } catch {
      return this.#fallback;
    }
  }

  title(id) {
    return this.talks.find((t) => t.id === id)?.title;
  }

  remember(id, title) {
    this.#keep([{ id, title }, ...this.talks.filter((t) => t.id !== id)].slice(0, most));
  }

  forget(id) {
    this.#keep(this.talks.filter((t) => t.id !== id));
  }

  #keep(talks) {
    this.#fallback = talks;
    try {
      this.#storage.setItem(name, JSON.stringify(talks));
    } catch {
      // Full, or switched off: the list lasts as long as the page.
    }
  }
}

/** The browser's storage, or none: even asking for it may throw. */
export function browserStorage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
