/**
 * The test command: checks of the whole tree (lock file, types, style, README), then `bun test`, then one line of
 * counts. Knows how to ask and to count, and nothing of what is tested.
 */

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

export type Result = {
	readonly name: string;
	readonly state: "passed" | "failed" | "skipped";
	detail?: string;
};

const root = join(import.meta.dir, "..");
const JUNIT = join(root, "node_modules", ".cache", "junit.xml");
const CHECK_MS = 3 * 60_000;
const TESTS_MS = 25 * 60_000;
/** For one test or one hook: a net for what hangs, never a measure of how fast something is. */
const TEST_MS = 5 * 60_000;

/** A check that passed when it found no problems. */
function judge(name: string, problems: readonly string[]): Result {
	if (problems.length === 0) return { name, state: "passed" };
	return { name, state: "failed", detail: problems.join("\n") };
}

/** Our own lock file names packages and hashes only, so that any registry will do. */
export function lockProblems(lock: string): string[] {
	return lock
		.split("\n")
		.flatMap((line, i) =>
			/https?:|\bhttp\b/i.test(line) ? [`bun.lock:${i + 1} holds a URL: ${line.trim()}`] : [],
		);
}

/** What a README may tell people to type. `verbs` is undefined while there is no command line. */
export type Commands = { readonly scripts: readonly string[]; readonly verbs: readonly string[] | undefined };

/** Commands in the code blocks of a README that do not exist. */
export function readmeProblems(markdown: string, known: Commands): string[] {
	const problems = new Set<string>();
	for (const [, block = ""] of markdown.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)) {
		for (const [said, script = ""] of block.matchAll(
			/\b(?:npm|bun) run ([\w:-]+)|\b(?:npm) (start|test)\b/g,
		)) {
			const name = script || (said.split(" ")[1] ?? "");
			if (!known.scripts.includes(name)) problems.add(`“${said}”: package.json has no script “${name}”`);
		}
		for (const [said, verb = ""] of block.matchAll(/(?:^|[\s/])rollcall ([a-z][\w-]*)/gm)) {
			if (known.verbs && !known.verbs.includes(verb)) {
				problems.add(`“${said.trim()}”: src/cli has no ${verb}.ts`);
			}
		}
	}
	return [...problems];
}

function checkReadme(): Result[] {
	const name = "README: every command exists";
	const scripts = Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts);
	const cli = join(root, "src", "cli");
	const verbs = existsSync(cli)
		? [...new Bun.Glob("*.ts").scanSync(cli)].map((file) => file.replace(/\.ts$/, ""))
		: undefined;
	const readme = readFileSync(join(root, "README.md"), "utf8");
	const results = [judge(name, readmeProblems(readme, { scripts, verbs }))];
	if (verbs === undefined)
		results.push({ name: "README: every verb exists (no src/cli yet)", state: "skipped" });
	return results;
}

/** A tool that says all is well with exit code 0. */
async function checkTool(name: string, file: string, args: readonly string[]): Promise<Result> {
	const child = Bun.spawn([process.execPath, join(root, "node_modules", file), ...args], {
		cwd: root,
		stdin: "ignore",
		stdout: "pipe",
		stderr: "pipe",
		timeout: CHECK_MS,
		killSignal: "SIGKILL",
	});
	const [out, err, code] = await Promise.all([
		new Response(child.stdout).text(),
		new Response(child.stderr).text(),
		child.exited,
	]);
	return code === 0 ? { name, state: "passed" } : { name, state: "failed", detail: `${out}${err}`.trim() };
}

