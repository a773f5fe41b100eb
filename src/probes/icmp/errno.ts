/** What an error number of a socket means for a sweep: wait, look again, or our own fault. Never "host down". */

import { AppError } from "../../errors.ts";

export const EPERM = 1;
export const EINTR = 4;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EACCES = 13;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ENOBUFS = 105;
export const EHOSTUNREACH = 113;

/**
 * - `again`: interrupted, the same call may be made at once.
 * - `full`: the socket's buffer is full; wait until there is room (POLLOUT).
 * - `buffers`: the kernel has no room for this packet (device queue, neighbour table); wait some time, because
 *   POLLOUT is always ready then.
 * - `queued`: may be the ICMP error of an earlier echo that surfaces here (silence of that earlier host): empty
 *   the error queue and send again. The same number once more with an empty queue is our own fault.
 * - `fault`: this machine cannot send; it says nothing about any host.
 */
export type SendTrouble = "again" | "full" | "buffers" | "queued" | "fault";

const TROUBLE: Readonly<Record<number, SendTrouble>> = {
	[EINTR]: "again",
	[EAGAIN]: "full",
	[ENOBUFS]: "buffers",
	[ENOMEM]: "buffers",
	// The numbers into which Linux turns ICMP errors (icmp_err_convert, tab_unreach of ICMPv6).
	[EACCES]: "queued",
	71: "queued", // EPROTO
	64: "queued", // ENONET
	90: "queued", // EMSGSIZE
	92: "queued", // ENOPROTOOPT
	95: "queued", // EOPNOTSUPP
	[ENETUNREACH]: "queued",
	111: "queued", // ECONNREFUSED
	112: "queued", // EHOSTDOWN
	[EHOSTUNREACH]: "queued",
};

/** The trouble behind a positive error number of sendmmsg(2); unknown numbers are our own fault. */
export function classifySend(errno: number): SendTrouble {
	return TROUBLE[errno] ?? "fault";
}

/** The kernel was built or booted without this family. */
export function isAbsentFamily(errno: number): boolean {
	return errno === 97; // EAFNOSUPPORT
}

/** Numbers that say the wanted kind of socket is not permitted or not there, so that the next kind is tried. */
export function isRefusal(errno: number): boolean {
	// EPERM, EACCES; EPROTONOSUPPORT, ESOCKTNOSUPPORT where datagram ICMP is not built in.
	return [EPERM, EACCES, 93, 94].includes(errno);
}

const REASONS: Readonly<Record<number, string>> = {
	[EPERM]: "this machine's firewall or a lost capability forbids ICMP echo",
	[EACCES]: "this machine forbids sending to these addresses (a prohibit route, a broadcast address)",
	[ENETDOWN]: "the network interface is down",
	[ENETUNREACH]: "this machine has no route to these addresses",
	[EHOSTUNREACH]: "this machine's route to these addresses is marked unreachable",
	[ENOBUFS]: "the kernel has had no buffer for outgoing packets for seconds",
	[ENOMEM]: "the kernel has had no memory for outgoing packets for seconds",
	[EAGAIN]: "the send buffer has not emptied for seconds",
	22: "this machine's route discards these addresses, or they need an interface name", // EINVAL
	23: "the system has too many open files", // ENFILE
	24: "this process has too many open files", // EMFILE
	97: "this machine has no such address family", // EAFNOSUPPORT
	99: "this machine has no address of its own to send from", // EADDRNOTAVAIL
};

/** The failure of a run, in words for a person; the number is kept as `detail.errno`. */
export function ownFault(errno: number): AppError {
	const reason = REASONS[errno] ?? `the system refused (error ${errno})`;
	return new AppError("unavailable", `No echo could be sent: ${reason}.`, { detail: { errno } });
}
