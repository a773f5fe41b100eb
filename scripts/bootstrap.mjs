/**
 * The one door of every npm script: gets bun, the packages and the built assets, then does the verb. Runs under
 * node and under bun, needs no package itself, and knows nothing of the program it starts.
 */

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** What each verb runs under bun, and whether it is the program itself or a tool of ours. */
const VERBS = {
	start: ["src/main.ts", "serve"],
	build: ["scripts/build.ts"],
	test: ["scripts/test.ts"],
	check: ["scripts/test.ts", "--checks"],
	"bench sweep": ["tests/bench/sweep.ts"],
	"bench arp": ["tests/bench/arp.ts"],
	"bench http": ["tests/bench/http.ts"],
	"bench pages": ["tests/bench/pages.ts"],
	"bench api": ["tests/bench/api.ts"],
	"bench history": ["tests/bench/history.ts"],
	"bench batches": ["tests/bench/batches.ts"],
	"bench faults": ["tests/bench/faults.ts"],
	"bench load": ["tests/bench/years.ts"],
	"bench moving": ["tests/bench/moving.ts"],
	shots: ["tests/shots/gallery.ts"],
};

/** What the pages need, which script makes it, and of which files in static/. */
const ASSETS = [
	{ script: "scripts/css.ts", built: "static/dist/app.css", sources: /\.(scss|css)$/ },
	{ script: "scripts/js.ts", built: "static/dist/app.js", sources: /\.js$/ },
	// Made anew only with a new script: its source is a package.
	{ script: "scripts/vendors.ts", built: "static/dist/vendors.zst", sources: /^$/ },
];

/** Programs that tests drive, with the Debian package of each. */
const TOOLS = {
	nmap: "nmap",
	fping: "fping",
	ip: "iproute2",
	nft: "nftables",
	chromium: "chromium",
	snmpd: "snmpd",
	dnsmasq: "dnsmasq-base",
	ping: "iputils-ping",
	setcap: "libcap2-bin",
	python3: "python3",
	strace: "strace",
};

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinned = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies.bun;
/** Where bun waits until the packages are installed. */
const nursery = join(root, "node_modules", ".cache", "bun");

function say(line) {
	process.stderr.write(`rollcall: ${line}\n`);
}

function stop(line) {
	say(line);
	process.exit(1);
}

/** Runs to the end with its output kept; the output is shown only when it fails. */
function run(command, args, options = {}) {
	const done = spawnSync(command, args, { cwd: root, encoding: "utf8", ...options });
	if (done.error === undefined && done.status === 0) return true;
	process.stderr.write(`${done.stdout ?? ""}${done.stderr ?? ""}`);
	if (done.error !== undefined) say(`${command}: ${done.error.message}`);
	return false;
}

/** The pinned bun below `base`, if it is there and whole. */
function bunBelow(base) {
	const home = join(base, "node_modules", "bun");
	const binary = join(home, "bin", "bun.exe");
	if (!existsSync(binary)) return undefined;
	if (JSON.parse(readFileSync(join(home, "package.json"), "utf8")).version !== pinned) return undefined;
	// With --ignore-scripts the package holds a stub of some hundred bytes until its install script ran.
	if (statSync(binary).size < 1_000_000 && !run(process.execPath, [join(home, "install.js")]))
		return undefined;
	return statSync(binary).size < 1_000_000 ? undefined : binary;
}

/** Fetches bun alone, so that npm does not also fetch everything else its own way. */
function fetchBun() {
	say(`getting bun ${pinned} …`);
	mkdirSync(nursery, { recursive: true });
	const manifest = { private: true, dependencies: { bun: pinned } };
	writeFileSync(join(nursery, "package.json"), JSON.stringify(manifest));
	const quick = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
	const npm = [
		"install",
		"--prefix",
		nursery,
		"--no-package-lock",
		"--ignore-scripts",
		"--no-audit",
		...quick,
	];
	const [command, args] =
		process.versions.bun === undefined
			? ["npm", npm]
			: [process.execPath, ["install", "--ignore-scripts", "--no-save"]];
	const fetched = run(command, args, { cwd: nursery, shell: process.platform === "win32" });
	return (fetched && bunBelow(nursery)) || stop("bun could not be installed: is the npm registry reachable?");
}

