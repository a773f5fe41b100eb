/** How the answers of imports and exports are reached; part of api-scenes. */

import type { Call } from "./api-scenes.ts";
import type { Rig } from "./app.ts";
import { until } from "./patience.ts";

const CSV = { "content-type": "text/csv" };

/** Brings a file without writing it; answers its number. */
export async function bringFile(rig: Rig, body: string): Promise<number> {
	const init = { method: "POST", headers: CSV, body };
	const answer = await rig.fetch("/api/v1/imports?dry_run=true", init);
	const text = await answer.text();
	if (answer.status !== 201) throw new Error(text);
	return (JSON.parse(text) as { id: number }).id;
}

/** Begins to read a file that takes a while; answers its number. */
async function beginFile(rig: Rig): Promise<number> {
	const lines = Array.from({ length: 20_000 }, (_, i) => `10.0.${i >> 7}.${(i & 127) + 1},h${i}`);
	const init = { method: "POST", headers: CSV, body: `ip,hostname\n${lines.join("\n")}\n` };
	const answer = await rig.fetch("/api/v1/imports?dry_run=true&wait=false", init);
	return ((await answer.json()) as { id: number }).id;
}

/** Waits until nobody works on the newest file: one at a time. */
async function idle(rig: Rig): Promise<void> {
	const newest = rig.app.context.db.query<{ id: number }, []>("SELECT max(id) AS id FROM import_batch").get();
	const path = `/api/v1/imports/${newest?.id}`;
	const look = async () => ((await rig.get(path)).json() as { progress: unknown }).progress === null;
	await until(look, "nobody works on it");
}

async function written(rig: Rig, id: number): Promise<void> {
	await rig.fetch(`/api/v1/imports/${id}/write`, { method: "POST" });
}

/** Import 1 is there, brought and not written (see furnish). */
export const MOVING_SCENES: Readonly<Record<string, Partial<Call> | ((rig: Rig) => Promise<Partial<Call>>)>> =
	{
		"importFile 201": async (rig) => {
			await idle(rig);
			return { headers: CSV, body: "ip,hostname\n10.0.0.9,printer\n" };
		},
		"importFile 202": { path: "/imports?wait=false", headers: CSV, body: "ip,hostname\n10.0.0.10,fax\n" },
		"importFile 422": { headers: CSV, body: 'ip,hostname\n10.0.0.9,"printer\n' },
		"importFile 409": async (rig) => {
			const { db } = rig.app.context;
			db.run(
				"CREATE TEMP TRIGGER quick AFTER INSERT ON import_row BEGIN UPDATE subnet SET version = version + 1; END",
			);
			return { headers: CSV, body: "subnet,name\n10.0.0.0/16,Other\n" };
		},
		"writeImport 200": async (rig) => {
			await idle(rig);
			return {};
		},
		"writeImport 409": async (rig) => {
			await written(rig, 1);
			return {};
		},
		"undoImport 200": async (rig) => {
			const id = await bringFile(rig, "ip,hostname\n10.0.2.5,desk\n");
			await written(rig, id);
			return { path: `/imports/${id}/undo` };
		},
		"writeImport 202": async (rig) => {
			const id = await bringFile(rig, "ip,hostname\n10.0.2.6,desk\n");
			return { path: `/imports/${id}/write?wait=false` };
		},
		"undoImport 202": async (rig) => {
			const id = await bringFile(rig, "ip,hostname\n10.0.2.7,desk\n");
			await written(rig, id);
			return { path: `/imports/${id}/undo?wait=false` };
		},
		"undoImport 409": {},
		"cancelImport 200": async (rig) => ({ path: `/imports/${await beginFile(rig)}/cancel` }),
		"exportAll 404": { path: "/export?subnet=99" },
	};
