// Shows the description of the API with Swagger UI, and gives names to what it
// leaves without one.

const docs = document.getElementById("docs");

const nameOf = (select) => select.closest("[data-param-name]")?.dataset.paramName
  ?? (select.classList.contains("examples-select-element") ? "Example" : "Media type");

new MutationObserver(() => {
  for (const select of docs.querySelectorAll("select:not([aria-label])")) select.setAttribute("aria-label", nameOf(select));
  // What scrolls has to be reached by keyboard.
  for (const code of docs.querySelectorAll(".microlight:not([tabindex])")) code.tabIndex = 0;
}).observe(docs, { childList: true, subtree: true });

// An API may have a page in front, or not.
const home = document.getElementById("home");
fetch(home.href, { method: "HEAD" }).then((response) => { home.hidden = !response.ok; }, () => {});

const ui = SwaggerUIBundle({
  url: "openapi.yaml",
  dom_id: "#docs",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  syntaxHighlight: { activated: false }, // its colours are too faint
  validatorUrl: null, // it would be asked elsewhere
  supportedSubmitMethods: ["get", "post", "delete", "head", "options"],
  onComplete: () => { document.title = `API · ${ui.specSelectors.info().get("title")}`; },
});
