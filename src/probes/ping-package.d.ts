/** The two parts of the npm package `ping` that we use: its argument builder and its output parser. */

declare module "ping/lib/builder/factory.js" {
	type Settings = { numeric: boolean; timeout: number; min_reply: number; v6: boolean; extra: string[] };
	const factory: {
		createBuilder(platform: string): { getCommandArguments(target: string, settings: Settings): string[] };
	};

	export { factory as default };
}

declare module "ping/lib/parser/factory.js" {
	type Parser = { eat(line: string): Parser; getResult(): { alive: boolean; time: number | "unknown" } };
	const factory: { createParser(target: string, platform: string): Parser };

	export { factory as default };
}
