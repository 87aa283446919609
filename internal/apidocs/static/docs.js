// Shows the description of the API with Swagger UI.

SwaggerUIBundle({
  url: "openapi.yaml",
  dom_id: "#docs",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null, // it would be asked elsewhere
  supportedSubmitMethods: ["get", "post", "head", "options"],
});
