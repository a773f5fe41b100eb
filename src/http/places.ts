/** How may a path be asked, if there is anything at all? Asked when somebody is refused: more rights would not help. */

/** A route as the router, or the table of operations, names it: parts as ":id", "{id}", or a "*" at the end. */
export type Route = { readonly method: string; readonly path: string };

/** Methods that a path answers; none where nothing is. */
export type MethodsAt = (path: string) => readonly string[];

export const NOTHING_HERE = "There is nothing at this address: /openapi.json lists what there is.";

/** A wildcard stands for a table of its own, whose paths are routes too: it is no place itself. */
export function createPlaces(routes: () => readonly Route[]): MethodsAt {
	let places: readonly { readonly pattern: RegExp; readonly method: string }[] | undefined;
	return (path) => {
		places ??= routes()
			.filter((route) => !route.path.endsWith("*"))
			.map((route) => ({ pattern: patternOf(route.path), method: route.method }));
		const methods = new Set(places.flatMap(({ pattern, method }) => (pattern.test(path) ? [method] : [])));
		// The API answers these everywhere, pages nowhere.
		if (methods.size > 0 && path.startsWith("/api/")) {
			if (methods.has("GET")) methods.add("HEAD");
			methods.add("OPTIONS");
		}
		return [...methods];
	};
}

function patternOf(path: string): RegExp {
	const parts = path.split("/").map((part) => {
		// Numbers of the API are numbers; a part of a page may be anything.
		if (/^\{\w+\}$/.test(part)) return "[1-9]\\d{0,14}";
		return part.startsWith(":") ? "[^/]+" : part.replace(/[^\w-]/g, "\\$&");
	});
	return new RegExp(`^${parts.join("/")}/?$`);
}
