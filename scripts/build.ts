/**
 * Makes the executable: for this machine, or with --target for another; in dist, or in the folder named by --out.
 * Knows bun's flags and where its binaries for other platforms come from; knows nothing of the program.
 */

import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";

/** Platforms the program runs on: what bun calls each, and where its package may be installed. */
const TARGETS = {
	"linux-x64": { package: "linux-x64", os: "linux", cpu: "x64", libc: "glibc" },
	"linux-arm64": { package: "linux-aarch64", os: "linux", cpu: "arm64", libc: "glibc" },
	"linux-x64-musl": { package: "linux-x64-musl", os: "linux", cpu: "x64", libc: "musl" },
	"linux-arm64-musl": { package: "linux-aarch64-musl", os: "linux", cpu: "arm64", libc: "musl" },
	"darwin-x64": { package: "darwin-x64", os: "darwin", cpu: "x64", libc: "*" },
	"darwin-arm64": { package: "darwin-aarch64", os: "darwin", cpu: "arm64", libc: "*" },
} as const;
type Target = keyof typeof TARGETS;

const root = join(import.meta.dir, "..");
const ENTRY = join(root, "src", "main.ts");

const FLAGS = [
	...["--compile", "--minify", "--format=esm", "--production", "--sourcemap"],
	// Or the executable would run a preload named by a bunfig.toml in whatever folder it is started in.
	...["--no-compile-autoload-bunfig", "--no-compile-autoload-dotenv"],
];

/** Runs bun to the end; its output is shown when it fails. */
async function bun(args: readonly string[], cwd: string): Promise<void> {
	const child = Bun.spawn([process.execPath, ...args], {
		cwd,
		env: { ...process.env, NODE_ENV: "production" },
		stdin: "ignore",
		stdout: "pipe",
		stderr: "pipe",
	});
	const [out, err, code] = await Promise.all([
		new Response(child.stdout).text(),
		new Response(child.stderr).text(),
		child.exited,
	]);
	if (code !== 0) throw new Error(`bun ${args[0]} failed:\n${out}${err}`);
}

/** The line of our lock file that names a package, its version and its hash. */
export function lockEntry(lock: string, name: string): string {
	const line = lock.split("\n").find((text) => text.trim().startsWith(`"${name}": [`));
	if (line === undefined) throw new Error(`bun.lock does not know ${name}`);
	return line.trim().replace(/,$/, "");
}

/**
 * Bun's own executable for another platform, from its npm package. It is installed apart, with a lock file made
 * of our own lock file's entry: what does not have the hash that is committed here is refused.
 */
async function executableFor(target: Target): Promise<string> {
	const { package: suffix, os, cpu, libc } = TARGETS[target];
	const name = `@oven/bun-${suffix}`;
	const version = Bun.version;
	const home = join(root, "node_modules", ".cache", `bun-${target}-${version}`);
	const binary = join(home, "node_modules", name, "bin", "bun");
	if (existsSync(binary)) return binary;
	const entry = lockEntry(readFileSync(join(root, "bun.lock"), "utf8"), name);
	const dependencies = { [name]: version };
	mkdirSync(home, { recursive: true });
	writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, dependencies }));
	const workspaces = JSON.stringify({ "": { name: "target", dependencies } });
	writeFileSync(
		join(home, "bun.lock"),
		`{ "lockfileVersion": 2, "configVersion": 1, "workspaces": ${workspaces}, "packages": { ${entry} } }`,
	);
	await bun(
		["install", "--frozen-lockfile", "--ignore-scripts", `--os=${os}`, `--cpu=${cpu}`, `--libc=${libc}`],
		home,
	);
	chmodSync(binary, 0o755);
	return binary;
}

/** Builds and returns the path of the executable. */
async function build(target: Target | undefined, folder: string): Promise<string> {
	const outfile = join(folder, target === undefined ? "rollcall" : `rollcall-${target}`);
	// Bytecode fits only the very build of the engine that made it: elsewhere it can crash.
	const kind =
		target === undefined
			? ["--bytecode"]
			: [`--target=bun-${target}`, `--compile-executable-path=${await executableFor(target)}`];
	await bun(["build", ...FLAGS, ...kind, ENTRY, `--outfile=${outfile}`], root);
	return outfile;
}

/** What was asked for, or undefined when that was said wrongly; then it is told what would be right. */
export function readOptions(args: string[], say: (line: string) => void = console.error) {
	try {
		const options = { target: { type: "string", multiple: true }, out: { type: "string" } } as const;
		return parseArgs({ args, options }).values;
	} catch (error) {
		say((error as Error).message.split(". ")[0] ?? "");
		say("Usage: npm run build -- [--target TARGET]… [--out FOLDER]");
		say(`Targets: ${Object.keys(TARGETS).join(", ")}.`);
		return undefined;
	}
}

async function main(args: string[]): Promise<number> {
	const values = readOptions(args);
	if (values === undefined) return 2;
	const folder = resolve(values.out ?? join(root, "dist"));
	const wanted = values.target ?? [];
	const unknown = wanted.find((target) => !(target in TARGETS));
	if (unknown !== undefined) {
		console.error(`${unknown} is no target: ${Object.keys(TARGETS).join(", ")}.`);
		return 2;
	}
	for (const target of wanted.length === 0 ? [undefined] : (wanted as Target[])) {
		const path = await build(target, folder);
		console.log(`${relative(root, path)}  ${(Bun.file(path).size / 1e6).toFixed(0)} MB`);
	}
	return 0;
}

if (import.meta.main) process.exit(await main(process.argv.slice(2)));