function unescapeXml(text: string): string {
	const names: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&", "#10": "\n" };
	return text.replace(/&(lt|gt|quot|apos|amp|#10);/g, (_, name) => names[name] ?? "");
}

/** Test cases of a JUnit report as bun writes it: outer suites are named last in `classname`. */
export function readJunit(xml: string): (Result & { readonly file: string })[] {
	const cases = xml.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g);
	return [...cases].map(([, attributes = "", body = ""]) => {
		const of = (key: string) =>
			unescapeXml(new RegExp(`(?:^|\\s)${key}="([^"]*)"`).exec(attributes)?.[1] ?? "");
		const suites = of("classname").split(" > ").filter(Boolean).reverse();
		const name = [of("file"), ...suites, of("name")].join(" > ");
		const state = /<(failure|error)\b/.test(body) ? "failed" : /<skipped\b/.test(body) ? "skipped" : "passed";
		return { name, state, file: of("file") };
	});
}

/** Runs `bun test`; also fails for a file that says nothing: it threw while loading, or has no test. */
async function runTests(patterns: readonly string[]): Promise<Result[]> {
	mkdirSync(dirname(JUNIT), { recursive: true });
	rmSync(JUNIT, { force: true });
	const reporter = ["--reporter=junit", `--reporter-outfile=${JUNIT}`];
	const child = Bun.spawn(
		[
			process.execPath,
			"--no-env-file",
			"test",
			"--no-orphans",
			`--timeout=${TEST_MS}`,
			...reporter,
			...patterns,
		],
		{
			cwd: root,
			stdin: "ignore",
			stdout: "inherit",
			stderr: "inherit",
			timeout: TESTS_MS,
			killSignal: "SIGKILL",
		},
	);
	const code = await child.exited;
	if (!existsSync(JUNIT)) {
		return [{ name: "bun test", state: "failed", detail: `ended (${code}) without a report` }];
	}
	const results: Result[] = readJunit(readFileSync(JUNIT, "utf8"));
	if (patterns.length === 0) {
		const files = new Bun.Glob("tests/**/*.test.{ts,tsx}").scanSync(root);
		const told = results.map((result) => result.name);
		for (const file of files) {
			if (told.some((name) => name.startsWith(`${file} > `))) continue;
			results.push({ name: file, state: "failed", detail: "did not load, or has no test" });
		}
	}
	if (code !== 0 && !results.some((result) => result.state === "failed")) {
		results.push({ name: "bun test", state: "failed", detail: `ended with exit code ${code}` });
	}
	return results;
}

/** The last lines of the output, and the exit code they mean. */
export function summary(results: readonly Result[]): { lines: string[]; code: number } {
	const of = (state: Result["state"]) => results.filter((result) => result.state === state);
	const [passed, failed, skipped] = [of("passed"), of("failed"), of("skipped")];
	const lines = [
		...skipped.map((result) => `skipped: ${result.name}`),
		...failed.map((result) => `failed: ${result.name}`),
		`${passed.length} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`,
	];
	return { lines, code: failed.length > 0 || passed.length === 0 ? 1 : 0 };
}

function tell(result: Result): Result {
	console.log(`${result.state === "passed" ? "✓" : result.state === "failed" ? "✗" : "–"} ${result.name}`);
	if (result.detail !== undefined) console.log(result.detail);
	return result;
}

async function main(words: readonly string[]): Promise<number> {
	const results: Result[] = [];
	const patterns = words.filter((word) => word !== "--checks");
	if (patterns.length === 0) {
		const lock = readFileSync(join(root, "bun.lock"), "utf8");
		results.push(tell(judge("bun.lock holds no URL", lockProblems(lock))));
		results.push(tell(await checkTool("types (tsc)", "typescript/bin/tsc", ["--noEmit"])));
		results.push(
			tell(
				await checkTool("style (biome)", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]),
			),
		);
		results.push(...checkReadme().map(tell));
	}
	if (!words.includes("--checks")) {
		const tests = await runTests(patterns);
		results.push(...tests);
		if (tests.length === 0) results.push({ name: "bun test ran no test", state: "failed" });
	}
	const { lines, code } = summary(results);
	console.log(`\n${lines.join("\n")}`);
	return code;
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)));
