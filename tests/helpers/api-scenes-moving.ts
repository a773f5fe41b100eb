/** How the answers of imports and exports are reached; part of api-scenes. */

import type { Call } from "./api-scenes.ts";
import type { Rig } from "./app.ts";

const CSV = { "content-type": "text/csv" };

/** Brings a file without writing it; answers its number. */
export async function bringFile(rig: Rig, body: string): Promise<number> {
	const init = { method: "POST", headers: CSV, body };
	const answer = await rig.fetch("/api/v1/imports?dry_run=true", init);
	const text = await answer.text();
	if (answer.status !== 201) throw new Error(text);
	return (JSON.parse(text) as { id: number }).id;
}

async function written(rig: Rig, id: number): Promise<void> {
	await rig.fetch(`/api/v1/imports/${id}/write`, { method: "POST" });
}

/** Import 1 is there, brought and not written (see furnish). */
export const MOVING_SCENES: Readonly<Record<string, Partial<Call> | ((rig: Rig) => Promise<Partial<Call>>)>> =
	{
		"importFile 201": { headers: CSV, body: "ip,hostname\n10.0.0.9,printer\n" },
		"importFile 422": { headers: CSV, body: 'ip,hostname\n10.0.0.9,"printer\n' },
		"importFile 409": async (rig) => {
			const { db } = rig.app.context;
			db.run(
				"CREATE TEMP TRIGGER quick AFTER INSERT ON import_row BEGIN UPDATE subnet SET version = version + 1; END",
			);
			return { headers: CSV, body: "subnet,name\n10.0.0.0/16,Other\n" };
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
		"undoImport 409": {},
		"exportAll 404": { path: "/export?subnet=99" },
	};
