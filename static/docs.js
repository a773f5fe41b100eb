/** The description of the API, drawn by Swagger UI; what is tried out is sent as whoever reads the page. */

const place = document.getElementById("swagger-ui");

window.SwaggerUIBundle({
	url: place.dataset.document,
	domNode: place,
	deepLinking: true,
	docExpansion: "list",
	defaultModelsExpandDepth: 0,
	validatorUrl: null,
	requestInterceptor(request) {
		// With a token of one's own the session's has no say.
		if (request.headers.Authorization === undefined) request.headers["x-csrf-token"] = place.dataset.csrf;
		return request;
	},
});
