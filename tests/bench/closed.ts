/**
 * A closed-loop generator of HTTP load: so many connections, each sends its next request as soon as it has the answer.
 * Says how many a second a server can answer, and how long each took. Knows nothing of what is asked.
 */

export type ClosedPlan = {
	readonly port: number;
	readonly connections: number;
	readonly durationMs: number;
	/** The bytes of the n-th request. */
	readonly request: (n: number) => string;
	/** Statuses that are right. */
	readonly status: number;
};

export type ClosedResult = {
	readonly perSecond: number;
	readonly latencyMs: number[];
	readonly wrong: number;
};

const HEAD_END = Buffer.from("\r\n\r\n");

/** One request of HTTP/1.1; `headers` are lines. */
export function requestText(
	method: string,
	path: string,
	options: { readonly headers: Readonly<Record<string, string>>; readonly body?: string },
): string {
	const { headers, body } = options;
	const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
	const sized =
		body === undefined
			? ""
			: `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
	return `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${lines.join("")}${sized}\r\n${body ?? ""}`;
}

export async function runClosed(plan: ClosedPlan): Promise<ClosedResult> {
	const latencyMs: number[] = [];
	let wrong = 0;
	let sent = 0;
	const began = performance.now();
	const until = began + plan.durationMs;
	const connect = () =>
		new Promise<void>((resolve, reject) => {
			let head: Buffer = Buffer.alloc(0);
			let left = -1;
			let startedAt = 0;
			const send = (socket: Bun.Socket) => {
				startedAt = performance.now();
				socket.write(plan.request(sent++));
			};
			const finish = (socket: Bun.Socket) => {
				latencyMs.push(performance.now() - startedAt);
				left = -1;
				head = Buffer.alloc(0);
				if (performance.now() < until) return send(socket);
				socket.end();
				resolve();
			};
			const read = (socket: Bun.Socket, chunk: Buffer) => {
				if (left < 0) {
					head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
					const end = head.indexOf(HEAD_END);
					if (end < 0) return;
					const text = head.toString("latin1", 0, end);
					if (Number(text.slice(9, 12)) !== plan.status) wrong += 1;
					const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? Number.NaN);
					if (Number.isNaN(length)) return reject(new Error(`an answer without its length:\n${text}`));
					left = length - (head.length - end - HEAD_END.length);
				} else left -= chunk.length;
				if (left <= 0) finish(socket);
			};
			Bun.connect({
				hostname: "127.0.0.1",
				port: plan.port,
				socket: {
					open: send,
					data: read,
					error: (_, error) => reject(error),
					connectError: (_, error) => reject(error),
				},
			}).catch(reject);
		});
	await Promise.all(Array.from({ length: plan.connections }, connect));
	return { perSecond: (latencyMs.length / (performance.now() - began)) * 1_000, latencyMs, wrong };
}
