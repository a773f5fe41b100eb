/**
 * An open-loop generator of HTTP load, a process of its own: requests arrive at fixed times whether or not earlier
 * ones are answered, and each latency counts from the time its request was due. A server that stalls is thus charged
 * for everybody who would have come meanwhile. Reads a plan on standard input, prints what happened as JSON.
 */

import { SIGNED } from "../helpers/signed.ts";

export type LoadRequest = {
	readonly kind: number;
	readonly path: string;
	readonly body?: string;
	/** Of the body; JSON. */
	readonly type?: string;
	/** More headers, as they are sent. */
	readonly head?: string;
};

export type LoadPlan = {
	readonly host: string;
	readonly port: number;
	readonly perSecond: number;
	/** Connections at most, kept alive; a request that finds none free waits, and its clock runs. */
	readonly connections: number;
	readonly requests: readonly LoadRequest[];
};

export type LoadResult = {
	/** Per request, in the plan's order: milliseconds from its due time to its last byte, or to the end of waiting when no answer came. */
	readonly latencyMs: number[];
	readonly status: number[];
	/** Milliseconds by which the generator itself was late to hand the request to a connection or queue. */
	readonly lateMs: number[];
	readonly bytes: number;
	/** Opened in all. */
	readonly connections: number;
};

/** After the last request, so long is waited for answers. */
const DRAIN_MS = 10_000;
const now = () => performance.now();
/** The admin asks. */
const PROOF = Object.entries(SIGNED)
	.map(([name, value]) => `${name}: ${value}\r\n`)
	.join("");
const HEAD_END = Buffer.from("\r\n\r\n");

type Line = {
	readonly socket: Bun.Socket<undefined>;
	/** The request that is under way, by its position; -1: free. */
	at: number;
	head: Buffer;
	status: number;
	/** Bytes of the body still to come; -1 while the head is incomplete. */
	left: number;
};

/** Runs a plan to its end; resolves at the latest DRAIN_MS after its last request. */
async function runLoad(plan: LoadPlan): Promise<LoadResult> {
	const count = plan.requests.length;
	const result = nothingYet(count);
	const { latencyMs, status, lateMs } = result;
	const lines: Line[] = [];
	const free: Line[] = [];
	const waiting: number[] = [];
	let opening = 0;
	let open = count;
	const stepMs = 1_000 / plan.perSecond;
	const started = now() + 50;
	const finish = (line: Line) => {
		latencyMs[line.at] = now() - (started + line.at * stepMs);
		status[line.at] = line.status;
		open -= 1;
		line.at = -1;
		line.left = -1;
		goOn(line);
	};
	const send = (line: Line, at: number) => {
		line.at = at;
		line.socket.write(requestText(plan, at));
	};
	const goOn = (line: Line) => {
		const next = waiting.shift();
		if (next === undefined) free.push(line);
		else send(line, next);
	};
	const data = (line: Line, chunk: Buffer) => {
		result.bytes += chunk.length;
		if (takeBytes(line, chunk)) finish(line);
	};
	const dial = async () => {
		opening += 1;
		result.connections += 1;
		const line = await openLine(plan, data, (gone) => {
			if (gone.at >= 0) open -= 1;
			for (const list of [lines, free]) if (list.includes(gone)) list.splice(list.indexOf(gone), 1);
		});
		opening -= 1;
		lines.push(line);
		goOn(line);
	};
	for (let at = 0; at < count; ) {
		const wait = started + at * stepMs - now();
		if (wait > 0) await Bun.sleep(Math.max(1, wait));
		for (; at < count && started + at * stepMs <= now(); at++) {
			lateMs[at] = now() - (started + at * stepMs);
			const line = free.pop();
			if (line === undefined) waiting.push(at);
			else send(line, at);
			if (line === undefined && lines.length + opening < plan.connections) void dial();
		}
	}
	const until = now() + DRAIN_MS;
	while (open > 0 && now() < until) await Bun.sleep(5);
	for (const line of lines) line.socket.end();
	const settled = latencyMs.map((ms, at) => (Number.isNaN(ms) ? now() - (started + at * stepMs) : ms));
	return { ...result, latencyMs: settled };
}

function nothingYet(count: number) {
	const all = (value: number) => new Array<number>(count).fill(value);
	return { latencyMs: all(Number.NaN), status: all(0), lateMs: all(0), bytes: 0, connections: 0 };
}

async function openLine(
	plan: LoadPlan,
	onData: (line: Line, chunk: Buffer) => void,
	onClose: (line: Line) => void,
): Promise<Line> {
	let line: Line | undefined;
	const socket = await Bun.connect({
		hostname: plan.host,
		port: plan.port,
		socket: {
			data: (_, chunk) => line && onData(line, chunk),
			close: () => line && onClose(line),
			error: () => {},
		},
	});
	socket.setNoDelay(true);
	line = { socket, at: -1, head: Buffer.alloc(0), status: 0, left: -1 };
	return line;
}

function requestText({ host, port, requests }: LoadPlan, at: number): string {
	const { path = "/", body, type = "application/json", head: more = "" } = requests[at] ?? {};
	const head = `${body === undefined ? "GET" : "POST"} ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\naccept-encoding: gzip\r\n${more}${PROOF}`;
	if (body === undefined) return `${head}\r\n`;
	return `${head}content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Reads on; true when the answer is complete. Answers carry their length: anything else is a fault of the bench. */
function takeBytes(line: Line, chunk: Buffer): boolean {
	let body = chunk.length;
	if (line.left < 0) {
		line.head = line.head.length === 0 ? chunk : Buffer.concat([line.head, chunk]);
		const end = line.head.indexOf(HEAD_END);
		if (end < 0) return false;
		const head = line.head.toString("latin1", 0, end);
		const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
		if (length === undefined) throw new Error(`an answer without its length:\n${head}`);
		line.status = Number(head.slice(9, 12));
		line.left = Number(length);
		body = line.head.length - end - HEAD_END.length;
		line.head = Buffer.alloc(0);
	}
	line.left -= body;
	return line.left <= 0;
}

if (import.meta.main) {
	const plan = (await Bun.stdin.json()) as LoadPlan;
	await Bun.write(Bun.stdout, `${JSON.stringify(await runLoad(plan))}\n`);
	// The server may hold its end of the connections open for a minute more.
	process.exit(0);
}
