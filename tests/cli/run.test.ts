/** The command line as people type it: every verb's help, completion in real shells, exit codes. Starts the program. */

import { expect, test } from "bun:test";
import { join } from "node:path";
import { optionsIn, type Takes, valuesIn } from "../../src/cli/completion.ts";
import { FORMATS } from "../../src/formats/read.ts";
import { EXPORT_FORMATS } from "../../src/model/export.ts";
import { ENCODINGS } from "../../src/model/import.ts";
import { ROLES, SCOPES } from "../../src/model/user.ts";
import { STATUSES } from "../../src/store/hosts.ts";
import { runToEnd } from "../helpers/binary.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");
const CWD = join(import.meta.dir, "../..");
const run = (...args: string[]) =>
	runToEnd([process.execPath, "--no-env-file", MAIN, ...args], { cwd: CWD, env: { PATH: process.env.PATH } });

/** Verbs as the main help lists them. */
async function verbs(): Promise<string[]> {
	const { out } = await run("--help");
	return [...out.matchAll(/^ {2}rollcall \[?([a-z]+)/gm)].map(([, name = ""]) => name);
}

test("every verb has its help, with an example, by --help, -h and help VERB", async () => {
	const names = await verbs();
	expect(names).toEqual(
		expect.arrayContaining(["serve", "sweep", "scan", "backup", "restore", "completion"]),
	);
	const helps = await Promise.all(names.map((name) => run(name, "--help")));
	for (const [i, { code, out, err }] of helps.entries()) {
		const name = names[i] ?? "";
		expect({ name, code, err }).toEqual({ name, code: 0, err: "" });
		expect(out).toContain(`rollcall ${name}`);
		expect(out).toMatch(/^Examples\n {2}\S/m);
	}
	expect((await run("help", "backup")).out).toBe((await run("backup", "-h")).out);
});

test.each(["bash", "zsh"])("%s completes verbs and options", async (shell) => {
	const { code, out } = await run("completion", shell);
	expect(code).toBe(0);
	for (const name of await verbs()) expect(out).toContain(`${name}) options=`);
	const help = (await run("backup", "--help")).out;
	expect(optionsIn(help)).toEqual(["--config", "--database", "--force", "--help", "--json"]);
	if (Bun.which(shell) !== null) {
		const checked = Bun.spawnSync([shell, "-n"], { stdin: new Blob([out]) });
		expect(checked.exitCode).toBe(0);
	}
	if (shell !== "bash") return;
	const typed = async (...words: string[]) => {
		const script = `${out}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _rollcall; printf '%s\\n' "\${COMPREPLY[@]}"`;
		const done = Bun.spawnSync(["bash"], { stdin: new Blob([script]), stdout: "pipe", cwd: CWD });
		return done.stdout.toString().split("\n").filter(Boolean);
	};
	expect(await typed("rollcall", "ba")).toEqual(["backup"]);
	expect(await typed("rollcall", "backup", "--f")).toEqual(["--force"]);
	expect(await typed("rollcall", "completion", "z")).toEqual(["zsh"]);
	expect(await typed("rollcall", "token", "create", "x", "--scope", "")).toEqual(Object.keys(SCOPES));
	expect(await typed("rollcall", "token", "create", "--scope", "=", "w")).toEqual(["write"]);
	expect(await typed("rollcall", "token", "create", "--scope", "=")).toEqual(Object.keys(SCOPES));
	expect(await typed("rollcall", "token", "create", "x", "--days", "")).toEqual([]);
	expect(await typed("rollcall", "export", "--format", "ans")).toEqual(["ansible"]);
	expect(await typed("rollcall", "export", "--output", "READ")).toEqual(["README.md"]);
	expect(await typed("rollcall", "restore", "READ")).toEqual(["README.md"]);
});

const VALUES: readonly (readonly [string, string, Takes])[] = [
	["token", "--scope", Object.keys(SCOPES)],
	["user", "--role", [...ROLES]],
	["export", "--format", Object.keys(EXPORT_FORMATS)],
	["export", "--status", [...STATUSES]],
	["import", "--format", FORMATS.filter((one) => one !== "auto")],
	["import", "--encoding", Object.keys(ENCODINGS)],
	["export", "--output", "file"],
	["backup", "--database", "file"],
	["sweep", "--rate", []],
	["serve", "--host", []],
];
test.each(VALUES)(
	"the help of %s names every value of %s, for whoever reads it and for the completion",
	async (verb, option, takes) => {
		const found = valuesIn((await run(verb, "--help")).out)[option];
		expect(typeof found === "string" ? found : [...(found ?? [])].sort()).toEqual(
			typeof takes === "string" ? takes : [...takes].sort(),
		);
	},
);

test.each([
	["frobnicate", /there is no verb “frobnicate”/],
	["__proto__", /there is no verb/],
	["completion fish", /completion bash/],
	["backup", /Name one file/],
	["backup a b", /Name one file/],
	["backup --nonsense x", /--nonsense.*See: rollcall backup --help/],
	["restore", /Name the backup/],
	["serve here", /serve takes no “here”/],
])("“%s” ends with 2, in one line, without a stack", async (line, says) => {
	const { code, out, err } = await run(...line.split(" "));
	expect({ code, out }).toEqual({ code: 2, out: "" });
	expect(err).toMatch(says);
	expect(err.trim().split("\n")).toHaveLength(1);
});
