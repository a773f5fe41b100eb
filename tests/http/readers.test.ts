/** Who has room for another open stream, and whose stream ends for it. */

import { expect, test } from "bun:test";
import { BOUNDS } from "../../src/config.ts";
import { createReaders } from "../../src/http/readers.ts";

/** Opens a stream for each of `order`; answers who was refused, and who still has how many. */
function openAll(order: readonly string[], bounds: { streamsMax: number; streamsEach: number }) {
	const readers = createReaders({ ...bounds, queueBytes: 1_000 });
	const open = order.map((whose) => ({ whose, stream: readers.add([], { whose, stands: () => true }) }));
	const refused = open.filter(({ stream }) => stream === undefined).map(({ whose }) => whose);
	return { readers, open, refused };
}

/** The places in `order` whose stream has ended. */
async function endedOf({ open }: ReturnType<typeof openAll>): Promise<number[]> {
	const ended: number[] = [];
	for (const [n, { stream }] of open.entries()) {
		const next = stream?.getReader().read();
		const first = await Promise.race([next, Promise.resolve("open" as const)]);
		if (first !== undefined && first !== "open" && first.done) ended.push(n);
	}
	return ended;
}

const names = (text: string) => text.split(" ").filter((name) => name !== "");

test.each([
	["room for all", "a b c", 4, 2, "", []],
	["one too many of one's own ends the oldest of them, nobody else's", "a b a c a", 9, 2, "", [0]],
	["again and again", "a a a a b", 9, 2, "", [0, 1]],
	["all places taken, one each: the newcomer is refused", "a b c d", 3, 2, "d", []],
	["all places taken by one: it gives the oldest up", "a a a b", 3, 9, "", [0]],
	["and again, until nobody has more than one more", "a a a a b b b", 4, 9, "b", [0, 1]],
	["whoever has most refuses nobody but himself", "a a a a", 3, 9, "a", []],
	["of two the one with more gives up", "b a a a b", 4, 9, "", [1]],
	["one's own bound comes before that of all", "a a b c a", 4, 2, "", [0]],
] as const)("%s", async (_, order, streamsMax, streamsEach, refused, ended) => {
	const all = openAll(names(order), { streamsMax, streamsEach });
	expect(all.refused).toEqual(names(refused));
	expect(all.readers.size).toBe(names(order).length - names(refused).length - ended.length);
	expect(await endedOf(all)).toEqual([...ended]);
});

test("no single one takes a tenth of all places", () => {
	expect(BOUNDS.streamsEach * 10).toBeLessThan(BOUNDS.streamsMax);
});

test("who may not read any more is put out, the others stay", async () => {
	const readers = createReaders({ streamsMax: 9, streamsEach: 9, queueBytes: 1_000 });
	const stream = readers.add([], { whose: "a", stands: () => false });
	readers.add([], { whose: "b", stands: () => true });
	readers.sift();
	expect(readers.size).toBe(1);
	expect((await stream?.getReader().read())?.done).toBe(true);
});
