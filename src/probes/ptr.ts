/**
 * Reverse look-ups: the name of an address from the system's resolver or a named one. Knows no host and no schedule;
 * keeps nothing between two look-ups.
 *
 * Each try has a socket of its own, connected to the server: the kernel drops what comes from elsewhere, and the
 * port is new each time (RFC 5452).
 */

import { readFileSync } from "node:fs";
import type { Clock } from "../clock.ts";
import { type Address, formatAddress, parseAddress } from "../net/address.ts";
import { DNS_PORT, type NameServer } from "../net/servers.ts";
import { type Answer, encodeQuestion, readAnswer, reverseName } from "./dns.ts";

export type PtrOptions = {
	/** Asked in turn, one a try. Read anew for each look-up: a machine changes networks. */
	readonly servers: () => readonly NameServer[];
	readonly tries: number;
	/** Wait for an answer to one try. */
	readonly timeoutMs: number;
	readonly clock: Clock;
	/** 0 ≤ n < 1: the ids of questions. */
	readonly random: () => number;
};

/** A name, surely none, or why nothing can be said. */
export type LookUp =
	| Exclude<Answer, { kind: "failed" }>
	/** `silent`: not one server said anything. */
	| { readonly kind: "failed"; readonly reason: string; readonly silent: boolean };

/** Looks an address up; never rejects, and ends at once when `signal` aborts. */
export type Ptr = (address: Address, signal: AbortSignal) => Promise<LookUp>;

/** As glibc has it: of more servers the rest is ignored (resolv.conf(5)). */
const SERVERS_MAX = 3;
const RESOLV = "/etc/resolv.conf";

/** Name servers in the text of resolv.conf(5); those with a zone ("fe80::1%eth0") are left out. */
export function parseResolv(text: string): NameServer[] {
	const servers: NameServer[] = [];
	for (const line of text.split("\n")) {
		const named = /^nameserver[ \t]+([^ \t#;]+)/.exec(line)?.[1];
		const address = named === undefined ? undefined : parseAddress(named).value;
		if (address !== undefined) servers.push({ address, port: DNS_PORT });
	}
	return servers.slice(0, SERVERS_MAX);
}

/** The system's name servers; this machine itself when none is named, as glibc has it. */
export function systemServers(): NameServer[] {
	const own = [{ address: parseAddress("127.0.0.1").value ?? 0n, port: DNS_PORT }];
	try {
		const servers = parseResolv(readFileSync(RESOLV, "utf8"));
		return servers.length === 0 ? own : servers;
	} catch {
		// No such file: the same.
		return own;
	}
}

export function openPtr(options: PtrOptions): Ptr {
	return async (address, signal) => {
		const servers = options.servers();
		const name = reverseName(address);
		let reason = "no name server is known";
		let silent = true;
		for (let i = 0; i < options.tries && servers.length > 0 && !signal.aborted; i++) {
			const server = servers[i % servers.length] as NameServer;
			const answer = await askOnce(options, server, name, signal);
			if (typeof answer === "string") reason = answer;
			else if (answer.kind === "failed") {
				reason = `${formatAddress(server.address)} failed (code ${answer.code})`;
				silent = false;
			} else return answer;
		}
		return { kind: "failed", reason, silent };
	};
}

/** One question to one server; a text says why there was no answer. */
async function askOnce(
	{ clock, random, timeoutMs }: PtrOptions,
	server: NameServer,
	name: string,
	signal: AbortSignal,
): Promise<Answer | string> {
	const id = Math.floor(random() * 0x10000);
	const hostname = formatAddress(server.address);
	const over = new AbortController();
	const stop = AbortSignal.any([signal, over.signal]);
	let answer: Answer | string = `${hostname} did not answer`;
	try {
		const socket = await Bun.udpSocket({
			connect: { hostname, port: server.port },
			socket: {
				data(_, bytes) {
					const read = readAnswer(bytes, id, name);
					if (read === undefined) return;
					answer = read;
					over.abort();
				},
				// Bun hands over the error alone, its types say: the socket before it.
				error(...said: unknown[]) {
					const error = said.find((one) => one instanceof Error);
					answer = `${hostname} cannot be asked: ${error?.message ?? "the socket failed"}`;
					over.abort();
				},
			},
		});
		try {
			socket.send(encodeQuestion(id, name));
			await clock.sleep(timeoutMs, stop);
		} finally {
			socket.close();
		}
	} catch (error) {
		// No route, no permission, no socket left.
		answer = `${hostname} cannot be asked: ${(error as Error).message}`;
	}
	return answer;
}
