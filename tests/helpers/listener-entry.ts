/** A host's open TCP ports, run in the far namespace: greets with a banner, answers requests, tells what was sent to it. */

export type Listening = {
	readonly port: number;
	/** Sent as soon as somebody connects. */
	readonly banner?: string;
	/** Sent when somebody says something; then the connection is closed. */
	readonly answer?: string;
	readonly hostname?: string;
};

/** One line on standard output when a port listens, and one for every bit of data that came in. */
if (import.meta.main) {
	for (const { port, banner, answer, hostname = "0.0.0.0" } of JSON.parse(
		process.argv[2] ?? "[]",
	) as Listening[]) {
		Bun.listen({
			hostname,
			port,
			socket: {
				open(socket) {
					if (banner !== undefined) socket.write(Buffer.from(banner, "latin1"));
				},
				data(socket, data) {
					process.stdout.write(`got ${port} ${data.byteLength}\n`);
					if (answer !== undefined) socket.write(Buffer.from(answer, "latin1"));
					socket.end();
				},
			},
		});
		process.stdout.write(`open ${port}\n`);
	}
	for await (const _ of Bun.stdin.stream()) {
		// Nobody says anything.
	}
	process.exit(0);
}
