/** HTTP by hand: bytes as they are on a socket of loopback, and what comes back. Knows of HTTP only where an answer begins. */

import { connect } from "node:net";
import { PATIENCE_MS } from "./patience.ts";

export type Said = { readonly status: number; readonly body: string };

/** Where no answer at all is one of the right ones, it is not waited for longer, in milliseconds. */
export const SILENCE_MS = 3_000;

/** Sends the bytes and reads until the other side closes; status 0: it closed, or said nothing for so long. */
export function say(port: number, text: string, patienceMs = PATIENCE_MS): Promise<Said> {
	return new Promise((resolve) => {
		let out = "";
		const socket = connect(port, "127.0.0.1");
		const end = () => {
			clearTimeout(timer);
			socket.destroy();
			const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(out)?.[1] ?? 0);
			resolve({ status, body: out.slice(out.indexOf("\r\n\r\n") + 4) });
		};
		const timer = setTimeout(end, patienceMs);
		socket.on("data", (bytes) => (out += bytes.toString("latin1")));
		socket.on("close", end);
		socket.on("error", end);
		socket.write(text, "latin1");
	});
}
