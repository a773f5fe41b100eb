/**
 * The heavy half of imports: a file becomes judged rows. Takes seconds for large files: run in a thread of its own, on a
 * connection of its own. Loaded only when somebody imports.
 */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { eachDraft } from "../formats/drafts.ts";
import { FORMATS, type Format, readTable } from "../formats/read.ts";
import {
	FILE_LIMITS,
	IMPORT_KEPT_MS,
	type ImportOptions,
	type ImportWatch,
	type Read,
	type Table,
	UNWATCHED,
} from "../model/import.ts";
import { parseAddress, toKey } from "../net/address.ts";
import * as writes from "../store/import-writes.ts";
import * as imports from "../store/imports.ts";
import * as subnets from "../store/subnets.ts";
import { planImport } from "./import-plan.ts";
import type { HostThere } from "./import-targets.ts";

/** What to read: a file that comes (`bytes`, or `table` when it was read elsewhere), or one that is here (`id`). */
export type ReadJob = {
	readonly id?: number | undefined;
	readonly name: string;
	readonly bytes?: Uint8Array | undefined;
	readonly table?: Table | undefined;
	readonly options: ImportOptions;
};

/** After so many judged rows what was made of them is given back, and of smaller files nothing: the thread's memory is the program's. */
const SWEPT_ROWS = 5_000;
/** Between two slices of rows, in milliseconds. */
const PAUSE_MS = 2;
/** First byte of what is kept: the file as it came, or the table that was made of it. */
const KEPT = { file: 0, table: 1 } as const;

/**
 * Reads a file and judges its rows against what is here; answers the import's id. A file that cannot be read is kept
 * with its problem when choosing its encoding may help; otherwise AppError("invalid"), and nothing is kept.
 * AppError("conflict") when `watch` wants it to end: a file that came is forgotten then.
 */
export async function readImport(
	context: Context,
	job: ReadJob,
	watch: ImportWatch = UNWATCHED,
): Promise<number> {
	const { db, clock } = context;
	const now = clock.now();
	// A writer that waits looks again only every few milliseconds: without a pause it would never find the door open.
	const pause = () => clock.sleep(PAUSE_MS);
	await imports.pruneImports(db, { open: now - IMPORT_KEPT_MS.open, done: now - IMPORT_KEPT_MS.done }, pause);
	const { value: table, problems } = tableOf(context, job);
	const [problem] = problems;
	if (table === undefined && (problem?.encoding !== true || holdsDump(job.bytes))) {
		throw new AppError("invalid", sentence(problem), { field: "file", ...placeIn(problem) });
	}
	if (table === undefined) {
		const id = job.id ?? begin(context, job, table);
		imports.writeProblem(db, id, "unread", job.options, problem ?? { message: "" });
		return id;
	}
	// The file as text, and every cell of its rows, are garbage by now.
	const sweep = table.rows.length < SWEPT_ROWS ? () => {} : () => Bun.gc(true);
	sweep();
	const subnetsSeen = writes.subnetsNow(db);
	const mapping = job.options.mapping?.length === table.headers.length ? job.options.mapping : table.mapping;
	const there = { subnets: subnets.listSubnets(db), host: hostReader(context) };
	const plan = planImport(eachDraft(table, mapping), there, job.options);
	if (plan.subnetsAdded > FILE_LIMITS.subnets) {
		const says = `The file would add ${plan.subnetsAdded} subnets; at most ${FILE_LIMITS.subnets} at once: split it.`;
		throw new AppError("invalid", says, { field: "file" });
	}
	// What planning went through, before a copy of the file is made.
	sweep();
	const id = job.id ?? begin(context, job, table);
	watch.begun(id);
	const tell = async (done: number) => {
		if (done > 0 && done % SWEPT_ROWS === 0) sweep();
		watch.say({ step: "judging", done, total: table.rows.length });
		if (watch.stopped()) throw new AppError("conflict", "This was cancelled.");
		await pause();
	};
	const options = { ...job.options, mapping };
	try {
		await imports.writePlan(db, id, { options, table, rows: plan.rows, subnetsSeen }, tell);
	} catch (error) {
		if (job.id === undefined) await imports.forgetImport(db, id, pause);
		else imports.writeProblem(db, id, "unread", options, { message: "Reading it anew was not finished." });
		throw error;
	}
	return id;
}

