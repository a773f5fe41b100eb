/** Is there anything at a path? Asked when somebody is refused: where nothing is, more rights would not help. */

/** A route as the router, or the table of operations, names it: parts as ":id", "{id}", or a "*" at the end. */
type Route = { readonly path: string };

/** A wildcard stands for a table of its own, whose paths are routes too: it is no place itself. */
export function createPlaces(routes: () => readonly Route[]): (path: string) => boolean {
	let patterns: readonly RegExp[] | undefined;
	return (path) => {
		patterns ??= routes()
			.filter((route) => !route.path.endsWith("*"))
			.map((route) => patternOf(route.path));
		return patterns.some((pattern) => pattern.test(path));
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