/** A bun of the pinned version: the installed one, the one that runs this, or a fetched one. */
function findBun() {
	const running = process.versions.bun === pinned ? process.execPath : undefined;
	return bunBelow(root) ?? running ?? bunBelow(nursery) ?? fetchBun();
}

/** Brings node_modules in line with bun.lock; without the network when it is already. Returns the bun to use. */
function install() {
	const bun = findBun();
	if (!existsSync(join(root, "node_modules", "elysia"))) say("installing packages …");
	if (!run(bun, ["install", "--frozen-lockfile"])) stop("the packages could not be installed.");
	const installed = bunBelow(root);
	if (installed !== undefined) rmSync(nursery, { recursive: true, force: true });
	return installed ?? bun;
}

/** Builds the style sheet and the browser's script when one of their sources is newer. */
function assets(bun) {
	for (const { script, built, sources } of ASSETS) {
		if (!existsSync(join(root, script))) continue;
		const read = readdirSync(join(root, "static"), { recursive: true })
			.filter((name) => sources.test(name) && !name.startsWith("dist"))
			.map((name) => join("static", name));
		const changedAt = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
		const newest = Math.max(...[script, "bun.lock", ...read].map(changedAt));
		if (newest >= changedAt(built) && !run(bun, [script])) stop(`${built} could not be built.`);
	}
}

/** Is there a program of this name, also where only root looks? */
function onPath(name) {
	const folders = `${process.env.PATH ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`.split(delimiter);
	return folders.some((folder) => folder !== "" && existsSync(join(folder, name)));
}

/** What tests drive: installed where that is ours to do (root on Debian), else named. */
function tools() {
	const missing = Object.keys(TOOLS).filter((name) => !onPath(name));
	if (missing.length === 0) return;
	const mayInstall = process.getuid?.() === 0 && onPath("apt-get");
	if (!mayInstall) return say(`tests that need them are skipped: ${missing.join(", ")} not found.`);
	const packages = missing.map((name) => TOOLS[name]);
	say(`installing what the tests drive: ${packages.join(" ")} …`);
	// RUNLEVEL=1 keeps Debian from starting the daemons among them.
	const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
	const get = () =>
		spawnSync("apt-get", ["install", "-qq", "--no-install-recommends", ...packages], {
			env,
			stdio: "ignore",
		});
	if (get().status === 0) return;
	spawnSync("apt-get", ["update", "-qq"], { env, stdio: "ignore" });
	if (get().status !== 0) say("that failed; tests that need them are skipped.");
}

/** Runs the verb with our terminal, passes signals on, and ends as it ends. */
function become(bun, args, env) {
	const child = spawn(bun, ["--no-env-file", ...args], { cwd: root, stdio: "inherit", env });
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
		// Ctrl+C reaches the child from the terminal itself: a second one would mean "at once".
		process.on(signal, () => {
			if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
		});
	}
	child.on("error", (error) => stop(error.message));
	child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function main() {
	const words = process.argv.slice(2);
	const verb = words[0] === "bench" ? words.splice(0, 2).join(" ") : (words.splice(0, 1)[0] ?? "");
	const command = VERBS[verb];
	if (command === undefined) stop(`${verb || "nothing"} is no verb: ${Object.keys(VERBS).join(", ")}.`);
	if (!existsSync(join(root, command[0]))) stop(`${verb}: there is no ${command[0]} yet.`);
	const bun = install();
	assets(bun);
	if (verb === "test") tools();
	const env = verb === "start" ? { NODE_ENV: "production", ...process.env } : process.env;
	become(bun, [...command, ...(words[0] === "--" ? words.slice(1) : words)], env);
}

main();
