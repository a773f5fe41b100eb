/** A ZIP file made while it is sent (PKWARE APPNOTE 4.3, sizes behind the data): holds no part of it whole. */

import { crc32, createDeflateRaw } from "node:zlib";

export type ZipPart = { readonly name: string; readonly pieces: AsyncIterable<string> };

/** Bit 3: sizes follow the data; bit 11: names are UTF-8. */
const FLAGS = 0x0808;
const DEFLATE = 8;
const VERSION = 20;

/** The bytes of an archive of these parts, packed; `now` in epoch milliseconds is the time of each. */
export async function* zipStream(parts: readonly ZipPart[], now: number): AsyncGenerator<Uint8Array> {
	const stamp = dosTime(now);
	const entries: Uint8Array[] = [];
	let offset = 0;
	for (const { name, pieces } of parts) {
		const title = new TextEncoder().encode(name);
		const local = fields([
			...[4, 0x04034b50, 2, VERSION, 2, FLAGS, 2, DEFLATE, 4, stamp, 4, 0, 4, 0, 4, 0],
			...[2, title.length, 2, 0],
		]);
		const at = offset;
		yield local;
		yield title;
		offset += local.length + title.length;
		const sums = { crc: 0, packed: 0, size: 0 };
		for await (const chunk of deflate(pieces, sums)) {
			offset += chunk.length;
			yield chunk;
		}
		const tail = fields([4, 0x08074b50, 4, sums.crc, 4, sums.packed, 4, sums.size]);
		offset += tail.length;
		yield tail;
		const entry = fields([
			...[4, 0x02014b50, 2, VERSION, 2, VERSION, 2, FLAGS, 2, DEFLATE, 4, stamp],
			...[4, sums.crc, 4, sums.packed, 4, sums.size, 2, title.length, 2, 0, 2, 0, 2, 0, 2, 0, 4, 0, 4, at],
		]);
		entries.push(entry, title);
	}
	const size = entries.reduce((sum, part) => sum + part.length, 0);
	yield* entries;
	yield fields([4, 0x06054b50, 2, 0, 2, 0, 2, parts.length, 2, parts.length, 4, size, 4, offset, 2, 0]);
}

/** Packs text piece by piece and counts what goes in and comes out. */
async function* deflate(
	pieces: AsyncIterable<string>,
	sums: { crc: number; packed: number; size: number },
): AsyncGenerator<Uint8Array> {
	const packer = createDeflateRaw({ level: 1 });
	const out: Uint8Array[] = [];
	packer.on("data", (chunk: Uint8Array) => out.push(chunk));
	const ended = new Promise<void>((resolve, reject) => {
		packer.on("end", resolve);
		packer.on("error", reject);
	});
	const encoder = new TextEncoder();
	// One room for all pieces, as large as the largest: each is packed before the next one comes.
	let room = new Uint8Array(0);
	for await (const piece of pieces) {
		// UTF-8 takes three bytes at most for a unit of UTF-16.
		if (room.length < piece.length * 3) room = new Uint8Array(piece.length * 3);
		const bytes = room.subarray(0, encoder.encodeInto(piece, room).written);
		sums.crc = crc32(bytes, sums.crc);
		sums.size += bytes.length;
		await new Promise<void>((resolve) => packer.write(bytes, () => resolve()));
		yield* taken(out, sums);
	}
	packer.end();
	await ended;
	yield* taken(out, sums);
}

function taken(out: Uint8Array[], sums: { packed: number }): Uint8Array[] {
	const chunks = out.splice(0);
	for (const chunk of chunks) sums.packed += chunk.length;
	return chunks;
}

/** Numbers by their length in bytes, low byte first: 4, 0x04034b50, 2, 20, … */
function fields(pairs: readonly number[]): Uint8Array {
	const bytes: number[] = [];
	for (let i = 0; i < pairs.length; i += 2) {
		const value = (pairs[i + 1] ?? 0) >>> 0;
		for (let shift = 0; shift < (pairs[i] ?? 0) * 8; shift += 8) bytes.push((value >>> shift) & 255);
	}
	return Uint8Array.from(bytes);
}

/** Time and date as MS-DOS kept them, in UTC. */
function dosTime(now: number): number {
	const at = new Date(Math.max(now, Date.UTC(1980, 0, 1)));
	const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
	const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
	return ((date << 16) | time) >>> 0;
}
