/** Receivers of webhooks on loopback: well-behaved ones, and those that are slow, lying, endless or silent. */

import { createServer, type Socket } from "node:net";
import { freePort } from "./binary.ts";

export type Received = { path: string; headers: Headers; body: string };

export type Receiver = {
	readonly url: string;
	readonly port: number;
	/** What arrived, in its order. */
	readonly received: Received[];
	stop(): void;
};

/** Answers each request by what `answer` makes of its number (from 0). */
export function receiver(answer: (n: number) => Response | Promise<Response>, tls?: object): Receiver {
	const received: Received[] = [];
	const server = Bun.serve({
		port: 0,
		hostname: "127.0.0.1",
		idleTimeout: 0,
		...(tls && { tls }),
		async fetch(request) {
			const { pathname, search } = new URL(request.url);
			const n = received.length;
			received.push({ path: pathname + search, headers: request.headers, body: await request.text() });
			return answer(n);
		},
	});
	return {
		url: `http${tls === undefined ? "" : "s"}://127.0.0.1:${server.port}`,
		port: server.port ?? 0,
		received,
		stop: () => void server.stop(true),
	};
}

/** Takes connections and does to each what `act` does, once it has sent something. Counts what was written to it. */
async function rawReceiver(
	act: (socket: Socket) => void,
): Promise<{ url: string; port: number; connections: () => number; stop(): void }> {
	let connections = 0;
	const open = new Set<Socket>();
	const server = createServer((socket) => {
		connections += 1;
		open.add(socket);
		socket.on("error", () => {});
		socket.on("close", () => open.delete(socket));
		socket.once("data", () => act(socket));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as { port: number };
	return {
		url: `http://127.0.0.1:${port}`,
		port,
		connections: () => connections,
		stop() {
			for (const socket of open) socket.destroy();
			server.close();
		},
	};
}

/** A port on which nobody listens. */
export async function deadUrl(): Promise<string> {
	return `http://127.0.0.1:${await freePort()}/`;
}

export type Receivers = {
	/** A receiver that is stopped with the others. */
	serve(...asked: Parameters<typeof receiver>): Receiver;
	/** One that is told what to do with each connection. */
	raw(act: (socket: Socket) => void): ReturnType<typeof rawReceiver>;
	/** Something else to stop with them. */
	also(stop: () => void): void;
	stop(): void;
};

/** Receivers of one test, stopped together. */
export function openReceivers(): Receivers {
	const stops: (() => void)[] = [];
	return {
		serve(...asked) {
			const made = receiver(...asked);
			stops.push(made.stop);
			return made;
		},
		async raw(act) {
			const made = await rawReceiver(act);
			stops.push(made.stop);
			return made;
		},
		also: (stop) => void stops.push(stop),
		stop() {
			for (const stop of stops.splice(0)) stop();
		},
	};
}

/** An answer without a body. */
export const status = (code: number) => new Response(null, { status: code });
export const idsOf = (hook: Receiver) => hook.received.map(({ headers }) => headers.get("webhook-id"));
export const labelsOf = (hook: Receiver) =>
	hook.received.map(({ body }) => (JSON.parse(body) as { label: string }).label);
