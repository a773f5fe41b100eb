/** What nmap wrote, as ports of hosts: trusts nothing in it, neither that it is whole nor that it is about our hosts. */

import { AppError } from "../../errors.ts";
import { type Address, parseAddress } from "../../net/address.ts";
import { joinPorts, type PortRange, parsePorts, withoutPorts } from "../../net/ports.ts";
import {
	cleanText,
	type FoundPort,
	type HostPorts,
	type PortsByProto,
	type Proto,
	type ScanResult,
} from "../scanner.ts";

/** Longest texts kept, in characters, and most open ports of one host (a tarpit opens all of them). */
const SERVICE_CHARS = 64;
const PRODUCT_CHARS = 120;
const VERSION_CHARS = 80;
const PORTS_MAX = 2_000;

const PROTOS: readonly Proto[] = ["tcp", "udp", "sctp"];
/** Reasons that mean nothing came back (nmap's portreasons.cc). */
const NO_ANSWER: readonly string[] = ["no-response", "no-responses", "host-unreach", "net-unreach"];

/** An element as the parser gives it: attributes and children alike by name. */
type Node = Readonly<Record<string, unknown>>;

/**
 * Reads the XML of a run that was asked for `targets`. Throws AppError("unavailable") unless it says itself that
 * it is whole, ended well and counted as many hosts as were asked. Hosts that were not asked are only counted.
 *
 * Hosts are read one by one with a `turn` for everybody else before each: a megabyte takes a third of a second.
 */
export async function readReport(
	xml: string,
	targets: readonly Address[],
	turn: () => Promise<void>,
): Promise<ScanResult> {
	refuseTypes(xml);
	const parse = await openParser();
	const texts: string[] = [];
	// No text of a stranger can hold a tag: nmap writes "<" as "&lt;".
	const frame = xml.replace(/<host[ >][\s\S]*?<\/host>/g, (text) => {
		texts.push(text);
		return "";
	});
	const run = nodeOf(parse(frame).nmaprun);
	const stats = nodeOf(run.runstats);
	const finished = nodeOf(stats.finished);
	if (finished.exit !== "success") {
		const why = textOf(finished.errormsg);
		throw broken(why === "" ? "its output does not end with success" : cleanText(why, 200));
	}
	const total = textOf(nodeOf(stats.hosts).total);
	if (total !== `${targets.length}`) {
		throw broken(
			`it scanned ${cleanText(total, 10) || "an unknown number of"} hosts instead of ${targets.length}`,
		);
	}
	const covered = coveredBy(run);
	const asked = new Set(targets);
	const hosts = new Map<Address, HostPorts>();
	let strangers = 0;
	for (const text of texts) {
		await turn();
		const node = nodeOf(parse(text).host);
		const address = addressOf(node);
		if (address === undefined || !asked.has(address)) strangers++;
		else if (hosts.has(address)) throw broken("it lists a host twice");
		else {
			const found = hostOf(address, node, covered);
			if (found !== undefined) hosts.set(address, found);
		}
	}
	return { hosts: [...hosts.values()], covered, strangers };
}

function refuseTypes(xml: string): void {
	const types = [...xml.matchAll(/<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)[^>]{0,200}>?/gi)];
	if (types.some(([text]) => text !== "<!DOCTYPE nmaprun>") || types.length > 1) {
		throw broken("its output holds a document type that is not nmap's");
	}
}

/** Loaded at the first report: most of a thread's life there is none to read. */
async function openParser(): Promise<(xml: string) => Node> {
	const { XMLParser } = await import("fast-xml-parser");
	const repeated = ["address", "port", "extraports", "extrareasons", "scaninfo"];
	const options = {
		ignoreAttributes: false,
		attributeNamePrefix: "",
		parseAttributeValue: false,
		parseTagValue: false,
		htmlEntities: true,
		isArray: (name: string) => repeated.includes(name),
	};
	return (xml) => {
		try {
			return new XMLParser(options).parse(xml) as Node;
		} catch (cause) {
			throw broken("its output is no XML", cause);
		}
	};
}

