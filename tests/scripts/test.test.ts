/** The test command's own judgement: knows sample reports and READMEs, runs no tests. */

import { describe, expect, test } from "bun:test";
import { lockProblems, readJunit, readmeProblems, summary } from "../../scripts/test.ts";

describe("lock file", () => {
	test("names and hashes are fine, a URL is not", () => {
		expect(lockProblems('"a": ["a@1.0.0", "", {}, "sha512-AAAA=="],')).toEqual([]);
		expect(lockProblems('{\n"a": ["a@1.0.0", "https://example.net/a.tgz"]')).toHaveLength(1);
	});
});

describe("README", () => {
	const known = { scripts: ["start", "test", "build"], verbs: ["serve", "sweep"] };
	const block = (text: string) => `# Title\n\n\`\`\`sh\n${text}\n\`\`\`\n`;

	test.each(["npm start", "npm run build", "bun run build -- --target x", "./rollcall sweep 10.0.0.0/24"])(
		"accepts %s",
		(text) => expect(readmeProblems(block(text), known)).toEqual([]),
	);
	test.each(["npm run launch", "bun run launch", "rollcall fly", "./dist/rollcall fly"])(
		"refuses %s",
		(text) => expect(readmeProblems(block(text), known)).toHaveLength(1),
	);
	test("npm start without such a script is told", () => {
		expect(readmeProblems(block("npm start"), { ...known, scripts: [] })).toHaveLength(1);
	});
	test("prose is free, and verbs are free while there is no command line", () => {
		expect(readmeProblems("rollcall fly, npm run launch", known)).toEqual([]);
		expect(readmeProblems(block("rollcall fly"), { ...known, verbs: undefined })).toEqual([]);
	});
});

describe("report", () => {
	const xml = `<testsuites><testsuite name="tests/a.test.ts">
		<testcase name="ok &lt;1&gt;" classname="inner &gt; outer" file="tests/a.test.ts" />
		<testcase name="no python" classname="" file="tests/a.test.ts"><skipped /></testcase>
		<testcase name="bad" classname="" file="tests/a.test.ts"><failure type="E">x</failure></testcase>
	</testsuite></testsuites>`;

	test("is read case by case", () => {
		expect(readJunit(xml).map((result) => [result.name, result.state])).toEqual([
			["tests/a.test.ts > outer > inner > ok <1>", "passed"],
			["tests/a.test.ts > no python", "skipped"],
			["tests/a.test.ts > bad", "failed"],
		]);
	});
	test("ends with the counts, after the names of what was skipped", () => {
		const { lines, code } = summary(readJunit(xml));
		expect(lines[0]).toBe("skipped: tests/a.test.ts > no python");
		expect(lines.at(-1)).toBe("1 passed, 1 failed, 1 skipped");
		expect(code).toBe(1);
	});
	test("only passes when something ran and nothing failed", () => {
		expect(summary([])).toEqual({ lines: ["0 passed, 0 failed"], code: 1 });
		expect(summary([{ name: "x", state: "skipped" }]).code).toBe(1);
		expect(summary([{ name: "x", state: "passed" }])).toEqual({ lines: ["1 passed, 0 failed"], code: 0 });
	});
});
