/** A Rollcall in which nobody is signed in, with a clock that is cranked: what signing in does, seen as a browser sees it. */

import { type App, openApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import type { Log } from "../../src/log.ts";
import { silentLog } from "../../src/log.ts";
import { handClock } from "./clock.ts";
import { PASSWORD } from "./signed.ts";

export type Jar = {
	readonly cookie: string;
	get(path: string): Promise<Page>;
	/** A form, with the token of the page before it. */
	post(path: string, fields?: Record<string, string>, headers?: Record<string, string>): Promise<Page>;
};
export type Page = { status: number; text: string; location: string | null; headers: Headers };

export type Door = {
	readonly app: App;
	readonly clock: ReturnType<typeof handClock>;
	/** What was told on the console. */
	readonly told: string[];
	/** Another browser, without any cookie. */
	browser(): Jar;
	/** The first administrator signs in, in another browser unless it is told which. */
	signIn(fields?: Record<string, string>, jar?: Jar, headers?: Record<string, string>): Promise<Page>;
	/** Hours go by on the wall; nothing that waits is woken. */
	later(hours: number): void;
	close(): Promise<void>;
};

export async function openDoor(env: Record<string, string> = {}): Promise<Door> {
	const clock = handClock();
	const told: string[] = [];
	const log: Log = { ...silentLog, warning: (_, fields) => void told.push(String(fields?.link ?? "")) };
	const config = loadConfig({ env: { DATABASE_URL: ":memory:", ...env } });
	const app = await openApp(config, { listen: false, log, clock });
	return {
		app,
		clock,
		told,
		browser: () => openJar(app),
		signIn: (fields = {}, jar = openJar(app), headers = {}) =>
			jar.post("/login", { name: "ada", password: PASSWORD, ...fields }, headers),
		later: (hours) => clock.setWall(clock.now() + hours * 3_600_000),
		close: () => app.close(),
	};
}

function openJar(app: App): Jar {
	let cookie = "";
	let csrf = "";
	const ask = async (path: string, init: RequestInit): Promise<Page> => {
		const answer = await app.handle(new Request(`http://localhost${path}`, init));
		const set = /^(\w+=[^;]*)/.exec(answer.headers.getSetCookie()[0] ?? "")?.[1];
		if (set !== undefined) cookie = set;
		const text = answer.headers.get("content-type")?.startsWith("text/event-stream")
			? ""
			: await answer.text();
		csrf = /name="csrf" value="([\w-]{43})"/.exec(text)?.[1] ?? csrf;
		return { status: answer.status, text, location: answer.headers.get("location"), headers: answer.headers };
	};
	return {
		get cookie() {
			return cookie;
		},
		get: (path) => ask(path, { headers: { cookie } }),
		post: (path, fields = {}, headers = {}) =>
			ask(path, {
				method: "POST",
				headers: { cookie, "content-type": "application/x-www-form-urlencoded", ...headers },
				body: new URLSearchParams({ csrf, ...fields }),
			}),
	};
}

/** Makes the first administrator, who is signed in then. */
export async function setUp(door: Door): Promise<Jar> {
	const jar = door.browser();
	await jar.get("/setup");
	const token = door.told.at(-1)?.split("#")[1] ?? "";
	const made = await jar.post("/setup", { token, name: "ada", password: PASSWORD });
	if (made.status !== 303) throw new Error(`${made.status} ${made.text}`);
	await jar.get("/account");
	return jar;
}
