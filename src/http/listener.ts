/**
 * The open port: plain or with a certificate, and the change to a new certificate while it is open. Knows no route.
 */

import { atMost } from "../clock.ts";
import { BOUNDS } from "../config.ts";
import type { Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { type Certificate, readCertificate, stampOf } from "./certificate.ts";

type Socket = { readonly port?: number; stop(closeConnections?: boolean): Promise<void> };

/** What an Elysia app is here. */
export type Listening = {
	server: Socket | null;
	listen(options: Record<string, unknown>): unknown;
	stop(): Promise<unknown>;
};

export type Listener = {
	/** Where people reach it. */
	readonly url: string;
	/** When the certificate ends, epoch milliseconds; undefined: plain http. */
	readonly certificateEndsAt: number | undefined;
	/**
	 * Takes a new certificate when its files have changed (or `always`). A wrong one is logged, and the old one stays.
	 * Connections that are open go on.
	 */
	renew(always?: boolean): void;
	/** Waits for what is under way, half of `BOUNDS.closeMs` at most, then cuts it. */
	close(): Promise<void>;
};

/** What would help, by the code of the error (listen(2)). */
const ADVICE: ReadonlyMap<string | undefined, string> = new Map([
	["EADDRINUSE", "another program listens there. Set PORT."],
	["EADDRNOTAVAIL", "it is no address of this machine. Set HOST."],
	["EACCES", "it takes a right (CAP_NET_BIND_SERVICE for ports below 1024). Give it, or set PORT."],
]);

function whyNot(
	{ host, port }: { host: string; port: number },
	cause: { code?: string; message: string },
): string {
	const why = ADVICE.get(cause.code) ?? `${cause.message.replace(/\.$/, "")}. Set HOST and PORT.`;
	return `${host.includes(":") ? `[${host}]` : host}:${port} cannot be listened on: ${why}`;
}

/**
 * Opens the port. Throws AppError("conflict") when it is taken (without reusePort a second instance is refused the
 * port instead of sharing it silently), AppError("invalid") when the certificate is wrong.
 */
export function openListener(app: Listening, { config, clock, log }: Ground): Listener {
	let certificate = readCertificate(config, clock.now());
	let stamp = stampOf(config);
	const former: Socket[] = [];
	const listen = (port: number) => {
		const tls = certificate === undefined ? {} : { tls: { cert: certificate.cert, key: certificate.key } };
		app.listen({ hostname: config.host, port, reusePort: false, ...tls });
	};
	try {
		listen(config.port);
	} catch (cause) {
		throw new AppError("conflict", whyNot(config, cause as { code?: string; message: string }), { cause });
	}
	const port = app.server?.port ?? config.port;
	const name = config.host.includes(":") ? `[${config.host}]` : config.host;
	/** The port is closed and opened again in one turn: nobody is refused, and open connections live on. */
	const swap = (next: Certificate) => {
		const old = app.server;
		certificate = next;
		if (old !== null) {
			former.push(old);
			void old.stop(false).then(() => former.splice(former.indexOf(old), 1));
		}
		app.server = null;
		listen(port);
	};
	return {
		url: `http${certificate === undefined ? "" : "s"}://${name}:${port}`,
		get certificateEndsAt() {
			return certificate?.endsAt;
		},
		renew(always = false) {
			const seen = stampOf(config);
			if (certificate === undefined || (seen === stamp && !always)) return;
			stamp = seen;
			try {
				const next = readCertificate(config, clock.now());
				if (next === undefined || (next.cert === certificate.cert && next.key === certificate.key)) return;
				swap(next);
				log.info("new certificate", { endsAt: new Date(next.endsAt).toISOString() });
			} catch (error) {
				log.error("the certificate was not changed, the old one stays", { reason: error });
			}
		},
		async close() {
			const all = [...former, ...(app.server === null ? [] : [app.server])];
			await atMost(
				clock,
				BOUNDS.closeMs / 2,
				Promise.all([app.stop(), ...former.map((one) => one.stop(false))]),
			);
			for (const one of all) void one.stop(true);
		},
	};
}
