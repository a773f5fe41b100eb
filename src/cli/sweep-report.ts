/** What sweep prints: a line of JSON per verdict, or a table at the end with progress before it. Asks nobody. */

import { UNTIMED } from "../model/presence.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { formatMac, isLocallyAdministered, type Mac } from "../net/mac.ts";
import { SILENT } from "../probes/probe.ts";
import type { VendorOf } from "../probes/vendor.ts";

export type Answer = { address: Address; latencyUs: number; mac: Mac | undefined };

/** `vendorOf`: given where ARP is asked, which brings two more columns. */
export type ReportOptions = { vendorOf: VendorOf | undefined };

export type Report = { take(batch: readonly Answer[]): void; end(elapsedMs: number): void };

type ReportIo = { out(text: string): void; err(text: string): void; terminal: boolean };

/** One write per batch: a /16 is 65,536 lines. */
export function jsonReport(io: ReportIo, { vendorOf }: ReportOptions): Report {
	return {
		take(batch) {
			let lines = "";
			for (const { address, latencyUs, mac } of batch) {
				const up = latencyUs !== SILENT;
				const latencyMs = up && latencyUs !== UNTIMED ? latencyUs / 1000 : null;
				const more = vendorOf === undefined ? {} : jsonOf(mac, vendorOf);
				lines += `${JSON.stringify({ ip: formatAddress(address), up, latencyMs, ...more })}\n`;
			}
			io.out(lines);
		},
		end() {},
	};
}

/** `total`: addresses to ask. */
export function tableReport(io: ReportIo, total: number, { vendorOf }: ReportOptions): Report {
	const up: Answer[] = [];
	let done = 0;
	return {
		take(batch) {
			done += batch.length;
			for (const answer of batch) if (answer.latencyUs !== SILENT) up.push(answer);
			if (io.terminal) io.err(`\r${progressBar(done / total)} ${done} of ${total}, ${up.length} up`);
		},
		end(elapsedMs) {
			if (io.terminal) io.err("\r\x1b[K");
			up.sort((a, b) => (a.address < b.address ? -1 : 1));
			const lines = up.map((answer) => tableLine(answer, vendorOf));
			const rest = done < total ? `, ${total - done} not asked` : "";
			const summary = `${up.length} of ${done} up${rest}, ${(elapsedMs / 1000).toFixed(2)} s\n`;
			io.out(lines.join("") + summary);
		},
	};
}

/** `share` from 0 to 1. */
export function progressBar(share: number): string {
	const full = Math.round(share * 24);
	return `[${"#".repeat(full)}${"-".repeat(24 - full)}]`;
}

/** Address, round trip ("–" for hosts that drop pings), hardware address and vendor. */
function tableLine({ address, latencyUs, mac }: Answer, vendorOf: VendorOf | undefined): string {
	const time = latencyUs === UNTIMED ? "–" : (latencyUs / 1000).toFixed(3);
	const line = `${formatAddress(address).padEnd(39)} ${time.padStart(9)} ms`;
	if (vendorOf === undefined || mac === undefined) return `${line}\n`;
	return `${line}  ${formatMac(mac)}  ${madeBy(mac, vendorOf)}`.trimEnd().concat("\n");
}

function madeBy(mac: Mac, vendorOf: VendorOf): string {
	return isLocallyAdministered(mac) ? "(locally administered)" : (vendorOf(mac) ?? "");
}

function jsonOf(mac: Mac | undefined, vendorOf: VendorOf) {
	if (mac === undefined) return { mac: null, vendor: null };
	return { mac: formatMac(mac), vendor: vendorOf(mac) ?? null };
}
