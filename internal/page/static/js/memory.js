// What this browser remembers.

const most = 50;

const isTalk = (t) => typeof t?.id === "string" && typeof t?.title === "string";

/** A value in the browser's storage, or as long as the page where that does not work. */
class Stored {
  #storage;
  #name;
  #empty;
  #instead; // of the storage

  constructor(storage, name, empty) {
    this.#storage = storage;
    this.#name = name;
    this.#empty = empty;
  }

  get() {
    try {
      return this.#instead ?? JSON.parse(this.#storage.getItem(this.#name)) ?? this.#empty;
    } catch {
      return this.#empty;
    }
  }

  /** Keeps the value; an empty one leaves nothing behind. */
  set(value) {
    try {
      if (Object.keys(value).length > 0) this.#storage.setItem(this.#name, JSON.stringify(value));
      else this.#storage.removeItem(this.#name);
      this.#instead = undefined;
    } catch {
      this.#instead = value; // full, or switched off
    }
  }
}

/** A list of {id, title, cancelUrl}, newest first: cancelUrl only until the talk has ended. */
export class Memory {
  #stored;

  constructor(storage) {
    this.#stored = new Stored(storage, "talks", []);
  }

  get talks() {
    const kept = this.#stored.get();
    return Array.isArray(kept) ? kept.filter(isTalk) : [];
  }

  title(id) {
    return this.talks.find((t) => t.id === id)?.title;
  }

  /** The capability to cancel, which only the browser that submitted has. */
  cancelUrl(id) {
    const url = this.talks.find((t) => t.id === id)?.cancelUrl;
    return typeof url === "string" ? url : undefined;
  }

  remember(id, title, cancelUrl) {
    this.#stored.set([{ id, title, cancelUrl }, ...this.talks.filter((t) => t.id !== id)].slice(0, most));
  }

  /** Leaves out what a talk that has ended does not need. */
  ended(id) {
    if (this.cancelUrl(id)) this.#stored.set(this.talks.map((t) => (t.id === id ? { ...t, cancelUrl: undefined } : t)));
  }

  forget(id) {
    this.#stored.set(this.talks.filter((t) => t.id !== id));
  }
}

/**
 * What was typed, by the fields' names, as long as the tab: what is in the form, under "", and of talks that have
 * not ended well, under their ids.
 */
export class Drafts {
  #stored;

  constructor(storage) {
    this.#stored = new Stored(storage, "typed", {});
  }

  of(id = "") {
    return this.#stored.get()?.[id];
  }

  keep(texts, id = "") {
    const { [id]: before, ...all } = this.#stored.get();
    this.#stored.set(Object.keys(texts).length > 0 ? { ...all, [id]: texts } : all);
  }

  drop(id = "") {
    if (this.of(id)) this.keep({}, id);
  }
}

/** The browser's storage of that name, or none: even asking for it may throw. */
export function browserStorage(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}
