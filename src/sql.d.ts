/** A schema file is text to the program that embeds it. */
declare module "*.sql" {
	const text: string;
	export default text;
}
