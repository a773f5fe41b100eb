/** Where a webhook may go: URLs judged when they are typed, addresses judged when they are connected to. Pure. */

import { type Address, familyOf, formatAddress, fromV4, type Parsed, parseAddress } from "../net/address.ts";
import { contains, parseCidr } from "../net/cidr.ts";

/** What this installation allows and what it must never call: itself. */
export type TargetRules = {
	/** Loopback and link-local addresses may be called (WEBHOOK_ALLOW_LOOPBACK). */
	readonly allowLoopback: boolean;
	/** Where we listen ourselves; undefined when we do not. */
	readonly ownPort: number | undefined;
	/** Addresses of this machine. */
	readonly ownAddresses: readonly Address[];
};

const URL_CHARS = 2_000;
/** Ports that speak something else and obey lines sent to them: mail, shells, printers, databases, directories. */
const REFUSED_PORTS = new Set([
	...[
		0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 79, 110, 111, 113, 119, 135, 139,
	],
	...[
		143, 161, 179, 389, 445, 465, 512, 513, 514, 515, 587, 631, 636, 993, 995, 1433, 2049, 3306, 3389, 5432,
	],
	...[5900, 6379, 9100, 9101, 9102, 9103, 9104, 9105, 9106, 9107, 11211, 27017],
]);
/** Names that always mean this machine, or the one that tells a cloud machine its secrets. */
const LOCAL_NAME = /(^|\.)localhost\.?$/;
const METADATA_NAME = /^(metadata\.google\.internal|metadata|instance-data(\.ec2\.internal)?)\.?$/;

/**
 * Reads the URL of a webhook: http or https, no name or password in it, no port of another protocol. An address in
 * it is judged at once; a name is judged by its addresses at every delivery.
 */
export function readTarget(text: string, rules: TargetRules): Parsed<URL> {
	const typed = text.trim();
	if (typed.length > URL_CHARS) return { problem: `Use at most ${URL_CHARS} characters.` };
	// They would be left out, and another URL kept than the one that was typed.
	if (/[\s\p{C}]/u.test(typed))
		return { problem: "A URL holds no spaces, line ends or invisible characters." };
	if (!URL.canParse(typed)) return { problem: "Enter a whole URL such as https://example.org/hook." };
	const url = new URL(typed);
	if (url.protocol !== "http:" && url.protocol !== "https:") {
		return { problem: "The URL must begin with http:// or https://." };
	}
	if (url.username !== "" || url.password !== "") {
		return { problem: "A name or password in the URL is not allowed: the signature proves who sends." };
	}
	if (REFUSED_PORTS.has(portOf(url)))
		return { problem: `Port ${portOf(url)} is not one that takes webhooks.` };
	url.hash = "";
	const host = url.hostname;
	const literal = literalOf(host);
	if (literal !== undefined) {
		const refusal = literal.problem ?? judgeAddress(literal.value, portOf(url), rules);
		return refusal === undefined ? { value: url } : { problem: refusal };
	}
	if (LOCAL_NAME.test(host) && !rules.allowLoopback) return { problem: REFUSALS.loopback };
	if (METADATA_NAME.test(host)) return { problem: REFUSALS.metadata };
	return { value: url };
}

