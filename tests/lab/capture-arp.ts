/**
 * Takes the captures of samples/arp and samples/netlink anew, in namespaces of its own: `bun tests/lab/capture-arp.ts`
 * as root. Not a test: samples change only when somebody means it.
 */

import { writeRequest } from "../../src/probes/arp/packet.ts";
import { type Libc, MessageBlock, openLibc, PollEntries } from "../../src/probes/libc.ts";
import { dump } from "../../src/probes/netlink.ts";
import { configure, openLab } from "../helpers/netns.ts";

const SAMPLES = `${import.meta.dir}/../../samples`;
const NEAR_MAC = 0x02_00_00_00_00_01;

/** 32 bytes a line, as in samples/icmp. */
function hexLines(bytes: Uint8Array): string {
	const hex = Buffer.from(bytes).toString("hex");
	return (hex.match(/.{1,64}/g) ?? []).join("\n").concat("\n");
}

function need(): Libc {
	const libc = openLibc();
	if (!libc) throw new Error("no libc");
	return libc;
}

/** One request for 10.99.0.2, and what comes back. */
async function captureReply(libc: Libc): Promise<void> {
	const index = Number(await Bun.file("/sys/class/net/veth0/ifindex").text());
	const fd = libc.socket(17, 2 | 0x80800, 0x0608);
	const out = new MessageBlock(1, 0, 28);
	const name = out.nameAt(0);
	out.view.setUint16(name, 17, true);
	out.view.setUint16(name + 2, 0x0806);
	out.view.setInt32(name + 4, index, true);
	out.view.setUint8(name + 11, 6);
	out.bytes.fill(0xff, name + 12, name + 18);
	writeRequest(out.view, out.dataAt(0), { mac: NEAR_MAC, ip: 0x0a630001 }, 0x0a630002);
	out.setLengths(0, 20, 28);
	if (libc.send(fd, out, 0, 1) !== 1) throw new Error("nothing left");
	const entries = new PollEntries([fd]);
	entries.watch(0, false);
	libc.poll(entries, 2_000);
	const block = new MessageBlock(1, 0, 64);
	if (libc.receive(fd, block, 0) !== 1) throw new Error("nothing came");
	const data = block.bytes.slice(block.dataAt(0), block.dataAt(0) + block.dataLength(0));
	await Bun.write(`${SAMPLES}/arp/reply-veth.hex`, hexLines(data));
	await Bun.write(`${SAMPLES}/arp/request.hex`, hexLines(out.bytes.slice(out.dataAt(0), out.dataAt(0) + 28)));
	libc.close(fd);
}

async function captureTables(libc: Libc): Promise<void> {
	const tables = { links: [18, 16], neighbours: [30, 12] } as const;
	for (const [name, [type, bytes]] of Object.entries(tables)) {
		const parts = dump(libc, type, new Uint8Array(bytes));
		await Bun.write(`${SAMPLES}/netlink/${name}.hex`, hexLines(Buffer.concat(parts)));
	}
}

if (process.argv[2] === "near") {
	const libc = need();
	await captureReply(libc);
	await captureTables(libc);
} else {
	const lab = openLab();
	try {
		configure(lab, {
			near: [
				"link set veth0 address 02:00:00:00:00:01",
				"addr add fd99::1/64 dev veth0 nodad",
				"link add noarp0 type veth peer name noarp1",
				"link set noarp0 address 02:00:00:00:00:02",
				"link set noarp0 arp off",
				"link set noarp0 up",
				"link set noarp1 address 02:00:00:00:00:03",
				"neigh add 10.99.0.2 lladdr 00:11:32:8a:00:01 dev veth0 nud reachable",
				"neigh add fd99::2 lladdr 00:11:32:8a:00:01 dev veth0 nud stale",
				"neigh add 10.99.0.3 dev veth0 nud failed",
				"neigh add 10.99.0.3 lladdr 52:54:00:12:34:56 dev noarp1 nud permanent",
			],
			far: ["link set veth0 address 00:11:32:8a:00:01", "addr add fd99::2/64 dev veth0 nodad"],
		});
		const ran = lab.inNear([process.execPath, import.meta.path, "near"]);
		if (ran.code !== 0) throw new Error(ran.err);
	} finally {
		lab.close();
	}
}
