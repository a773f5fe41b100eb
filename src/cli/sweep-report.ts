/** What sweep prints: a line of JSON per verdict, or a table at the end with progress before it. Asks nobody. */

import { UNTIMED } from "../model/presence.ts";
import { type Address, formatAddress } from "../net/address.ts";
import { formatMac, type Mac } from "../net/mac.ts";
import { SILENT } from "../probes/probe.ts";

export type Answer = { address: Address; latencyUs: number; mac: Mac | undefined };

export type Report = { take(batch: readonly Answer[]): void; end(elapsedMs: number): void };

type ReportIo = { out(text: string): void; err(text: string): void; terminal: boolean };

/** One write per batch: a /16 is 65,536 lines. */
export function jsonReport(io: ReportIo, arp: boolean): Report {
	return {
		take(batch) {
			let lines = "";
			for (const { address, latencyUs, mac } of batch) {
				const up = latencyUs !== SILENT;
				const latencyMs = up && latencyUs !== UNTIMED ? latencyUs / 1000 : null;
				const more = arp ? { mac: mac === undefined ? null : formatMac(mac) } : {};
				lines += `${JSON.stringify({ ip: formatAddress(address), up, latencyMs, ...more })}\n`;
			}
			io.out(lines);
		},
		end() {},
	};
}

/** `total`: addresses to ask. */
export function tableReport(io: ReportIo, total: number, arp: boolean): Report {
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
			const lines = up.map((answer) => tableLine(answer, arp));
			const rest = done < total ? `, ${total - done} not asked` : "";
			const summary = `${up.length} of ${done} up${rest}, ${(elapsedMs / 1000).toFixed(2)} s\n`;
			io.out(lines.join("") + summary);
		},
	};
}

function progressBar(share: number): string {
	const full = Math.round(share * 24);
	return `[${"#".repeat(full)}${"-".repeat(24 - full)}]`;
}

/** Address, round trip ("–" for hosts that drop pings), hardware address. */
function tableLine({ address, latencyUs, mac }: Answer, arp: boolean): string {
	const time = latencyUs === UNTIMED ? "–" : (latencyUs / 1000).toFixed(3);
	const line = `${formatAddress(address).padEnd(39)} ${time.padStart(9)} ms`;
	return arp ? `${line}  ${mac === undefined ? "" : formatMac(mac)}`.trimEnd().concat("\n") : `${line}\n`;
}
