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

SwaggerUIBundle({
  url: "openapi.yaml",
  dom_id: "#docs",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  syntaxHighlight: { activated: false }, // its colours are too faint
  validatorUrl: null, // it would be asked elsewhere
  supportedSubmitMethods: ["get", "post", "head", "options"],
});
