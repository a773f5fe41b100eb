/** The part of the package papaparse that is used here; it brings no types of its own. */
declare module "papaparse" {
	type ParseError = { type: string; code: string; message: string; row?: number; index?: number };
	type Step = { data: string[]; errors: ParseError[]; meta: { cursor: number; delimiter: string } };
	type Options = {
		delimiter?: string;
		delimitersToGuess?: string[];
		newline?: string;
		skipEmptyLines?: boolean;
		step?: (step: Step, parser: { abort(): void }) => void;
	};
	const Papa: {
		parse(
			text: string,
			options: Options,
		): { data: string[][]; errors: ParseError[]; meta: { delimiter: string } };
	};
	export default Papa;
}
