/**
 * Browsers that look at the live stream, a process of its own: opens streams, holds them while nothing happens, then
 * changes a host again and again and notes when each reader hears of it. Prints a line of JSON per step.
 */

import { BOUNDS } from "../../src/config.ts";
import { cookieOf, SIGNED } from "../helpers/signed.ts";

export type ReadersPlan = {
	readonly host: string;
	readonly port: number;
	readonly readers: number;
	readonly holdMs: number;
	/** Changes made to the hosts with these ids, one after the other. */
	readonly hosts: readonly number[];
};

export type ReadersStep =
	| { readonly step: "open" | "held"; readonly readers: number }
	| { readonly step: "told"; readonly latencyMs: number[]; readonly missed: number };

const CHANGE = "event: change";
/** A change is waited for so long, and the next one is made so much later. */
const WAIT_MS = 5_000;
const PAUSE_MS = 250;

function say(step: ReadersStep): void {
	console.log(JSON.stringify(step));
}

/** Opens the streams; `heard` is called when the reader of that number got a change, with its text. */
async function openStreams(
	plan: ReadersPlan,
	heard: (reader: number, text: string) => void,
): Promise<{ open(): number; close(): void }> {
	let greeted = 0;
	const sockets: Bun.Socket<{ told: boolean }>[] = [];
	for (let i = 0; i < plan.readers; i++) {
		const socket = await Bun.connect({
			hostname: plan.host,
			port: plan.port,
			data: { told: false },
			socket: {
				data(own, chunk) {
					const text = chunk.toString("latin1");
					if (!own.data.told && text.includes("event: light")) {
						own.data.told = true;
						greeted += 1;
					}
					if (text.includes(CHANGE)) heard(i, text);
				},
				close(own) {
					if (own.data.told) greeted -= 1;
				},
			},
		});
		const cookie = cookieOf(Math.floor(i / BOUNDS.streamsEach));
		socket.write(
			`GET /live HTTP/1.1\r\nhost: ${plan.host}:${plan.port}\r\naccept: text/event-stream\r\ncookie: ${cookie}\r\n\r\n`,
		);
		sockets.push(socket);
	}
	for (let tries = 0; tries < 500 && greeted < plan.readers; tries++) await Bun.sleep(10);
	return {
		open: () => greeted,
		close() {
			for (const socket of sockets) socket.end();
		},
	};
}

async function main(plan: ReadersPlan): Promise<void> {
	let changedAt = 0;
	let changed = 0;
	const heard = new Set<number>();
	const latencyMs: number[] = [];
	const streams = await openStreams(plan, (reader, text) => {
		const named = /"hostIds":\[([\d,]*)\]/.exec(text)?.[1]?.split(",") ?? [];
		if (heard.has(reader) || !named.includes(String(changed))) return;
		heard.add(reader);
		latencyMs.push(performance.now() - changedAt);
	});
	say({ step: "open", readers: streams.open() });
	await Bun.sleep(plan.holdMs);
	say({ step: "held", readers: streams.open() });
	let missed = 0;
	for (const [i, id] of plan.hosts.entries()) {
		heard.clear();
		changed = id;
		changedAt = performance.now();
		const answer = await fetch(`http://${plan.host}:${plan.port}/api/v1/hosts/${id}`, {
			method: "PATCH",
			headers: { ...SIGNED, "content-type": "application/json" },
			body: JSON.stringify({ description: `changed ${i}` }),
		});
		if (!answer.ok) throw new Error(`PATCH answers ${answer.status}: ${await answer.text()}`);
		const until = changedAt + WAIT_MS;
		while (heard.size < plan.readers && performance.now() < until) await Bun.sleep(5);
		missed += plan.readers - heard.size;
		await Bun.sleep(PAUSE_MS);
	}
	say({ step: "told", latencyMs, missed });
	streams.close();
}

await main((await Bun.stdin.json()) as ReadersPlan);
process.exit(0);
