/** Killing programs at random moments and asking what they left. Knows how to strike; each case knows what must hold. */

import { Database } from "bun:sqlite";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkBackup } from "../../src/store/backup.ts";
import { wrongs } from "./filled.ts";
import { elapse, PATIENCE_MS } from "./patience.ts";
import { type Receiver, receiver } from "./receiver.ts";

/** `during`: how many of the strikes fell while this was under way; several things are at the same time. */
export type Strike = {
	readonly acknowledged: number;
	readonly problems: string[];
	readonly during: Readonly<Record<string, number>>;
};

/** What is started, to be struck. `says`: its time counts from its first line; else from its start. */
export type Victim = { command(args: readonly string[]): string[]; readonly says: boolean };

/** A script of this folder. */
export const script = (name: string): Victim => ({
	command: (args) => [process.execPath, "--no-env-file", join(import.meta.dir, name), ...args],
	says: true,
});

/** Strikes it so late, and then when `aim` says that the moment has come, but no later than so. */
type Moment = { readonly afterMs: number; readonly aim?: (() => boolean) | undefined };
const AIM_MS = 8_000;

/** Starts a victim, strikes it, and answers all the lines it got out. */
export async function strike(
	victim: Victim,
	args: readonly string[],
	{ afterMs, aim }: Moment,
): Promise<string[]> {
	const child = Bun.spawn(victim.command(args), {
		stdin: "ignore",
		stdout: "pipe",
		stderr: "pipe",
		env: { ...process.env, NODE_ENV: "production" },
	});
	const decoder = new TextDecoder();
	let text = "";
	let armed = false;
	const arm = () => {
		if (armed) return;
		armed = true;
		void elapse(afterMs)
			.then(() => aimed(aim))
			.then(() => child.kill("SIGKILL"));
	};
	if (!victim.says) arm();
	const tooLate = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
	for await (const chunk of child.stdout) {
		text += decoder.decode(chunk, { stream: true });
		if (text.includes("\n")) arm();
	}
	clearTimeout(tooLate);
	await child.exited;
	if (victim.says && !text.includes("\n"))
		throw new Error(`${args.join(" ")} did not begin: ${await new Response(child.stderr).text()}`);
	// What stands behind the last line end was not said whole.
	return text.split("\n").slice(0, -1);
}

/** The moment has come, or it never will. */
export async function aimed(aim: (() => boolean) | undefined): Promise<void> {
	if (aim === undefined) return;
	for (const end = performance.now() + AIM_MS; performance.now() < end && !aim(); ) await elapse(1);
}

/** Addresses that the victim uses in turn: it removes a host only to record another one there, so many writes later. */
export const TURN = 512;

/** What was acknowledged: for each address the number of the newest write, or that its host was removed. */
export type Acknowledged = {
	readonly hosts: Map<string, number | "gone">;
	newest: number;
	asked: number;
	lines: number;
};

function note(seen: Acknowledged, lines: readonly string[]): void {
	for (const line of lines) {
		const [word = "", ip = "", n = "0"] = line.split(" ");
		// The log of its other thread stands between.
		if (!["asked", "gone", "made", "edited"].includes(word)) continue;
		seen.lines += 1;
		if (word === "asked") seen.asked += 1;
		else seen.hosts.set(ip, word === "gone" ? "gone" : Number(n));
		seen.newest = Math.max(seen.newest, Number(n));
	}
}

/** One database that is struck again and again, who is told of it, and what was acknowledged so far. */
export type Ground = { readonly path: string; readonly hookUrl: string; readonly seen: Acknowledged };

/**
 * One database struck `times` times by `blow`, looked at after each. A backup is so short that none is struck by chance:
 * every fourth blow is told to wait for one.
 */
export async function strikeWhole(
	times: number,
	blow: (ground: Ground, aim: Moment["aim"]) => Promise<unknown>,
): Promise<Strike> {
	const folder = mkdtempSync(join(tmpdir(), "rollcall-kill-"));
	const path = join(folder, "ipam.db");
	const hook = receiver(() => new Response());
	const seen: Acknowledged = { hosts: new Map(), newest: 0, asked: 0, lines: 0 };
	const problems: string[] = [];
	const during: Record<string, number> = { sweep: 0, prune: 0, delivery: 0, backup: 0 };
	try {
		for (let n = 1; n <= times; n++) {
			await blow({ path, hookUrl: hook.url, seen }, n % 4 === 0 ? () => isCopying(folder) : undefined);
			for (const what of underWay(folder, path)) during[what] = (during[what] ?? 0) + 1;
			const found = [...lookAt(path, seen, hook), ...backupProblems(join(folder, "backups"))];
			problems.push(...found.map((problem) => `after kill ${n}: ${problem}`));
		}
		return { acknowledged: seen.lines, problems, during };
	} finally {
		hook.stop();
		rmSync(folder, { recursive: true, force: true });
	}
}

