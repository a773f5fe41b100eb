/**
 * Two network namespaces joined by a veth pair: near (where the product runs) and far (where hosts answer). Made,
 * removed, and left-overs of dead test processes removed too; touches nothing it has not named itself.
 */

import { PATIENCE_MS } from "./patience.ts";

/** Names are "rclab-<pid>-<n>-near|far". */
const PREFIX = "rclab-";

export type Ran = { code: number; out: string; err: string };

export type Lab = {
	readonly near: string;
	readonly far: string;
	/** Runs a command in a namespace to its end; `input` goes to its standard input. */
	inNear(command: string[], options?: RunOptions): Ran;
	inFar(command: string[], options?: RunOptions): Ran;
	/** The argument list that runs `command` near or far. */
	nearCommand(command: string[]): string[];
	farCommand(command: string[]): string[];
	close(): void;
};

type RunOptions = { input?: string; timeoutMs?: number; env?: Record<string, string> };

/** Near and far address of the veth pair; the far one is the gateway of what `routed` names. */
export const NEAR = "10.99.0.1";
export const FAR = "10.99.0.2";

const NEAR_MAC = "02:00:00:00:99:01";
const FAR_MAC = "02:00:00:00:99:02";

/**
 * The line that makes a neighbour known for good. The kernel's neighbour table is one for all namespaces: when
 * another test or bench has filled it, neither end could find the other, which no two real machines share.
 */
function knows(ip: string, mac: string): string {
	return `neigh replace ${ip} lladdr ${mac} dev veth0 nud permanent`;
}

/** For the far end: the near end under another address of its own. */
export function knowsNear(ip: string): string {
	return knows(ip, NEAR_MAC);
}

/** For the near end, after its interface was switched off: the far end is known again. */
export function knowsFar(): string {
	return knows(FAR, FAR_MAC);
}

/** Why no lab can be made here, or undefined. */
export function labProblem(...programs: string[]): string | undefined {
	if (process.platform !== "linux") return "needs Linux";
	if (process.getuid?.() !== 0) return "needs root";
	const missing = ["ip", ...programs].filter((name) => !Bun.which(name));
	if (missing.length > 0) return `needs ${missing.join(", ")}`;
	const name = `${PREFIX}${process.pid}-0-try`;
	const made = Bun.spawnSync(["ip", "netns", "add", name]).exitCode === 0;
	if (!made) return "may not make network namespaces";
	Bun.spawnSync(["ip", "netns", "del", name]);
	return undefined;
}

function run(command: string[], { input, timeoutMs = 2 * PATIENCE_MS, env }: RunOptions = {}): Ran {
	const done = Bun.spawnSync(command, {
		stdin: input === undefined ? "ignore" : new Blob([input]),
		stdout: "pipe",
		stderr: "pipe",
		timeout: timeoutMs,
		killSignal: "SIGKILL",
		env: { ...process.env, ...env },
	});
	return { code: done.exitCode, out: done.stdout.toString(), err: done.stderr.toString() };
}

function must(command: string[], options?: RunOptions): void {
	const { code, err } = run(command, options);
	if (code !== 0) throw new Error(`${command.join(" ")} failed: ${err}`);
}

/** Removes namespaces of test processes that no longer live. */
function removeLeftovers(): void {
	for (const line of run(["ip", "netns", "list"]).out.split("\n")) {
		const name = line.split(" ")[0] ?? "";
		const pid = /^rclab-(\d+)-/.exec(name)?.[1];
		if (pid && run(["kill", "-0", pid]).code !== 0) run(["ip", "netns", "del", name]);
	}
}

/** Makes a lab; `number` tells several of one process apart. The caller closes it, also on failure. */
export function openLab(number = 1): Lab {
	removeLeftovers();
	const near = `${PREFIX}${process.pid}-${number}-near`;
	const far = `${PREFIX}${process.pid}-${number}-far`;
	const nearCommand = (command: string[]) => ["ip", "netns", "exec", near, ...command];
	const farCommand = (command: string[]) => ["ip", "netns", "exec", far, ...command];
	const close = () => {
		run(["ip", "netns", "del", near]);
		run(["ip", "netns", "del", far]);
	};
	try {
		must(["ip", "netns", "add", near]);
		must(["ip", "netns", "add", far]);
		const pair = `link add veth0 address ${NEAR_MAC} netns ${near} type veth`;
		const command = `${pair} peer name veth0 address ${FAR_MAC} netns ${far}\n`;
		must(["ip", "-batch", "-"], { input: command });
		const up = (own: string) => `addr add ${own}/30 dev veth0\nlink set lo up\nlink set veth0 up\n`;
		must(nearCommand(["ip", "-batch", "-"]), { input: `${up(NEAR)}${knows(FAR, FAR_MAC)}\n` });
		must(farCommand(["ip", "-batch", "-"]), { input: `${up(FAR)}${knows(NEAR, NEAR_MAC)}\n` });
	} catch (error) {
		close();
		throw error;
	}
	return {
		near,
		far,
		inNear: (command, options) => run(nearCommand(command), options),
		inFar: (command, options) => run(farCommand(command), options),
		nearCommand,
		farCommand,
		close,
	};
}

/** Runs lines of `ip -batch` near and far; throws when one fails. */
export function configure(lab: Lab, lines: { near?: string[]; far?: string[] }): void {
	if (lines.near) must(lab.nearCommand(["ip", "-batch", "-"]), { input: `${lines.near.join("\n")}\n` });
	if (lines.far) must(lab.farCommand(["ip", "-batch", "-"]), { input: `${lines.far.join("\n")}\n` });
}

/** Sets a kernel parameter in a namespace. */
export function sysctl(lab: Lab, where: "near" | "far", key: string, value: string): void {
	must((where === "near" ? lab.nearCommand : lab.farCommand)(["sysctl", "-qw", `${key}=${value}`]));
}

/** Loads an nftables rule set in a namespace; an empty one removes all rules. */
export function nft(lab: Lab, where: "near" | "far", rules: string): void {
	const command = where === "near" ? lab.nearCommand : lab.farCommand;
	must(command(["nft", "-f", "-"]), { input: `flush ruleset\n${rules}\n` });
}

/**
 * Lines that make half of 10.128.0.0/`prefix` answer in the far namespace: every second block of `chunk`
 * addresses (a power of two), the first one included; the rest falls silent in a blackhole.
 */
export function halfAlive(base: string, prefix: number, chunk: number): string[] {
	const [a = 0, b = 0, c = 0, d = 0] = base.split(".").map(Number);
	const first = ((a * 256 + b) * 256 + c) * 256 + d;
	const lines = [`route add blackhole ${base}/${prefix}`];
	for (let at = first; at < first + 2 ** (32 - prefix); at += 2 * chunk) {
		const text = [at >>> 24, (at >>> 16) & 255, (at >>> 8) & 255, at & 255].join(".");
		lines.push(`route add local ${text}/${32 - Math.log2(chunk)} dev lo`);
	}
	return lines;
}

/** Does `halfAlive` with this chunk let the address answer? */
export function isAlive(ip: string, chunk: number): boolean {
	const [, , c = 0, d = 0] = ip.split(".").map(Number);
	return Math.floor((c * 256 + d) / chunk) % 2 === 0;
}
