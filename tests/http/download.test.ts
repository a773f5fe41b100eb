/** A file that is made while it is sent goes no faster than it is read, and is ended when nobody reads it any more. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { respondDownload } from "../../src/http/download.ts";
import { elapse, until } from "../helpers/patience.ts";

const PIECE = new Uint8Array(100_000).fill(65);
const PIECES = 2_000;

let made: number;
let ended: boolean;
let server: Bun.Server<undefined>;
async function* pieces() {
	try {
		for (; made < PIECES; made++) yield PIECE;
	} finally {
		ended = true;
	}
}
beforeEach(() => {
	made = 0;
	ended = false;
	server = Bun.serve({
		port: 0,
		hostname: "127.0.0.1",
		fetch: (request) => respondDownload(request, pieces(), { name: "x.csv", type: "text/csv" }),
	});
});
afterEach(() => server.stop(true));

/** Asks, and reads nothing. */
function openIdle(): Socket {
	const socket = connect(Number(server.port), "127.0.0.1");
	socket.pause();
	socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
	return socket;
}

test("a reader that does not read gets what the kernel holds for it; the rest is not made until it reads on", async () => {
	const socket = openIdle();
	await until(() => made > 3, "the first pieces");
	let last = 0;
	await until(async () => {
		const still = made === last;
		last = made;
		await elapse(300);
		return still;
	}, "a pause");
	// The kernel takes some megabytes on both sides of loopback.
	expect(made).toBeLessThan(PIECES / 4);
	expect(ended).toBe(false);
	let bytes = 0;
	socket.on("data", (part) => (bytes += part.length));
	socket.resume();
	await until(() => ended, "the end");
	expect(made).toBe(PIECES);
	await until(
		() => bytes > PIECES * PIECE.length,
		() => `all bytes: ${bytes}`,
	);
	socket.destroy();
});

test("a reader that is gone ends it, also when nothing was being sent", async () => {
	const socket = openIdle();
	await until(() => made > 3, "the first pieces");
	socket.destroy();
	await until(() => ended, "the end");
	expect(made).toBeLessThan(PIECES);
});

test("a request that is given up before anybody reads its answer ends it as well", async () => {
	const over = new AbortController();
	const request = new Request("http://x/", { signal: over.signal });
	const answer = respondDownload(request, pieces(), { name: "x.csv", type: "text/csv" });
	await until(() => made > 0, "the first piece");
	expect(answer.bodyUsed).toBe(false);
	over.abort();
	await until(() => ended, "the end");
});