/** A whole Rollcall, killed `times` times on one database, looked at after each. */
export function killWhole(times: number, random: () => number, maxMs: number): Promise<Strike> {
	return strikeWhole(times, async ({ path, hookUrl, seen }, aim) => {
		const moment = { afterMs: random() * maxMs, aim };
		note(seen, await strike(script("victim-entry.ts"), [path, hookUrl], moment));
	});
}

/** Is a copy on its way? */
function isCopying(folder: string): boolean {
	const backups = join(folder, "backups");
	return existsSync(backups) && readdirSync(backups).some((name) => name.endsWith(".part"));
}

/** What the strike cut off, as the files it left tell. */
function underWay(folder: string, path: string): string[] {
	const db = new Database(path, { readwrite: true, create: false });
	try {
		const rows = (sql: string) => db.query(sql).get() !== null;
		return [
			...(rows("SELECT 1 FROM sweep_run WHERE state = 'running'") ? ["sweep"] : []),
			...(rows("SELECT 1 FROM setting WHERE key = 'prune_asked_at'") ? ["prune"] : []),
			...(rows("SELECT 1 FROM webhook_delivery WHERE state = 'waiting'") ? ["delivery"] : []),
			...(isCopying(folder) ? ["backup"] : []),
		];
	} finally {
		db.close();
	}
}

/** What of the acknowledged is missing, and what disagrees with itself. More than was acknowledged may be there. */
export function lookAt(path: string, seen: Acknowledged, hook: Pick<Receiver, "received">): string[] {
	// The first one to open it replays the log, as the next start would.
	const db = new Database(path, { readwrite: true, create: false });
	try {
		const problems = wrongs(db);
		const find = db.query<{ description: string }, [string]>("SELECT description FROM host WHERE ip = ?");
		for (const [ip, n] of seen.hosts) {
			const row = find.get(ip);
			const there = row === null ? undefined : Number(/\d+$/.exec(row.description)?.[0]);
			const mayBeGone = n === "gone" || seen.newest >= n + TURN - 1;
			if (there === undefined && !mayBeGone) problems.push(`${ip}: write ${n} was acknowledged and is gone`);
			if (there !== undefined && n !== "gone" && there < n)
				problems.push(`${ip}: write ${n} was acknowledged, ${there} is there`);
		}
		const one = (sql: string) => db.query<{ n: number }, []>(sql).get()?.n ?? 0;
		if (one(WITHOUT_EVENT) > 0) problems.push("a host without the event that made it");
		if (one("SELECT count(*) AS n FROM webhook_delivery") < seen.asked)
			problems.push("a message to a webhook is lost");
		const uids = new Set(hook.received.map(({ headers }) => headers.get("webhook-id")));
		const sent = db
			.query<{ uid: string }, []>("SELECT uid FROM webhook_delivery WHERE state = 'delivered'")
			.all();
		if (sent.some(({ uid }) => !uids.has(uid))) problems.push("a message is noted as delivered and was not");
		return problems;
	} finally {
		db.close();
	}
}

const WITHOUT_EVENT = `SELECT count(*) AS n FROM host WHERE description <> ''
	AND NOT EXISTS (SELECT 1 FROM event WHERE host_id = host.id)`;

/** A file with the name of a backup is a whole one, whenever its maker was killed. */
function backupProblems(folder: string): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.filter((name) => name.endsWith(".db"))
		.flatMap((name) => {
			try {
				checkBackup(join(folder, name));
				return [];
			} catch (error) {
				return [`backup ${name}: ${(error as Error).message}`];
			}
		});
}

/**
 * A script that ends by itself (or begins again and again), killed `times` times on a fresh folder each; `prepare`
 * fills it, `judge` looks at what is left.
 */
export async function killFresh(
	victim: Victim,
	times: number,
	random: () => number,
	scene: {
		maxMs: number;
		prepare(folder: string): string[];
		judge(folder: string): string[] | Promise<string[]>;
		/** Did the strike fall while it was under way? */
		struck?(folder: string): boolean;
	},
): Promise<Strike> {
	const problems: string[] = [];
	let within = 0;
	for (let n = 1; n <= times; n++) {
		const folder = mkdtempSync(join(tmpdir(), "rollcall-kill-"));
		try {
			const args = scene.prepare(folder);
			await strike(victim, args, { afterMs: random() * scene.maxMs });
			if (scene.struck?.(folder)) within += 1;
			problems.push(...(await scene.judge(folder)).map((problem) => `kill ${n}: ${problem}`));
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	}
	return { acknowledged: 0, problems, during: scene.struck === undefined ? {} : { copy: within } };
}