/** The same text without the name and password in it: who typed them by mistake is not shown them again. */
export function withoutLogin(text: string): string {
	return text.replace(/^(\s*(?:[a-z][a-z\d+.-]*:)?[\\/]*)[^\\/?#]*@/i, "$1");
}

export function portOf(url: URL): number {
	if (url.port !== "") return Number(url.port);
	return url.protocol === "https:" ? 443 : 80;
}

/** Does an address stand in the URL instead of a name? */
export function isLiteral(url: URL): boolean {
	return literalOf(url.hostname) !== undefined;
}

/** The address that stands in a URL instead of a name; the URL parser has already read hexadecimal and short forms. */
export function literalOf(host: string): Parsed<Address> | undefined {
	if (host.startsWith("[")) {
		const parsed = parseAddress(host.slice(1, -1));
		return parsed.problem === undefined ? parsed : { problem: REFUSALS.mapped };
	}
	return /^[0-9.]+$/.test(host) ? parseAddress(host) : undefined;
}

const REFUSALS = {
	loopback: "This is the machine Rollcall runs on. Set WEBHOOK_ALLOW_LOOPBACK=true if you mean it.",
	linkLocal: "Link-local addresses are not allowed. Set WEBHOOK_ALLOW_LOOPBACK=true if you mean it.",
	metadata: "This is the address from which cloud machines read their secrets.",
	unspecified: "This address means no host in particular.",
	multicast: "This address means many hosts, or is reserved.",
	mapped: "This is an IPv4 address in IPv6 clothing: write the IPv4 address itself.",
	own: "This is Rollcall itself.",
} as const;

function block(text: string) {
	const cidr = parseCidr(text).value;
	if (cidr === undefined) throw new Error(`not a block: ${text}`);
	return cidr;
}

const METADATA = ["169.254.169.254/32", "169.254.170.2/32", "100.100.100.200/32", "fd00:ec2::254/128"].map(
	block,
);
const LOOPBACK = ["127.0.0.0/8", "::1/128"].map(block);
const LINK_LOCAL = ["169.254.0.0/16", "fe80::/10", "fec0::/10"].map(block);
const UNSPECIFIED = ["0.0.0.0/8", "::/128"].map(block);
const MANY = ["224.0.0.0/4", "240.0.0.0/4", "ff00::/8"].map(block);
/** Forms that carry an IPv4 address: where they come out is judged by that one. */
const CARRIERS: readonly { block: ReturnType<typeof block>; shift: bigint }[] = [
	{ block: block("64:ff9b::/96"), shift: 0n }, // RFC 6052
	{ block: block("64:ff9b:1::/48"), shift: 0n }, // RFC 8215
	{ block: block("2002::/16"), shift: 80n }, // RFC 3056
];
/** IPv4-compatible addresses (RFC 4291 2.5.5.1) and Teredo (RFC 4380): nobody uses them in earnest. */
const DISGUISED = ["::/96", "2001::/32"].map(block);

/** Why an address may not be called, in words; undefined: it may. */
export function judgeAddress(address: Address, port: number, rules: TargetRules): string | undefined {
	const within = (blocks: readonly ReturnType<typeof block>[]) =>
		blocks.some((one) => contains(one, address));
	if (within(METADATA)) return REFUSALS.metadata;
	if (within(UNSPECIFIED)) return REFUSALS.unspecified;
	if (within(MANY)) return REFUSALS.multicast;
	const loopback = within(LOOPBACK);
	if (port === rules.ownPort && (loopback || rules.ownAddresses.includes(address))) return REFUSALS.own;
	if (loopback) return rules.allowLoopback ? undefined : REFUSALS.loopback;
	if (within(LINK_LOCAL)) return rules.allowLoopback ? undefined : REFUSALS.linkLocal;
	if (familyOf(address) === 4) return undefined;
	if (within(DISGUISED)) return REFUSALS.mapped;
	const carrier = CARRIERS.find((one) => contains(one.block, address));
	if (carrier === undefined) return undefined;
	const inner = fromV4(Number((address >> carrier.shift) & 0xffffffffn));
	const refusal = judgeAddress(inner, port, rules);
	return refusal === undefined ? undefined : `${formatAddress(inner)}: ${refusal}`;
}

/**
 * Addresses a name resolved to: all must be allowed. Answers the first, the one to connect to, as it stands in a URL.
 */
export function judgeAnswer(texts: readonly string[], port: number, rules: TargetRules): Parsed<string> {
	let first: Address | undefined;
	for (const text of texts) {
		const parsed = parseAddress(text.replace(/%.*$/, ""));
		const refusal = parsed.problem === undefined ? judgeAddress(parsed.value, port, rules) : REFUSALS.mapped;
		if (refusal !== undefined) return { problem: refusal };
		first ??= parsed.value;
	}
	if (first === undefined) return { problem: "This name has no address." };
	return { value: familyOf(first) === 6 ? `[${formatAddress(first)}]` : formatAddress(first) };
}
