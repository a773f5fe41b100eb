/** Where nmap is, which version, and what it may do here: found once at the start. Scans nothing. */

import { accessSync, constants, readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { Clock } from "../../clock.ts";
import type { RawRight } from "./arguments.ts";
import { runBounded } from "./run.ts";

export type Nmap = { readonly path: string; readonly version: string };

const VERSION_MS = 5_000;

/**
 * The nmap of the PATH, or why there is none to use. Its path is resolved once and absolute, so that what is started
 * later is what was looked at now.
 */
export async function findNmap(
	clock: Clock,
	named = Bun.which("nmap"),
): Promise<{ nmap: Nmap } | { nmap: undefined; why: string; missing?: true }> {
	if (named === null) return { nmap: undefined, why: "nmap was not found", missing: true };
	const path = programAt(named);
	if (path === undefined) return { nmap: undefined, why: `${named} cannot be executed` };
	try {
		const { out, code } = await runBounded([path, "--version"], {
			clock,
			cwd: "/",
			deadlineMs: VERSION_MS,
			graceMs: 500,
			outBytes: 16_384,
			errBytes: 16_384,
			signal: new AbortController().signal,
		});
		const version = /^Nmap version ([0-9][0-9A-Za-z.]{0,20})\b/m.exec(out)?.[1];
		if (code === 0 && version !== undefined) return { nmap: { path, version } };
		return { nmap: undefined, why: `${path} does not say that it is nmap` };
	} catch (error) {
		return { nmap: undefined, why: (error as Error).message };
	}
}

/** The file behind a path, when it is an absolute one that may be executed. */
function programAt(named: string): string | undefined {
	try {
		const path = realpathSync(named);
		accessSync(path, constants.X_OK);
		return isAbsolute(named) && statSync(path).isFile() ? named : undefined;
	} catch {
		return undefined;
	}
}

/** CAP_NET_RAW of capabilities(7). */
const NET_RAW = 1n << 13n;

/**
 * What a program started by us may do. `granted` says that the administrator gave nmap itself the capability, which
 * cannot be seen from here.
 */
export function rawRight(granted: boolean, uid = process.getuid?.() ?? -1, status = readStatus()): RawRight {
	if (granted) return uid === 0 ? "root" : "granted";
	const of = (name: string) => {
		const hex = new RegExp(`^${name}:\\s*([0-9a-f]{1,16})$`, "m").exec(status ?? "")?.[1];
		return hex !== undefined && (BigInt(`0x${hex}`) & NET_RAW) !== 0n;
	};
	if (uid === 0) return status === undefined || of("CapEff") ? "root" : "none";
	// Only ambient capabilities pass to a program that has none of its own.
	return of("CapAmb") ? "granted" : "none";
}

/** undefined where there is no /proc: capabilities are a matter of Linux. */
function readStatus(): string | undefined {
	try {
		return readFileSync("/proc/self/status", "latin1");
	} catch {
		return undefined;
	}
}
