/** Settings and bounds of the look-up of names, by PTR and SNMP. */

import { parseServer } from "../net/servers.ts";
import { type Key, number, oneOf, secret, yesOrNo } from "./reading.ts";

export type NameSettings = Readonly<{
	/** Names of hosts by PTR, from `ptrServer` or ("") the system's resolver, at most so many a second. */
	ptrLookupEnabled: boolean;
	ptrServer: string;
	ptrLookupsPerSecond: number;
	/** Names of hosts by SNMP, where that is switched on for them. The credentials are never shown or logged. */
	snmpEnabled: boolean;
	snmpCommunity: string;
	snmpV3User: string;
	snmpV3Auth: "md5" | "sha" | "sha224" | "sha256" | "sha384" | "sha512";
	snmpV3AuthPass: string;
	snmpV3Priv: "des" | "aes" | "aes256b" | "aes256r";
	snmpV3PrivPass: string;
}>;

/** Is there anything to ask by SNMP with? */
export function asksSnmp({ snmpEnabled, snmpCommunity, snmpV3User }: NameSettings): boolean {
	return snmpEnabled && (snmpCommunity !== "" || snmpV3User !== "");
}

export const NAME_BOUNDS = {
	/** Names: tries of one look-up and the wait for each, in milliseconds; look-ups under way at the same time. */
	nameTries: 2,
	nameTimeoutMs: 2_000,
	nameLookupsInFlight: 50,
	/** An answer holds as long as it says, within these bounds; so does the answer that there is none. */
	nameCacheMinMs: 3_600_000,
	nameCacheMaxMs: 86_400_000,
	/** When a server could not say; when an answer is another than before; when a look-up was cut off. */
	nameRetryMs: 600_000,
	nameDoubtMs: 60_000,
	nameLeaseMs: 120_000,
	/**
	 * Look-ups without any answer in a row, after which name servers are asked what each can answer; that at most so
	 * often, in milliseconds.
	 */
	namesFailAfter: 5,
	namesProofMs: 60_000,
} as const;

export const NAME_KEYS = {
	ptrLookupEnabled: {
		key: "PTR_LOOKUP_ENABLED",
		example: "true",
		fallback: "true",
		read: yesOrNo,
		needs: "true or false",
	},
	ptrServer: {
		key: "PTR_SERVER",
		example: "10.0.0.53",
		fallback: "",
		read: (text: string) => (text === "" || parseServer(text) !== undefined ? text : undefined),
		needs: "the address of a name server, or empty",
	},
	ptrLookupsPerSecond: {
		key: "PTR_LOOKUPS_PER_SECOND",
		example: "10",
		fallback: "10",
		read: number(1, 1_000),
		needs: "a number of look-ups a second from 1 to 1000",
	},
	snmpEnabled: {
		key: "SNMP_ENABLED",
		example: "true",
		fallback: "true",
		read: yesOrNo,
		needs: "true or false",
	},
	snmpCommunity: {
		key: "SNMP_COMMUNITY",
		example: "a-read-only-community",
		fallback: "",
		read: secret(1),
		needs: "a read-only community of at most 255 characters",
		secret: true,
	},
	snmpV3User: {
		key: "SNMP_V3_USER",
		example: "rollcall",
		fallback: "",
		read: (text: string) => (/^[!-~]{0,32}$/.test(text) ? text : undefined),
		needs: "a user name of at most 32 characters",
	},
	snmpV3Auth: {
		key: "SNMP_V3_AUTH",
		example: "sha256",
		fallback: "sha256",
		read: oneOf("md5", "sha", "sha224", "sha256", "sha384", "sha512"),
		needs: "md5, sha, sha224, sha256, sha384 or sha512",
	},
	snmpV3AuthPass: {
		key: "SNMP_V3_AUTH_PASS",
		example: "at-least-8-characters",
		fallback: "",
		read: secret(8),
		needs: "a password of 8 to 255 characters",
		secret: true,
	},
	snmpV3Priv: {
		key: "SNMP_V3_PRIV",
		example: "aes",
		fallback: "aes",
		read: oneOf("des", "aes", "aes256b", "aes256r"),
		needs: "des, aes, aes256b or aes256r",
	},
	snmpV3PrivPass: {
		key: "SNMP_V3_PRIV_PASS",
		example: "at-least-8-characters",
		fallback: "",
		read: secret(8),
		needs: "a password of 8 to 255 characters",
		secret: true,
	},
} satisfies Record<string, Key>;
