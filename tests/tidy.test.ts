/**
 * The law of the house, tested: which layer may import which, where each technology lives, how code may look.
 * Knows files as text and syntax; runs none of them. Every rule also proves on a bad sample that it can fail.
 */

import { describe, expect, test } from "bun:test";
import { parseSources, readFiles, type Source } from "./helpers/syntax.ts";
import { homeProblems, lawProblems, orphanProblems, reachOf } from "./helpers/tidy-law.ts";
import { TRIALS } from "./helpers/tidy-samples.ts";
import * as shape from "./helpers/tidy-shape.ts";
import { waitProblems } from "./helpers/tidy-waits.ts";

const ENTRY = "src/main.ts";

/** Problems that are known and borne, word for word but without the line. This list may only shrink. */
const EXCEPTIONS: readonly string[] = [];
const EXCEPTIONS_MAX = 0;

type Rule = { readonly name: string; readonly judge: (source: Source) => string[] };

/** Rules for src and views, and those that hold for scripts too. */
const HOUSE_RULES: readonly Rule[] = [
	{ name: "layers import only what the law allows", judge: lawProblems },
	{ name: "one home per technology", judge: homeProblems },
	{ name: "no module state, nothing runs on import", judge: shape.stateProblems },
	{ name: "SQL is in the store and never put together", judge: shape.sqlProblems },
];
const CODE_RULES: readonly Rule[] = [
	{ name: "files and functions are short", judge: shape.sizeProblems },
	{ name: "names say something", judge: (source) => shape.nameProblems(source.path) },
	{ name: "files begin with a doc comment", judge: shape.commentProblems },
	{ name: "no default exports, no barrels", judge: shape.exportProblems },
	{ name: "nothing banned", judge: shape.bannedProblems },
];

const house = await parseSources(readFiles(["src/**/*.{ts,tsx}", "views/**/*.{ts,tsx}"]));
const scripts = await parseSources(readFiles(["scripts/*.{ts,mjs}"]));
const tests = await parseSources(readFiles(["tests/**/*.{ts,tsx}"]));

/** Line numbers move with every edit; an exception does not name them. */
function withoutLine(problem: string): string {
	return problem.replace(/^([^\s:]+):\d+/, "$1:");
}

function unexpected(problems: readonly string[]): string[] {
	return problems.filter((problem) => !EXCEPTIONS.includes(withoutLine(problem)));
}

