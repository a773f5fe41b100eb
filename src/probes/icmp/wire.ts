/** The pair of ICMP sockets (IPv4, IPv6) that all runs share, and waiting on it. Knows no run. */

import type { Family } from "../../net/address.ts";
import { type Libc, PollEntries } from "../libc.ts";
import { isAbsentFamily, isRefusal, ownFault } from "./errno.ts";
import { type EchoSocket, type OpenSocket, openSocket } from "./socket.ts";

const FAMILIES: readonly Family[] = [4, 6];
const POLLIN = 1;
const POLLOUT = 4;
const POLLERR = 8;

/** What the pinger needs of the machine; tests hand in their own. */
export type Wire = {
	/** One per family that could be opened. */
	readonly sockets: readonly EchoSocket[];
	/** Blocks the thread for at most `timeoutMs`, until packets, errors or room for a `full` socket are there. */
	wait(timeoutMs: number): void;
	close(): void;
};

export type OpenedWire = { method: "raw" | "datagram"; wire: Wire };

/**
 * Raw sockets where they are permitted, else datagram sockets, else undefined. A machine without one of the
 * families gets the other alone. Throws AppError("unavailable") when the refusal has another reason (EMFILE).
 */
export function openWire(libc: Libc, random: () => number): OpenedWire | undefined {
	for (const method of ["raw", "datagram"] as const) {
		const opened = FAMILIES.map((family) =>
			openSocket(libc, family, method, 1 + Math.floor(random() * 0xfffe)),
		);
		const sockets = opened.filter((result) => typeof result !== "number");
		const errnos = opened.filter((result) => typeof result === "number").map((result) => -result);
		const fault = errnos.find((errno) => !isRefusal(errno) && !isAbsentFamily(errno));
		if (fault !== undefined) {
			for (const socket of sockets) libc.close(socket.fd);
			throw ownFault(fault);
		}
		if (sockets.length > 0) return { method, wire: wireOf(libc, sockets) };
	}
	return undefined;
}

/** The opened sockets as one wire, which closes them. */
export function wireOf(libc: Libc, sockets: readonly OpenSocket[]): Wire {
	const entries = new PollEntries(sockets.map((socket) => socket.fd));
	return {
		sockets,
		wait(timeoutMs) {
			sockets.forEach((socket, i) => {
				entries.watch(i, socket.full);
			});
			// 0: nothing within the time; below 0 only EINTR is possible, which is the same to us.
			if (libc.poll(entries, timeoutMs) <= 0) return;
			sockets.forEach((socket, i) => {
				const found = entries.found(i);
				if (found & POLLIN) socket.readable = true;
				if (found & POLLERR) socket.troubled = true;
				if (found & POLLOUT) socket.full = false;
			});
		},
		close() {
			for (const socket of sockets) libc.close(socket.fd);
		},
	};
}
