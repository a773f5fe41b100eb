/** The description of the API, drawn by Swagger UI; what is tried out is sent as whoever reads the page. */

const place = document.getElementById("swagger-ui");

/** A word of curl's that a shell fills in: what is printed works in a terminal, and holds no secret. */
const WITH_TOKEN = '-H "Authorization: Bearer $TOKEN"';

window.SwaggerUIBundle({
	url: place.dataset.document,
	domNode: place,
	deepLinking: true,
	docExpansion: "list",
	defaultModelsExpandDepth: 0,
	validatorUrl: null,
	requestInterceptor(request) {
		// With a token of one's own the session's has no say.
		if (request.headers.Authorization !== undefined) return request;
		// Of the session nothing is shown: it is of no use anywhere else.
		request.userFetch = (url, sent) =>
			fetch(url, { ...sent, headers: { ...sent.headers, "x-csrf-token": place.dataset.csrf } });
		request.curlOptions = [WITH_TOKEN];
		return request;
	},
});