function begin(context: Context, job: ReadJob, table: Table | undefined): number {
	const { actor, clock, db } = context;
	const name = [...job.name.replace(/\p{C}/gu, "")].slice(0, 200).join("") || "pasted text";
	const source = pack(job, table);
	const by = actor.kind === "program" ? "" : actor.name;
	return imports.insertImport(db, { name, source, options: job.options, actor: by, at: clock.now() });
}

/** "Line 3, column 2: …". */
function sentence(problem: Read<Table>["problems"][number] | undefined): string {
	if (problem === undefined) return "The file cannot be read.";
	const place = [
		problem.line === undefined ? "" : `line ${problem.line}`,
		problem.column === undefined ? "" : `column ${problem.column}`,
	].filter((part) => part !== "");
	if (place.length === 0) return problem.message;
	const where = place.join(", ");
	return `${where.slice(0, 1).toUpperCase()}${where.slice(1)}: ${problem.message}`;
}

function placeIn(problem: Read<Table>["problems"][number] | undefined): { detail?: Record<string, number> } {
	if (problem?.line === undefined) return {};
	return {
		detail: { line: problem.line, ...(problem.column === undefined ? {} : { column: problem.column }) },
	};
}

/** A dump holds secrets: it is not kept, what was read of it is. */
function pack(job: ReadJob, table: Table | undefined): Uint8Array {
	const asTable = table !== undefined && (job.table !== undefined || table.origin.startsWith("phpipam-"));
	const body = asTable ? new TextEncoder().encode(JSON.stringify(table)) : (job.bytes ?? new Uint8Array());
	const kept = new Uint8Array(body.length + 1);
	kept[0] = asTable ? KEPT.table : KEPT.file;
	kept.set(body, 1);
	return Bun.zstdCompressSync(kept, { level: 3 });
}

function holdsDump(bytes: Uint8Array | undefined): boolean {
	if (bytes === undefined) return false;
	return /CREATE TABLE|INSERT INTO|phpipam Database dump/i.test(
		new TextDecoder("latin1").decode(bytes.subarray(0, 262_144)),
	);
}

function tableOf(context: Context, job: ReadJob): Read<Table> {
	if (job.table !== undefined) return { value: job.table, problems: [] };
	const format = FORMATS.find((known) => known === job.options.format);
	if (format === undefined)
		throw new AppError("invalid", `format is one of ${FORMATS.join(", ")}.`, { field: "format" });
	if (job.bytes !== undefined) return readFile(job.bytes, format, job.options);
	const packed = job.id === undefined ? undefined : imports.readSource(context.db, job.id);
	if (packed === undefined)
		throw new AppError("conflict", "This file has been imported already. Bring it again.");
	const kept = Bun.zstdDecompressSync(packed);
	if (kept[0] === KEPT.table)
		return { value: JSON.parse(new TextDecoder().decode(kept.subarray(1))), problems: [] };
	return readFile(kept.subarray(1), format, job.options);
}

function readFile(bytes: Uint8Array, format: Format, { encoding }: ImportOptions): Read<Table> {
	if (bytes.length > FILE_LIMITS.bytes) {
		throw new AppError("invalid", `At most ${FILE_LIMITS.bytes / 1_048_576} MB are read: split the file.`, {
			field: "file",
		});
	}
	return readTable(bytes, { format, encoding });
}

function hostReader(context: Context): (ip: string) => HostThere | undefined {
	const find = writes.openHostReader(context.db);
	return (ip) => {
		const address = parseAddress(ip).value;
		const row = address === undefined ? undefined : find(toKey(address));
		if (row === undefined) return undefined;
		const { id, version, hostname, description, notes } = row;
		return {
			...{ id, version, hostname, description, notes },
			tags: row.tags_json === "[]" ? [] : (JSON.parse(row.tags_json) as string[]),
			mac: row.mac ?? undefined,
			snmpEnabled: row.snmp_enabled === null ? undefined : row.snmp_enabled === 1,
			answered: row.first_seen_at !== null,
		};
	};
}
