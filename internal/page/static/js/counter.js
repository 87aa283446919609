// Counts the characters of a long text while it is typed.

/** Shows how many are used at the hint of each text that has a bound. */
export function count(form) {
  for (const bound of form.querySelectorAll("[data-most]")) {
    const most = Number(bound.dataset.most);
    const field = form.querySelector(`[aria-describedby~="${bound.parentElement.id}"]`);
    const show = () => {
      const used = [...field.value.trim()].length;
      bound.textContent = used > most * 0.8 ? `${used.toLocaleString("en")} of ${most.toLocaleString("en")}` : most.toLocaleString("en");
      bound.parentElement.classList.toggle("over", used > most);
    };
    field.addEventListener("input", show);
    form.addEventListener("reset", () => queueMicrotask(show));
  }
}
