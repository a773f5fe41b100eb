/**
 * This machine as the doctor wants to know it: disk, rights, limits of the kernel. Reads, and judges nothing; what a
 * system does not tell is left undefined.
 *
 * Sources: statfs(2), icmp(7) (ping_group_range), arp(7) (gc_thresh3), the kernel's neighbour statistics.
 */

import { accessSync, constants, readFileSync, statfsSync } from "node:fs";
import { release } from "node:os";
import type { DiskFacts, MachineFacts } from "../model/doctor/facts.ts";

/** Room and rights in a folder; "missing" when it cannot be looked at. */
export function readDisk(folder: string): DiskFacts | "missing" {
	try {
		const { bavail, blocks, bsize, files, ffree } = statfsSync(folder);
		return {
			folder,
			freeBytes: bavail * bsize,
			totalBytes: blocks * bsize,
			// Some file systems know no such limit and say 0 of 0.
			freeFiles: files > 0 ? ffree : undefined,
			writable: mayWrite(folder),
		};
	} catch {
		return "missing";
	}
}

function mayWrite(folder: string): boolean {
	try {
		accessSync(folder, constants.W_OK | constants.X_OK);
		return true;
	} catch {
		return false;
	}
}

/** "1\t0": the groups that may open ICMP datagram sockets; `groups` are those of this process. */
export function readPingGroups(
	text: string | undefined,
	groups: readonly number[],
): MachineFacts["pingGroups"] {
	const [, first, last] = /^(\d+)\s+(\d+)\s*$/.exec(text ?? "") ?? [];
	if (first === undefined || last === undefined) return undefined;
	const covers = groups.some((group) => group >= Number(first) && group <= Number(last));
	return { range: `${first} ${last}`, covers };
}

/**
 * The limit, and from the statistics (a line of hexadecimal numbers for each processor below their names) how many
 * entries there are and how often there was no room for one since the start.
 */
export function readNeighbourTable(
	limit: string | undefined,
	statistics: string | undefined,
): { limit: number; held: number | undefined; overflows: number | undefined } | undefined {
	if (!/^\d+\s*$/.test(limit ?? "")) return undefined;
	const [names, ...lines] = (statistics ?? "").trim().split("\n");
	const columns = (names ?? "").trim().split(/\s+/);
	const rows = lines.map((line) => line.trim().split(/\s+/));
	const column = (name: string) => {
		const at = columns.indexOf(name);
		return at < 0 ? [] : rows.map((row) => Number.parseInt(row[at] ?? "", 16)).filter(Number.isFinite);
	};
	const full = column("table_fulls");
	// The whole table's size stands in every line.
	return {
		limit: Number(limit),
		held: column("entries")[0],
		overflows: full.length === 0 ? undefined : full.reduce((sum, n) => sum + n, 0),
	};
}

/** The kernel's neighbour table as it is now. */
export function neighbourTable() {
	const limit = textOf("/proc/sys/net/ipv4/neigh/default/gc_thresh3");
	return readNeighbourTable(limit, textOf("/proc/net/stat/arp_cache"));
}

/** Groups that may open ICMP datagram sockets, as this process stands to them. */
export function pingGroups(): MachineFacts["pingGroups"] {
	const groups = [process.getegid?.() ?? -1, ...(process.getgroups?.() ?? [])];
	return readPingGroups(textOf("/proc/sys/net/ipv4/ping_group_range"), groups);
}

/** "linux 6.1.0 x64". */
export function systemName(): string {
	return `${process.platform} ${release()} ${process.arch}`;
}

function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, "latin1");
	} catch {
		return undefined;
	}
}