function hostOf(address: Address, node: Node, covered: PortsByProto): HostPorts | undefined {
	const ports = nodeOf(node.ports);
	// Out of time, or never looked at: then nothing is known of its ports.
	if (node.timedout === "true" || nodeOf(node.status).state !== "up" || node.ports === undefined) {
		return undefined;
	}
	const found = new Map<string, FoundPort>();
	let answers = 0;
	for (const entry of listOf(ports.port)) {
		const state = nodeOf(entry.state);
		if (!NO_ANSWER.includes(textOf(state.reason))) answers++;
		const port = state.state === "open" ? portOf(entry) : undefined;
		if (port !== undefined) found.set(`${port.proto}/${port.port}`, port);
	}
	for (const extra of listOf(ports.extraports)) {
		const reasons = listOf(extra.extrareasons).map((reason) => textOf(reason.reason));
		if (reasons.length === 0 || reasons.some((reason) => !NO_ANSWER.includes(reason))) answers++;
	}
	const sorted = [...found.values()].sort(
		(a, b) => PROTOS.indexOf(a.proto) - PROTOS.indexOf(b.proto) || a.port - b.port,
	);
	const kept = sorted.slice(0, PORTS_MAX);
	return {
		address,
		ports: kept,
		silent: answers === 0,
		unheard: unheardOf(ports, covered, sorted.slice(PORTS_MAX)),
	};
}

/**
 * Ports that did not answer, one by one or folded. Before 7.92 nmap does not say which ones it folded: then it may have
 * been any that is not listed. `cut`: open ones beyond what is kept.
 */
function unheardOf(ports: Node, covered: PortsByProto, cut: readonly FoundPort[]): PortsByProto {
	const unheard: Record<Proto, PortRange[]> = { tcp: [], udp: [], sctp: [] };
	const listed: Record<Proto, PortRange[]> = { tcp: [], udp: [], sctp: [] };
	for (const { proto, port } of cut) unheard[proto].push({ first: port, last: port });
	for (const entry of listOf(ports.port)) {
		const proto = PROTOS.find((name) => name === entry.protocol);
		const [range] = parsePorts(textOf(entry.portid)).value ?? [];
		if (proto === undefined || range === undefined) continue;
		listed[proto].push(range);
		if (NO_ANSWER.includes(textOf(nodeOf(entry.state).reason))) unheard[proto].push(range);
	}
	for (const { reason, proto: name, ports: text } of listOf(ports.extraports).flatMap((extra) =>
		listOf(extra.extrareasons),
	)) {
		if (!NO_ANSWER.includes(textOf(reason))) continue;
		const folded = parsePorts(textOf(text)).value;
		for (const proto of PROTOS) {
			if (folded === undefined) unheard[proto].push(...withoutPorts(covered[proto], listed[proto]));
			else if (proto === name) unheard[proto].push(...folded);
		}
	}
	return { tcp: joinPorts(unheard.tcp), udp: joinPorts(unheard.udp), sctp: joinPorts(unheard.sctp) };
}

function portOf(node: Node): FoundPort | undefined {
	const proto = PROTOS.find((name) => name === node.protocol);
	const text = textOf(node.portid);
	const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
	if (proto === undefined || port < 1 || port > 65_535) return undefined;
	const service = nodeOf(node.service);
	const name = cleanText(textOf(service.name), SERVICE_CHARS);
	const secure = service.tunnel === "ssl";
	return {
		proto,
		port,
		service: secure ? secured(name) : name === "unknown" ? "" : name,
		product: cleanText(textOf(service.product), PRODUCT_CHARS),
		version: cleanText(
			[textOf(service.version), textOf(service.extrainfo) && `(${textOf(service.extrainfo)})`]
				.filter((part) => part !== "")
				.join(" "),
			VERSION_CHARS,
		),
		identified: service.method === "probed",
	};
}

/** http within TLS is what everybody calls https; others are marked as nmap marks them. */
function secured(name: string): string {
	return name === "http" || name === "https" ? "https" : `ssl/${name}`;
}

function coveredBy(run: Node): Record<Proto, readonly PortRange[]> {
	const covered: Record<Proto, PortRange[]> = { tcp: [], udp: [], sctp: [] };
	for (const info of listOf(run.scaninfo)) {
		const proto = PROTOS.find((name) => name === info.protocol);
		const services = textOf(info.services);
		const ranges = services === "" ? [] : parsePorts(services).value;
		if (ranges === undefined) throw broken("it does not say which ports it looked at");
		if (proto !== undefined) covered[proto] = joinPorts([...covered[proto], ...ranges]);
	}
	if (PROTOS.every((proto) => covered[proto].length === 0)) throw broken("it looked at no port");
	return covered;
}

function addressOf(node: Node): Address | undefined {
	const ip = listOf(node.address).find((entry) => entry.addrtype === "ipv4" || entry.addrtype === "ipv6");
	return ip === undefined ? undefined : parseAddress(textOf(ip.addr)).value;
}

function nodeOf(value: unknown): Node {
	return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Node) : {};
}

function listOf(value: unknown): Node[] {
	return Array.isArray(value) ? value.map(nodeOf) : [];
}

function textOf(value: unknown): string {
	return typeof value === "string" ? value : "";
}

function broken(why: string, cause?: unknown): AppError {
	return new AppError("unavailable", `nmap gave no result to rely on: ${why}.`, { cause });
}
