/** The ports of one host after a scan: which are open, which opened, closed or changed. Part of the recorder's transaction. */

import type { NewEvent } from "../model/event.ts";
import { hasPort } from "../net/ports.ts";
import type { FoundPort, HostPorts, ScanResult } from "../probes/scanner.ts";
import type { Db } from "../store/database.ts";
import * as ports from "../store/ports.ts";
import type { ScannedHost } from "../store/scanned-hosts.ts";

/** A scan as its ports are judged by. */
export type PortScan = {
	readonly result: ScanResult;
	/** Tells scans that looked at different ports apart. */
	readonly scope: string;
	/** When it began: what was written since then, an earlier try to record it wrote. */
	readonly since: number;
	readonly at: number;
};

export type PortNews = {
	readonly kind: "port_opened" | "port_closed" | "port_changed";
	readonly detail: NewEvent["detail"];
};

/**
 * Stores what was found, and what was not found any more. A port that answered that it is closed is closed; one from
 * which nothing came may have lost a packet, and is taken for closed when that comes twice. `doubted`: how many wait
 * for that second time.
 */
export function recordPorts(
	db: Db,
	host: ScannedHost,
	known: readonly ports.PortRow[],
	found: HostPorts,
	{ result, scope, since, at }: PortScan,
): { news: PortNews[]; doubted: number } {
	const news: PortNews[] = [];
	let doubted = 0;
	const before = new Map(known.map((row) => [keyOf(row), row]));
	// What a first scan finds has not just opened; neither has what an earlier one did not look at.
	const quiet = host.scope !== scope;
	for (const port of found.ports) {
		const row = before.get(keyOf(port));
		before.delete(keyOf(port));
		if (row === undefined) {
			ports.insertPort(db, host.id, port, at);
			if (!quiet) news.push({ kind: "port_opened", detail: detailOf(port) });
			continue;
		}
		const now = merged(row, port);
		ports.refreshPort(db, row.id, { ...now, at });
		if (now.told) news.push({ kind: "port_changed", detail: changeOf(row, now) });
	}
	for (const row of before.values()) {
		if (!hasPort(result.covered[row.proto], row.port)) continue;
		const isFirst = row.state === "open" || row.saidAt >= since;
		if (isFirst && hasPort(found.unheard[row.proto], row.port)) {
			ports.doubtPort(db, row.id, at);
			doubted += 1;
			continue;
		}
		ports.closePort(db, row.id, at);
		news.push({ kind: "port_closed", detail: detailOf(row) });
	}
	return { news, doubted };
}

type Said = { readonly service: string; readonly product: string; readonly version: string };

/** A scan that learned less than an earlier one (a service that kept silent this time) takes nothing back. */
function merged(row: Said, port: FoundPort): Said & { told: boolean } {
	if (!port.identified && row.service !== "") return { ...saidBy(row), told: false };
	if (port.product === "" && row.product !== "" && port.service === row.service) {
		return { ...saidBy(row), told: false };
	}
	const told =
		port.identified &&
		row.product !== "" &&
		(port.service !== row.service || port.product !== row.product || port.version !== row.version);
	return { ...saidBy(port), told };
}

function saidBy({ service, product, version }: Said): Said {
	return { service, product, version };
}

function detailOf({ port, proto, service }: { port: number; proto: string; service: string }) {
	return { port, proto, service };
}

function changeOf(row: ports.PortRow, now: Said): NewEvent["detail"] {
	return { ...detailOf({ ...row, service: now.service }), old: wordsOf(row), new: wordsOf(now) };
}

function wordsOf({ service, product, version }: Said): string {
	return product === "" ? service : [product, version].filter((part) => part !== "").join(" ");
}

function keyOf({ proto, port }: { proto: string; port: number }): string {
	return `${proto}/${port}`;
}
