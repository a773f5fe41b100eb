/**
 * The program as people start it (the executable, where ROLLCALL_BIN names one), killed at random moments: a server that
 * people write to through its API while it sweeps, prunes, backs up and delivers; and its verbs of the command line.
 */

import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { freePort, untilAnswers } from "./binary.ts";
import {
	type Acknowledged,
	aimed,
	type Ground,
	type Strike,
	strikeWhole,
	TURN,
	type Victim,
} from "./killing.ts";
import { elapse } from "./patience.ts";
import { SIGNED, signInFile } from "./signed.ts";

const ROLLCALL = process.env.ROLLCALL_BIN
	? [process.env.ROLLCALL_BIN]
	: [process.execPath, "--no-env-file", join(import.meta.dir, "../../src/main.ts")];

/** A verb of the command line that ends by itself. */
const verb = (command: (args: readonly string[]) => string[]): Victim => ({
	command: (args) => [...ROLLCALL, ...command(args)],
	says: false,
});

/** The same scenes as the scripts play, by the program itself. */
export const VERBS = {
	import: verb(([path = "", file = ""]) => ["import", "--database", path, "--no-sweep", file]),
	// A new file is upgraded before anything else: whatever keeps it from listening comes later.
	upgrade: verb(([path = ""]) => ["serve", "--database", path, "--port", "0"]),
	backup: verb(([path = "", folder = ""]) => ["backup", "--database", path, `${folder}/`]),
	restore: verb(([path = "", , backup = ""]) => ["restore", "--database", path, backup]),
};

const ENV = {
	...{ LOG_LEVEL: "error", PTR_LOOKUP_ENABLED: "false", SCAN_NMAP_INTERVAL_MINUTES: "0", BACKUP_KEEP: "3" },
	...{ WEBHOOK_ALLOW_LOOPBACK: "true", API_RATE_PER_SECOND: "100000", SCAN_ASKS_PER_MINUTE: "6000" },
	// So slowly that a sweep is under way at nearly every moment.
	SCAN_RATE_PPS: "300",
};

/** The server, killed `times` times on one database, looked at after each; `maxMs` after its first answer at the latest. */
export function killServed(times: number, random: () => number, maxMs: number): Promise<Strike> {
	return strikeWhole(times, async (ground, aim) => {
		mkdirSync(join(dirname(ground.path), "backups"), { recursive: true });
		await life(ground, async () => {
			await elapse(random() * maxMs);
			await aimed(aim);
		});
	});
}

/** From the start of the process to the blow, which falls when `untilBlow` is over. */
async function life({ path, hookUrl, seen }: Ground, untilBlow: () => Promise<void>): Promise<void> {
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const child = Bun.spawn([...ROLLCALL, "serve", "--database", path, "--port", String(port)], {
		...{ cwd: join(import.meta.dir, "../.."), stdin: "ignore", stdout: "ignore", stderr: "inherit" },
		env: { PATH: process.env.PATH ?? "", ...ENV },
	});
	try {
		await untilAnswers(`${url}/healthz`);
		signInFile(path);
		const api = apiOf(`${url}/api/v1`);
		await furnish(api, hookUrl);
		let alive = true;
		const work = Promise.all([people(api, seen, () => alive), wishes(path, api, () => alive)]);
		await untilBlow();
		child.kill("SIGKILL");
		alive = false;
		await work;
	} finally {
		child.kill("SIGKILL");
		await child.exited;
	}
}

type Api = <T>(method: string, path: string, body?: unknown) => Promise<T | undefined>;

/** Answers what was said with 2xx, and undefined for everything else: also for no answer at all. */
function apiOf(base: string): Api {
	return async (method, path, body) => {
		try {
			const answer = await fetch(`${base}${path}`, {
				method,
				headers: { ...SIGNED, "content-type": "application/json" },
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			if (!answer.ok) return undefined;
			return (answer.status === 204 ? {} : await answer.json()) as never;
		} catch {
			return undefined;
		}
	};
}

/** Subnets and a webhook, where they are not there yet. */
async function furnish(api: Api, hookUrl: string): Promise<void> {
	// People write into the first one: nothing is sent there.
	await api("POST", "/subnets", { cidr: "10.0.0.0/16", sweep_enabled: false });
	for (const cidr of ["127.0.1.0/24", "127.0.2.0/24"])
		await api("POST", "/subnets", { cidr, sweep_interval_s: 10 });
	const hooks = await api<{ items: unknown[] }>("GET", "/webhooks");
	if (hooks?.items.length === 0)
		await api("POST", "/webhooks", { name: "it", url: hookUrl, topics: ["down"] });
}

type Host = { id: number };

/** Writes as fast as it is answered; what was acknowledged is noted. */
async function people(api: Api, seen: Acknowledged, alive: () => boolean): Promise<void> {
	while (alive()) {
		const n = seen.newest + 1;
		// Also what was asked for without an answer may have happened: the number is used up.
		seen.newest = n;
		const ip = `10.0.${Math.floor((n % TURN) / 128)}.${1 + (n % 128)}`;
		const there = await api<{ items: Host[] }>("GET", `/hosts?ip=${ip}`);
		const old = there?.items[0];
		if (old !== undefined && (await api("DELETE", `/hosts/${old.id}`)) !== undefined) note(seen, ip, "gone");
		const made = await api<Host>("POST", "/hosts", {
			ip,
			description: `made ${n}`,
			tags: ["a", `t${n % 7}`],
		});
		if (made === undefined) continue;
		note(seen, ip, n);
		const edit = { description: `edited ${n}`, tags: [`t${n % 5}`] };
		if ((await api("PATCH", `/hosts/${made.id}`, edit)) !== undefined) note(seen, ip, n);
		if (n % 10 === 0 && (await api("POST", "/webhooks/1/test")) !== undefined) {
			seen.asked += 1;
			seen.lines += 1;
		}
	}
}

function note(seen: Acknowledged, ip: string, what: number | "gone"): void {
	seen.hosts.set(ip, what);
	seen.lines += 1;
}

/** Sweeps, prunes and backups without a pause. */
async function wishes(path: string, api: Api, alive: () => boolean): Promise<void> {
	const db = new Database(path, { readwrite: true, create: false });
	try {
		db.run("PRAGMA busy_timeout = 5000");
		const wish = db.query("INSERT OR REPLACE INTO setting (key, value) VALUES (?, '1')");
		while (alive()) {
			for (const key of ["prune_asked_at", "backup_asked_at"]) wish.run(key);
			for (const id of [2, 3]) await api("POST", `/subnets/${id}/sweep`);
			await elapse(50);
		}
	} finally {
		db.close();
	}
}
