// Draws the pages of the JSON API from its description, with Swagger UI as it is served here.
window.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector("[data-openapi]");
  SwaggerUIBundle({
    domNode: place,
    url: place.dataset.openapi,
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
    tryItOutEnabled: false,
  });
});
