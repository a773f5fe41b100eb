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
export async function rawReceiver(
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