describe("the tree", () => {
	for (const { name, judge } of HOUSE_RULES) {
		test(name, () => expect(unexpected(house.flatMap(judge))).toEqual([]));
	}
	for (const { name, judge } of CODE_RULES) {
		test(name, () => expect(unexpected([...house, ...scripts].flatMap(judge))).toEqual([]));
	}
	test("no test keeps the others from running", () => {
		expect(tests.flatMap(shape.onlyProblems)).toEqual([]);
	});
	test("test files and their functions are as short as the others", () => {
		expect(tests.flatMap(shape.sizeProblems)).toEqual([]);
	});
	test("tests wait for things, never for a time, within one bound", () => {
		expect(tests.flatMap(waitProblems)).toEqual([]);
	});
	test("no machine path, registry or key in what we commit", () => {
		const files = readFiles([
			"{src,views,scripts,tests,static,.ci}/**/*.{ts,tsx,mjs,js,json,scss,sql,sh}",
			"*.{md,json,toml,sql}",
			".ci/*",
		]);
		const own = /^tests\/(tidy\.test|helpers\/tidy-shape)\.ts$|^static\/dist\//;
		const read = Object.entries(files).filter(([path]) => !own.test(path));
		expect(read.flatMap(([path, text]) => shape.leakProblems(path, text))).toEqual([]);
	});
	test("scripts holds what gets, builds and tests the program, nothing else", () => {
		const known = ["bootstrap.mjs", "build.ts", "css.ts", "js.ts", "test.ts", "vendors.ts"];
		const names = Object.keys(readFiles(["scripts/**"])).map((path) => path.replace("scripts/", ""));
		expect(names.filter((name) => !known.includes(name))).toEqual([]);
	});

	test("the map in the README names every part of the source, and no other", () => {
		const { "README.md": readme = "" } = readFiles(["README.md"]);
		const [, map = ""] = /^## The map$([\s\S]*?)^## /m.exec(readme) ?? [];
		const parts = new Set(house.flatMap(({ path }) => /^src\/([^/]+)/.exec(path)?.[1] ?? []));
		const unnamed = [...parts].filter((part) => !part.endsWith(".d.ts") && !map.includes(part));
		const named = [...map.matchAll(/`(?:src\/)?(\w+(?:\/|\.ts))`/g)].map(([, name = ""]) =>
			name.replace("/", ""),
		);
		const elsewhere = ["views", "static", "tests", "samples", "scripts"];
		expect(unnamed).toEqual([]);
		expect(named.filter((name) => !parts.has(name) && !elsewhere.includes(name))).toEqual([]);
	});

	const hasEntry = house.some((source) => source.path === ENTRY);
	test.skipIf(!hasEntry)(`no orphans${hasEntry ? "" : ` (${ENTRY} does not exist yet)`}`, () => {
		expect(unexpected(orphanProblems(house, ENTRY))).toEqual([]);
	});

	test("the thread that sweeps loads no server and no page; the program loads no verb that was not typed", () => {
		const loaded = (entry: string) => [...reachOf(house, entry, false)];
		expect(loaded("src/crew.ts").length).toBeGreaterThan(20);
		expect(
			loaded("src/crew.ts").filter((path) => /^(src\/(http|ipam|cli|formats)|views)\//.test(path)),
		).toEqual([]);
		expect(
			loaded("src/cli/run.ts").filter((path) => path !== "src/cli/run.ts" && path.startsWith("src/cli")),
		).toEqual([]);
		expect(loaded("src/cli/serve.ts").filter((path) => path.startsWith("src/formats/"))).toEqual([]);
	});

	test("the list of exceptions only shrinks, and holds nothing that is mended", () => {
		expect(EXCEPTIONS.length).toBe(EXCEPTIONS_MAX);
		const all = [
			...HOUSE_RULES.flatMap(({ judge }) => house.flatMap(judge)),
			...CODE_RULES.flatMap(({ judge }) => [...house, ...scripts].flatMap(judge)),
			...(hasEntry ? orphanProblems(house, ENTRY) : []),
		].map(withoutLine);
		expect(EXCEPTIONS.filter((exception) => !all.includes(exception))).toEqual([]);
	});
});

describe("every rule can fail", () => {
	const samples = Object.entries(TRIALS).flatMap(([name, [, path, bad, good]], n) =>
		[...bad, ...good].map((text, i) => ({ key: `${name}/${i}`, path, text, home: `trial${n}/${i}` })),
	);
	const parsed = parseSources(
		Object.fromEntries(samples.map(({ home, path, text }) => [`${home}/${path}`, text])),
	);

	for (const [n, [name, [judge, path, bad, good]]] of Object.entries(TRIALS).entries()) {
		const judged = async (i: number) => {
			const source = (await parsed).find((one) => one.path === `trial${n}/${i}/${path}`);
			if (source === undefined) throw new Error("no such sample");
			return judge({ ...source, path });
		};
		test(name, async () => {
			const missed: string[] = [];
			const wrong: string[] = [];
			for (const [i, text] of bad.entries()) if ((await judged(i)).length === 0) missed.push(text);
			for (const [i, text] of good.entries()) {
				if ((await judged(bad.length + i)).length > 0) wrong.push(text);
			}
			expect({ missed, wrong }).toEqual({ missed: [], wrong: [] });
		});
	}

	test.each([
		"src/utils.ts",
		"src/net/string-helpers.ts",
		"src/common/a.ts",
		"src/types.ts",
		"src/net/index.ts",
	])("name: %s is refused", (path) => expect(shape.nameProblems(path)).toHaveLength(1));
	test.each(["src/model/host.ts", "src/store/imports.ts", "views/elements.tsx", "src/model/port.ts"])(
		"name: %s is fine",
		(path) => expect(shape.nameProblems(path)).toEqual([]),
	);

	test("leaks: machine paths, registries and keys", () => {
		const bad = [
			`"/${"work"}/main/x"`,
			"see /tmp/a",
			`https://registry.${"npmjs"}.org/x`,
			"-----BEGIN EC PRIVATE KEY-----",
		];
		expect(bad.filter((line) => shape.leakProblems("a.ts", line).length === 0)).toEqual([]);
		const good = ["an npm registry", "src/work/a.ts", "path.join(tmpdir(), name)", "/var/lib/rollcall"];
		expect(good.filter((line) => shape.leakProblems("a.ts", line).length > 0)).toEqual([]);
	});

	test("orphans: a file that nothing reaches", async () => {
		const files = await parseSources({
			"src/main.ts": 'import { a } from "./a.ts";',
			"src/a.ts": 'const w = new URL("./worker.ts", import.meta.url);',
			"src/worker.ts": "",
			"src/lost.ts": 'import { a } from "./a.ts";',
			"src/assets.d.ts": "",
		});
		expect(orphanProblems(files, "src/main.ts")).toEqual(["src/lost.ts: nothing imports it"]);
	});
});
