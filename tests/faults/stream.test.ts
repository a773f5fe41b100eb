/** GET /stream through kill -9: a reader that comes back with the last id gets every event once, in order, none lost. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, runToEnd, untilAnswers } from "../helpers/binary.ts";

const HOME = join(import.meta.dir, "../..");
const MAIN = join(HOME, "src/main.ts");
const PROGRAM = [process.execPath, "--no-env-file", MAIN];
const folder = mkdtempSync(join(tmpdir(), "rollcall-stream-"));
const database = join(folder, "ipam.db");
const env = { PATH: process.env.PATH, BACKUP_KEEP: "0", PTR_LOOKUP_ENABLED: "false" };
let url = "";
let port = 0;
let token = "";
let server: Bun.Subprocess;

async function start(): Promise<void> {
	server = Bun.spawn([...PROGRAM, "serve", "--port", String(port), "--database", database], {
		...{ cwd: HOME, env, stdout: "ignore", stderr: "ignore" },
	});
	await untilAnswers(`${url}/healthz`);
}

beforeAll(async () => {
	port = await freePort();
	url = `http://127.0.0.1:${port}`;
	await start();
	const user = Bun.spawn([...PROGRAM, "user", "add", "ada", "--password-stdin", "--database", database], {
		...{ cwd: HOME, env, stdin: new Blob(["correct horse battery\n"]), stdout: "ignore", stderr: "ignore" },
	});
	expect(await user.exited).toBe(0);
	const made = await runToEnd(
		[...PROGRAM, "token", "create", "t", "--scope", "write", "--database", database],
		{
			...{ cwd: HOME, env },
		},
	);
	token = made.out.trim();
});
afterAll(async () => {
	server.kill("SIGKILL");
	await server.exited;
	rmSync(folder, { recursive: true, force: true });
});

const headers = () => ({ authorization: `Bearer ${token}` });

/** A change that is one event; answers once it is acknowledged. */
async function happen(n: number): Promise<void> {
	const body = JSON.stringify({ cidr: `10.${n}.0.0/24`, sweep_enabled: false });
	const sent = { ...headers(), "content-type": "application/json" };
	const answer = await fetch(`${url}/api/v1/subnets`, { method: "POST", headers: sent, body });
	expect(answer.status).toBe(201);
}

type Told = { id: number; label: string };

/** Reads until `enough` events were told, or the connection breaks; answers what was told. */
async function read(after: number, enough: number, meanwhile?: () => Promise<void>): Promise<Told[]> {
	const answer = await fetch(`${url}/api/v1/stream`, {
		headers: { ...headers(), "last-event-id": String(after) },
	});
	expect(answer.headers.get("content-type")).toStartWith("text/event-stream");
	const working = meanwhile?.();
	const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
	let text = "";
	const told = () =>
		[...text.matchAll(/^id: (\d+)\nevent: event\ndata: (.+)\n\n/gm)].map(([, id, data = "{}"]) => ({
			...{ id: Number(id), label: (JSON.parse(data) as Told).label },
		}));
	try {
		while (told().length < enough) {
			const part = await reader?.read();
			if (part === undefined || part.done) break;
			text += part.value;
		}
	} catch {
		// It was killed: what came before counts.
	}
	await reader?.cancel().catch(() => undefined);
	await working;
	return told();
}

test("killed and started again, twice: every acknowledged event comes once and in order", async () => {
	const all: Told[] = [];
	const last = () => all.at(-1)?.id ?? 0;
	let n = 0;
	const happenings: string[] = [];
	const some = async (count: number) => {
		for (let i = 0; i < count; i++) {
			n += 1;
			await happen(n);
			happenings.push(`10.${n}.0.0/24`);
		}
	};
	for (let life = 0; life < 3; life++) {
		// Some while a reader listens, until it has three of them; then it dies before the rest are read.
		all.push(...(await read(last(), 3, () => some(4))));
		await some(2);
		server.kill("SIGKILL");
		await server.exited;
		await start();
	}
	const missed = happenings.length - all.filter(({ label }) => happenings.includes(label)).length;
	all.push(...(await read(last(), missed)));
	const ids = all.map(({ id }) => id);
	expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
	expect(all.map(({ label }) => label).filter((label) => happenings.includes(label))).toEqual(happenings);
});
