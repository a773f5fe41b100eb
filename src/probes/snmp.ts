/**
 * What a host calls itself: its sysName by SNMP (RFC 3418), version 2c or 3. Reads that one value and never writes.
 * Knows no host and no schedule; credentials are given to it and go nowhere else.
 *
 * The package judges no sender and answers every report (RFC 3414 3.2): what comes from elsewhere, and more than a
 * few messages, are dropped before it sees them.
 */

import dgram from "node:dgram";
import snmp from "net-snmp";
import type { Clock } from "../clock.ts";
import { type Address, familyOf, formatAddress, parseAddress } from "../net/address.ts";

/** Passwords are those of RFC 3414: 8 characters at least; "" for none. */
export type SnmpCredentials = {
	/** Of version 2c; "" for none. */
	readonly community: string;
	readonly user: string;
	readonly auth: "md5" | "sha" | "sha224" | "sha256" | "sha384" | "sha512";
	readonly authPass: string;
	readonly priv: "des" | "aes" | "aes256b" | "aes256r";
	readonly privPass: string;
};

export type SnmpOptions = {
	readonly credentials: SnmpCredentials;
	readonly tries: number;
	/** Wait for an answer to one try. */
	readonly timeoutMs: number;
	readonly clock: Clock;
	/** Where agents listen; 161 everywhere but in tests. */
	readonly port?: number;
};

/** The name, or undefined when the host says nothing or nothing usable; never rejects. */
export type SysName = (address: Address, signal: AbortSignal) => Promise<string | undefined>;

const SYS_NAME = "1.3.6.1.2.1.1.5.0";
const PORT = 161;
/** As long as a hostname may be here; RFC 3418 allows 255. */
const NAME_CHARS = 253;
/** Datagrams taken from one host in one look-up: version 3 needs three at most. */
const DATAGRAMS = 8;

/** Are there credentials to ask with at all? */
export function hasCredentials({ community, user }: SnmpCredentials): boolean {
	return community !== "" || user !== "";
}

/** Asks by version 3 where a user is given, and by 2c where that brings nothing and a community is given. */
export function openSnmp(options: SnmpOptions): SysName {
	const { community, user } = options.credentials;
	const ways = [...(user === "" ? [] : [openV3]), ...(community === "" ? [] : [openV2])];
	return async (address, signal) => {
		for (const way of ways) {
			const name = signal.aborted ? undefined : await askOnce(way, options, address, signal);
			if (name !== undefined) return name;
		}
		return undefined;
	};
}

type Way = (target: string, credentials: SnmpCredentials, session: snmp.SessionOptions) => snmp.Session;

const openV2: Way = (target, { community }, session) =>
	snmp.createSession(target, community, { ...session, version: snmp.Version2c });

const openV3: Way = (target, { user, auth, authPass, priv, privPass }, session) => {
	const { noAuthNoPriv, authNoPriv, authPriv } = snmp.SecurityLevel;
	const level = authPass === "" ? noAuthNoPriv : privPass === "" ? authNoPriv : authPriv;
	const keys = {
		...(level === noAuthNoPriv
			? {}
			: { authProtocol: snmp.AuthProtocols[auth] as number, authKey: authPass }),
		...(level === authPriv ? { privProtocol: snmp.PrivProtocols[priv] as number, privKey: privPass } : {}),
	};
	return snmp.createV3Session(target, { name: user, level, ...keys }, { ...session, version: snmp.Version3 });
};

async function askOnce(
	way: Way,
	{ credentials, tries, timeoutMs, clock, port = PORT }: SnmpOptions,
	address: Address,
	signal: AbortSignal,
): Promise<string | undefined> {
	const over = new AbortController();
	let name: string | undefined;
	let session: snmp.Session | undefined;
	try {
		session = way(formatAddress(address), credentials, {
			port,
			transport: familyOf(address) === 4 ? "udp4" : "udp6",
			retries: tries - 1,
			timeout: timeoutMs,
			dgramModule: guarded(address, port),
		});
		// A message that cannot be read surfaces here; the right one may still come.
		session.on("error", () => {});
		session.get([SYS_NAME], (error, varbinds) => {
			const [found] = varbinds ?? [];
			if (!error && found?.type === snmp.ObjectType.OctetString) name = cleanName(found.value);
			over.abort();
		});
		// Version 3 asks twice: who are you, then what is your name.
		await clock.sleep(2 * tries * timeoutMs, AbortSignal.any([signal, over.signal]));
	} catch {
		// No socket, no route: no name.
	}
	try {
		session?.close();
	} catch {
		// It was never bound.
	}
	return name;
}

/** The sockets of node:dgram for the package, which hands on only what comes from `address`, and only so much. */
function guarded(address: Address, port: number) {
	return {
		createSocket(type: "udp4" | "udp6") {
			const socket = dgram.createSocket(type);
			let taken = 0;
			const on = socket.on.bind(socket);
			socket.on = ((event: string, listener: (...args: never[]) => void) => {
				if (event !== "message") return on(event as "error", listener as never);
				return on("message", (bytes: Buffer, from: dgram.RemoteInfo) => {
					const isTarget = parseAddress(from.address).value === address && from.port === port;
					if (isTarget && ++taken <= DATAGRAMS) listener(bytes as never, from as never);
				});
			}) as typeof socket.on;
			return socket;
		},
	};
}

/** Text of a name: one line without anything invisible, at most NAME_CHARS; undefined when nothing is left. */
export function cleanName(value: unknown): string | undefined {
	if (!(value instanceof Uint8Array)) return undefined;
	const text = new TextDecoder()
		.decode(value.subarray(0, NAME_CHARS * 4))
		.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, "")
		.replace(/\s+/gu, " ")
		.trim();
	const name = [...text].slice(0, NAME_CHARS).join("").trim();
	return name === "" ? undefined : name;
}
