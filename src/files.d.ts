/** Files that the program embeds: schema as text, everything else as a path to read from. */
declare module "*.sql" {
	const text: string;
	export default text;
}
declare module "*.css" {
	const path: string;
	export default path;
}
declare module "*/static/dist/app.js" {
	const path: string;
	export default path;
}
declare module "*/static/door.js" {
	const path: string;
	export default path;
}
declare module "*/static/docs.js" {
	const path: string;
	export default path;
}
declare module "swagger-ui-dist/swagger-ui-bundle.js" {
	const path: string;
	export default path;
}
declare module "*.svg" {
	const path: string;
	export default path;
}
declare module "htmx.org/dist/htmx.min.js" {
	const path: string;
	export default path;
}
declare module "*.zst" {
	const path: string;
	export default path;
}
