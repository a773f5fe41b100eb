/**
 * Takes the captures of samples/icmp anew, in namespaces of its own: `bun tests/lab/capture-icmp.ts` as root.
 * Not a test: samples change only when somebody means it.
 */

import { writeEcho } from "../../src/probes/icmp/packet.ts";
import { type Libc, MessageBlock, openLibc, PollEntries } from "../../src/probes/libc.ts";
import { configure, openLab } from "../helpers/netns.ts";

const ECHO = { identifier: 0x1234, nonceHigh: 0x01020304, nonceLow: 0x05060708, index: 7, attempt: 1 };
const FOLDER = `${import.meta.dir}/../../samples/icmp`;

type Shot = {
	name: string;
	to: string;
	family: 4 | 6;
	kind: "raw" | "datagram";
	queue?: boolean;
	setup?: Option[];
};
type Option = [level: number, option: number, value: number[]];

const UNFILTERED: Option = [255, 1, [0]];
/** ICMPV6_FILTER that lets echo replies (129) pass only. */
const REPLIES6: Option = [58, 1, [-1, -1, -1, -1, ~2, -1, -1, -1]];
const TTL_ONE: Option = [0, 2, [1]];
/** IP_OPTIONS with a record route of three places (RFC 791 3.1), padded to 16 bytes. */
const RECORD_ROUTE: Option = [0, 4, [0x00040f07, 0, 0, 0]];

const SHOTS: Shot[] = [
	{ name: "reply-raw4", to: "10.99.0.2", family: 4, kind: "raw" },
	{ name: "reply-raw4-options", to: "10.99.0.2", family: 4, kind: "raw", setup: [RECORD_ROUTE] },
	{ name: "reply-datagram4", to: "10.99.0.2", family: 4, kind: "datagram" },
	{ name: "reply-6", to: "::1", family: 6, kind: "raw", setup: [REPLIES6] },
	{ name: "looped-request-6", to: "::1", family: 6, kind: "raw" },
	{ name: "looped-request-raw4", to: "127.0.0.1", family: 4, kind: "raw", setup: [UNFILTERED] },
	{ name: "error-raw4-host-unreachable", to: "10.140.0.1", family: 4, kind: "raw", setup: [UNFILTERED] },
	{ name: "quote4-host-unreachable", to: "10.140.0.1", family: 4, kind: "raw", queue: true },
	{ name: "quote4-time-exceeded", to: "10.141.0.1", family: 4, kind: "raw", queue: true, setup: [TTL_ONE] },
	{ name: "quote6-no-route", to: "fd99:1::1", family: 6, kind: "raw", queue: true },
];

function addressBytes(text: string, family: 4 | 6): number[] {
	if (family === 4) return text.split(".").map(Number);
	const [head = "", tail = ""] = text.split("::").map((half) => half);
	const groups = (half: string) =>
		half
			.split(":")
			.filter(Boolean)
			.map((group) => Number.parseInt(group, 16));
	const [first, last] = [groups(head), groups(tail)];
	const all = [...first, ...Array(8 - first.length - last.length).fill(0), ...last];
	return all.flatMap((group) => [group >> 8, group & 255]);
}

function shoot(libc: Libc, { to, family, kind, queue, setup = [] }: Shot): string {
	const fd = libc.socket(family === 4 ? 2 : 10, (kind === "raw" ? 3 : 2) | 0x80800, family === 4 ? 1 : 58);
	if (fd < 0) throw new Error(`socket: ${fd}`);
	const set = ([level, option, values]: Option) =>
		libc.setOption(fd, level, option, new Uint8Array(new Uint32Array(values).buffer));
	for (const option of setup) if (set(option) < 0) throw new Error("setsockopt");
	if (queue) set(family === 4 ? [0, 11, [1]] : [41, 25, [1]]);
	const out = new MessageBlock(1, 0, 24);
	writeEcho(out.view, out.dataAt(0), family, ECHO);
	out.setLengths(0, family === 4 ? 16 : 28, 24);
	out.view.setUint16(out.nameAt(0), family === 4 ? 2 : 10, true);
	out.bytes.set(addressBytes(to, family), out.nameAt(0) + (family === 4 ? 4 : 8));
	const sent = libc.send(fd, out, 0, 1);
	if (sent !== 1) throw new Error(`send: ${sent}`);
	const into = new MessageBlock(1, 128, 256);
	const entries = new PollEntries([fd]);
	entries.watch(0, false);
	for (let tries = 0; tries < 50; tries++) {
		libc.poll(entries, 100);
		if (libc.receive(fd, into, queue ? 0x2000 : 0) !== 1) continue;
		libc.close(fd);
		const at = into.dataAt(0);
		return Buffer.from(into.bytes.slice(at, at + into.dataLength(0))).toString("hex");
	}
	throw new Error("nothing came");
}

async function shootAll(): Promise<void> {
	const libc = openLibc() as Libc;
	for (const shot of SHOTS) {
		const hex = shoot(libc, shot);
		await Bun.write(`${FOLDER}/${shot.name}.hex`, `${hex.replace(/(.{64})/g, "$1\n").trim()}\n`);
		console.log(shot.name, hex.length / 2, "bytes");
	}
}

if (process.argv[2] === "inside") await shootAll();
else {
	const lab = openLab();
	try {
		configure(lab, {
			near: [
				"route add 10.140.0.0/15 via 10.99.0.2",
				"addr add fd99::1/64 dev veth0 nodad",
				"route add fd99:1::/64 via fd99::2",
			],
			far: [
				"route add unreachable 10.140.0.0/16",
				"route add 10.141.0.0/16 via 10.99.0.1",
				"addr add fd99::2/64 dev veth0 nodad",
				"route add unreachable fd99:1::/64",
			],
		});
		for (const key of ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"]) {
			lab.inFar(["sysctl", "-qw", `${key}=1`]);
		}
		lab.inNear(["sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647"]);
		const { out, err, code } = lab.inNear([process.execPath, import.meta.path, "inside"]);
		console.log(out, err);
		process.exitCode = code;
	} finally {
		lab.close();
	}
}
