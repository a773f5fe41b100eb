/** A whole Rollcall without a socket: database in memory, requests handed straight to it. */

import { type App, type AppOptions, openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { silentLog } from "../../src/log.ts";
import { calmMachine } from "./calm.ts";
import { SIGNED, signIn } from "./signed.ts";

export type Answer = { status: number; text: string; headers: Headers; json: () => never };

export type Rig = {
	readonly app: App;
	get(path: string, headers?: Record<string, string>): Promise<Answer>;
	/** A form, as a browser sends it. The admin sends everything; `cookie: ""` among the headers: nobody does. */
	post(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
	/** JSON, as a script sends it. */
	send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
	/** Anything else; the answer as it comes. */
	fetch(path: string, init?: RequestInit): Promise<Response>;
	close(): Promise<void>;
};

export async function openRig(
	env: Record<string, string> = {},
	options: Pick<AppOptions, "ask" | "neighbours" | "clock"> = {},
): Promise<Rig> {
	const config = loadConfig({ env: { DATABASE_URL: ":memory:", SCAN_ASKS_PER_MINUTE: "6000", ...env } });
	const app = await openApp(config, { machine: calmMachine, ...options, listen: false, log: silentLog });
	signIn(app.context.db, "admin", app.context.clock.now());
	const fetch = (path: string, init: RequestInit = {}) =>
		app.handle(
			new Request(`http://localhost${path}`, {
				...init,
				headers: { ...SIGNED, ...(init.headers as object) },
			}),
		);
	const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
		const answer = await fetch(path, init);
		const text = await answer.text();
		return { status: answer.status, text, headers: answer.headers, json: () => JSON.parse(text) as never };
	};
	return {
		app,
		fetch,
		get: (path, headers = {}) => ask(path, { headers }),
		post: (path, fields = {}, headers = {}) => {
			const body = new URLSearchParams(fields).toString();
			const type = { "content-type": "application/x-www-form-urlencoded" };
			return ask(path, { method: "POST", body, headers: { ...type, ...headers } });
		},
		send: (method, path, body, headers = {}) => {
			const type = body === undefined ? {} : { "content-type": "application/json" };
			const text = body === undefined ? null : JSON.stringify(body);
			return ask(path, { method, body: text, headers: { ...type, ...headers } });
		},
		close: () => app.close(),
	};
}

/** A subnet by its form, as the page fills it. */
export function addSubnet(rig: Rig, cidr: string, more: Record<string, string> = {}): Promise<Answer> {
	const fields = { name: "", gateway: "", notes: "", sweep_interval_s: "60", sweep_enabled: "on" };
	return rig.post("/subnets", { cidr, ...fields, ...more });
}
