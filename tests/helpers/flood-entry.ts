/**
 * Echo replies to nobody's question, as fast as one core sends them: to the address and for the seconds it is given, from a
 * raw socket. Prints how many left.
 */

import { parseAddress, toV4 } from "../../src/net/address.ts";
import { sumOf } from "../../src/probes/icmp/packet.ts";
import { type Libc, MessageBlock, openLibc } from "../../src/probes/libc.ts";

const [to = "", seconds = "5"] = process.argv.slice(2);
const AT_ONCE = 64;
const BYTES = 64;
const libc = openLibc() as Libc;
const fd = libc.socket(2, 3 | 0x80800, 1);
if (fd < 0) throw new Error(`no raw socket: ${fd}`);
const address = parseAddress(to).value;
if (address === undefined) throw new Error(`${to} is no address`);
const block = new MessageBlock(AT_ONCE, 0, BYTES);
for (let i = 0; i < AT_ONCE; i++) {
	const at = block.dataAt(i);
	// Type 0, code 0, then what could be an identifier, a sequence and a nonce of ours.
	crypto.getRandomValues(block.bytes.subarray(at + 4, at + BYTES));
	block.view.setUint16(at, 0);
	block.view.setUint16(at + 2, 0);
	block.view.setUint16(at + 2, 0xffff - sumOf(block.view, at, BYTES));
	block.view.setUint16(block.nameAt(i), 2, true);
	block.view.setUint32(block.nameAt(i) + 4, Number(toV4(address)));
	block.setLengths(i, 16, BYTES);
}
let sent = 0;
const until = performance.now() + Number(seconds) * 1_000;
while (performance.now() < until) sent += Math.max(0, libc.send(fd, block, 0, AT_ONCE));
console.log(String(sent));
process.exit(0);
