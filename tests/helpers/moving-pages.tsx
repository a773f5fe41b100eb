/** Imports and exports as the gallery shows them: a plan with all verdicts, names that strangers chose, and the forms. */

import type { VNode } from "preact";
import type { Import, ImportRow } from "../../src/model/import.ts";
import { ExportPage } from "../../views/export.tsx";
import { EMPTY_IMPORT, ImportForm } from "../../views/import.tsx";
import { ImportPage } from "../../views/import-plan.tsx";
import { MINUTE, NOW } from "./world.ts";

const plan: Import = {
	id: 3,
	state: "ready",
	name: "inventory <b>2026</b>.xlsx",
	origin: "xlsx",
	notes: ["sheet “Legend” left out"],
	headers: ["IP address", "Hostname", "Description", "Rack", "a-very-long-title-".repeat(8)],
	mapping: ["ip", "hostname", "description", "line", ""],
	examples: [["10.0.0.14", "10.0.0.15"], ["nas"], ["<script>alert(1)</script>"], ["4", "5"], []],
	options: { format: "auto", clear: false, sweep: true },
	problem: undefined,
	counts: {
		add: { hosts: 1_204, subnets: 3 },
		change: { hosts: 18, subnets: 0 },
		same: { hosts: 310, subnets: 2 },
		refuse: { hosts: 4, subnets: 0 },
	},
	madeAt: NOW - 3 * MINUTE,
	by: "kim",
	batchId: undefined,
};
const unread: Import = {
	...plan,
	...{ id: 4, state: "unread", name: "adresy.csv", origin: undefined, notes: [], headers: [], mapping: [] },
	problem: {
		message: "The file is not UTF-8: there is the byte 0xa3. Choose its encoding.",
		line: 2,
		column: 20,
	},
};

const rows: ImportRow[] = [
	{
		...{ n: 1, line: 2, noun: "host", address: "10.0.0.14", verdict: "change", reason: "" },
		changes: [
			{ field: "hostname", old: "nas-old", new: "nas" },
			{ field: "notes", old: "", new: "first line\nRack: 4" },
			{ field: "tags", old: "storage", new: "" },
		],
	},
	{
		...{ n: 2, line: 3, noun: "host", address: "2001:db8:cafe:1234:5678:9abc:def0:1234", verdict: "change" },
		reason: "the hardware address that answered, 00:11:32:8a:00:01, stays",
		changes: [{ field: "description", old: "x".repeat(120), new: `${"long-name-".repeat(25)}<img src=x>` }],
	},
];
const refused: ImportRow[] = [
	{
		...{ n: 3, line: 1_204, noun: "host", address: "10.10", verdict: "refuse", changes: [] },
		reason:
			"“10.10” is not an address: a spreadsheet may have taken it for a number. Format the column as text.",
	},
];

/** The page at this path of the gallery; undefined when it is none of these. */
export function movingPage(path: string): { title: string; main: VNode } | undefined {
	const shared = {
		next: undefined,
		stage: undefined,
		around: [],
		batch: undefined,
		problem: undefined,
		now: NOW,
	};
	switch (path) {
		case "/imports":
			return { title: "Import", main: <ImportForm form={EMPTY_IMPORT} recent={[plan, unread]} now={NOW} /> };
		case "/x/import-problem": {
			const problem = { field: "file", message: "Line 2: A quote is opened here and never closed." };
			const form = { values: { text: 'ip,notes\n10.0.0.1,"x', format: "csv", encoding: "" }, problem };
			return { title: "Import", main: <ImportForm form={form} recent={[]} now={NOW} /> };
		}
		case "/imports/3":
			return {
				title: plan.name,
				main: <ImportPage {...shared} found={plan} show="change" rows={rows} next={2} />,
			};
		case "/x/import-refused": {
			const around = [
				{ cidr: "192.168.178.0/24", hosts: 36 },
				{ cidr: "2001:db8:cafe:1234::/64", hosts: 1 },
			];
			const page = { ...shared, found: plan, around, show: "refuse", rows: refused } as const;
			return { title: plan.name, main: <ImportPage {...page} /> };
		}
		case "/x/import-working": {
			const stage = { step: "writing", done: 42_000, total: 100_000 } as const;
			return {
				title: plan.name,
				main: <ImportPage {...shared} stage={stage} found={plan} show="add" rows={[]} />,
			};
		}
		case "/x/import-unread":
			return {
				title: unread.name,
				main: <ImportPage {...shared} found={unread} show={undefined} rows={[]} />,
			};
		case "/export":
			return { title: "Export", main: <ExportPage subnet={undefined} query="" /> };
		default:
			return undefined;
	}
}
