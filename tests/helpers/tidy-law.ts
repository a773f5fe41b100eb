/** Who may use what: the import law, one home per technology, no orphans. Knows paths and words, runs nothing. */

import * as ast from "typescript/unstable/ast";
import { importsOf, lineOf, nodesOf, type Source, targetOf, textOf } from "./syntax.ts";

/** What a layer may import besides itself. */
const LAW: Readonly<Record<string, readonly string[]>> = {
	net: [],
	errors: [],
	log: [],
	clock: [],
	config: ["errors", "net"],
	model: ["net"],
	formats: ["net", "model"],
	probes: ["net", "model", "errors", "clock"],
	store: ["net", "model", "errors"],
	views: ["net", "model"],
	events: ["model", "store", "errors", "log", "clock"],
	context: ["config", "clock", "log", "store", "events", "probes", "model"],
	sweeps: ["net", "model", "probes", "store", "events", "errors", "log", "clock", "context"],
	scans: ["net", "model", "probes", "store", "events", "errors", "log", "clock", "context"],
	upkeep: ["model", "store", "errors", "log", "clock"],
	errand: ["store", "errors", "model", "importer"],
	importer: ["ipam", "events", "store", "model", "context", "config", "clock", "log"],
	ipam: ["net", "model", "formats", "store", "events", "errors", "context"],
	jobs: ["sweeps", "scans", "upkeep", "events", "store", "context", "config", "log"],
	http: [
		"net",
		"model",
		"formats",
		"store",
		"ipam",
		"events",
		"views",
		"errors",
		"log",
		"context",
		"config",
		"clock",
	],
	app: [
		...["net", "errors", "log", "clock", "config", "model", "probes", "store", "views", "events", "context"],
		...["sweeps", "scans", "upkeep", "errand", "ipam", "jobs", "http"],
	],
	crew: [
		...["app", "net", "log", "clock", "config", "probes", "store", "events"],
		...["sweeps", "scans", "upkeep", "errand"],
	],
	cli: [
		"app",
		"formats",
		"config",
		"context",
		"log",
		"ipam",
		"probes",
		"net",
		"store",
		"errors",
		"clock",
		"model",
	],
	main: ["cli", "crew"],
};

/** Files that are no code, and who may embed them. */
const EMBEDS: readonly { readonly path: RegExp; readonly layers: readonly string[] }[] = [
	{ path: /^schema\.sql$/, layers: ["store"] },
	{ path: /^src\/store\/steps\/.*\.sql$/, layers: ["store"] },
	{ path: /^static\/dist\/vendors\.zst$/, layers: ["probes"] },
	{ path: /^static\//, layers: ["http"] },
	{ path: /^package\.json$/, layers: ["app", "cli", "http"] },
];

/** Packages with one home; the first entry that matches decides. */
const PACKAGES: readonly { readonly name: RegExp; readonly home: RegExp }[] = [
	{ name: /^bun:sqlite$/, home: /^src\/store\// },
	{ name: /^bun:ffi$/, home: /^src\/probes\/libc\.ts$/ },
	{ name: /^bun:jsc$/, home: /^src\/ipam\/exports\.ts$/ },
	{ name: /^(node:)?child_process$/, home: /^src\/probes\// },
	{ name: /^ping(\/|$)/, home: /^src\/probes\/ping\.ts$/ },
	{ name: /^fast-xml-parser$/, home: /^src\/probes\/nmap\/report\.ts$/ },
	{ name: /^net-snmp$|^(node:)?dgram$/, home: /^src\/probes\/snmp\.ts$/ },
	{ name: /^@elysiajs\/cron$|^croner$/, home: /^src\/jobs\.ts$/ },
	{ name: /^elysia$|^@elysiajs\//, home: /^src\/(jobs\.ts$|http\/)/ },
	{ name: /^preact(\/|$)|^preact-render-to-string/, home: /^views\// },
	{ name: /^papaparse$/, home: /^src\/formats\/csv\.ts$/ },
	{ name: /^@e965\/xlsx$/, home: /^src\/formats\/workbook\.ts$/ },
	{ name: /^@sinclair\/typebox(\/|$)/, home: /^src\/http\/api\// },
	{ name: /^prom-client$/, home: /^src\/http\/meter\.ts$/ },
	{ name: /^ip-address$/, home: /^src\/net\// },
	{ name: /^@oslojs\//, home: /^src\/(events\/signature\.ts$|ipam\/|http\/)/ },
	{ name: /^qr$/, home: /^src\/http\/account\.ts$/ },
	{ name: /^@logtape\//, home: /^src\/log\.ts$/ },
];

const CLOCK = /^src\/clock\.ts$/;
const CHANCE = /^src\/app\/random\.ts$/;
const CONFIG = /^src\/config\.ts$/;
const PROBES = /^src\/probes\//;
/** Things reached without an import, by how they are spelt where they are used. */
const GLOBALS: readonly { readonly spelt: RegExp; readonly home: RegExp }[] = [
	{ spelt: /^Bun\.spawn(Sync)?$/, home: PROBES },
	{ spelt: /^(process|Bun|import\.meta)\.env$/, home: CONFIG },
	{ spelt: /^(Date\.now|performance\.now|Bun\.(sleep(Sync)?|nanoseconds)|process\.hrtime)$/, home: CLOCK },
	{
		spelt: /^(Math\.random|crypto\.(getRandomValues|randomUUID|randomBytes)|Bun\.randomUUIDv7)$/,
		home: CHANCE,
	},
];
/** Functions that are called by their bare name. */
const CALLS: readonly { readonly spelt: RegExp; readonly home: RegExp }[] = [
	{ spelt: /^fetch$/, home: /^src\/events\/outgoing\.ts$/ },
	{ spelt: /^set(Timeout|Interval)$/, home: CLOCK },
	{ spelt: /^random(Bytes|UUID|Int)$/, home: CHANCE },
];

/** The layer of a path: a folder of src, a file in src, or views; undefined outside of them. */
function layerOf(path: string): string | undefined {
	if (path.startsWith("views/")) return "views";
	return /^src\/([^/.]+)(?:\/|\.tsx?$)/.exec(path)?.[1];
}

/** Imports between layers that the table does not allow. */
export function lawProblems(source: Source): string[] {
	const layer = layerOf(source.path);
	if (layer === undefined || source.path.endsWith(".d.ts")) return [];
	const allowed = LAW[layer];
	if (allowed === undefined) return [`${source.path}: “${layer}” is no layer of the map`];
	return importsOf(source).flatMap(({ from, line }) => {
		const target = targetOf(source, from);
		if (target === undefined) return [];
		const at = `${source.path}:${line}`;
		const other = layerOf(target);
		if (other !== undefined && /\.tsx?$/.test(target)) {
			return other === layer || allowed.includes(other) ? [] : [`${at} ${layer} may not import ${other}`];
		}
		const embed = EMBEDS.find(({ path }) => path.test(target));
		return embed?.layers.includes(layer) ? [] : [`${at} ${layer} may not import ${target}`];
	});
}

/** Technologies outside their home. */
export function homeProblems(source: Source): string[] {
	if (layerOf(source.path) === undefined) return [];
	const problems: string[] = [];
	if (source.path.endsWith(".tsx") && !source.path.startsWith("views/")) {
		problems.push(`${source.path}: JSX lives in views`);
	}
	for (const { from, line } of importsOf(source)) {
		const known = PACKAGES.find(({ name }) => name.test(from));
		if (known && !known.home.test(source.path))
			problems.push(`${source.path}:${line} ${from} has another home`);
	}
	for (const node of nodesOf(source)) {
		const spelt = globalProblem(source, node);
		if (spelt) problems.push(`${source.path}:${lineOf(source, node)} ${spelt} has another home`);
	}
	return problems;
}

/** The spelling of a global that is used outside its home. */
function globalProblem(source: Source, node: ast.Node): string | undefined {
	const strays = (list: typeof GLOBALS, text: string) =>
		list.some(({ spelt, home }) => spelt.test(text) && !home.test(source.path)) ? text : undefined;
	if (ast.isPropertyAccessExpression(node)) {
		return strays(GLOBALS, textOf(source, node).replace(/^globalThis\./, ""));
	}
	if (ast.isCallExpression(node)) {
		return strays(CALLS, textOf(source, node.expression).replace(/^globalThis\./, ""));
	}
	if (ast.isNewExpression(node) && textOf(source, node.expression) === "Date") {
		return (node.arguments?.length ?? 0) === 0 && !CLOCK.test(source.path) ? "new Date()" : undefined;
	}
	if (ast.isVariableDeclaration(node) && ast.isObjectBindingPattern(node.name) && node.initializer) {
		const owner = textOf(source, node.initializer);
		const names = node.name.elements.map((element) => `${owner}.${textOf(source, element).split(":")[0]}`);
		return names.map((name) => strays(GLOBALS, name)).find(Boolean);
	}
	return undefined;
}

/** Files that nothing reaches from the entry, by imports. Type declarations are exempt: they are ambient. */
export function orphanProblems(sources: readonly Source[], entry: string): string[] {
	const reached = reachOf(sources, entry);
	return sources
		.map((source) => source.path)
		.filter((path) => !reached.has(path) && !path.endsWith(".d.ts"))
		.map((path) => `${path}: nothing imports it`);
}

/** Everything that is loaded with `entry`; without `later`, not what it loads only when that is needed. */
export function reachOf(sources: readonly Source[], entry: string, later = true): Set<string> {
	const byPath = new Map(sources.map((source) => [source.path, source]));
	const reached = new Set<string>();
	const waiting = [entry];
	for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
		const source = byPath.get(path);
		if (source === undefined || reached.has(path)) continue;
		reached.add(path);
		const imports = importsOf(source).filter(
			({ names }) => later || !names.some((name) => name === "import()" || /^type\b/.test(name)),
		);
		waiting.push(...imports.flatMap(({ from }) => targetOf(source, from) ?? []));
	}
	return reached;
}
