/**
 * Taking a batch back: exactly what it did, nothing done since, in slices; gone on with after a crash. Also what becomes
 * of a batch that fails half-way.
 */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { BATCH_LIMITS, type Batch, progressOf, type Undone } from "../model/batch.ts";
import * as rows from "../store/batch-rows.ts";
import * as batches from "../store/batches.ts";
import { transact } from "../store/database.ts";
import * as graves from "../store/graves.ts";
import { unearthSubnet, unearthWebhooks } from "../store/subnet-graves.ts";
import { deleteSubnet, findSubnet } from "../store/subnets.ts";
import { judgeAdded, removeAdded, restoreChanged } from "../store/undo-rows.ts";
import { record } from "./audit.ts";
import {
	demandBatch,
	demandState,
	Interrupted,
	inSlices,
	inTurn,
	nameOf,
	tellAll,
	type Work,
} from "./batches.ts";

/**
 * Takes back what a batch did, and only that: what was changed since stays, and is named. AppError("not_found") when
 * it is forgotten, AppError("conflict") when it is still under way or undone already.
 */
export function beginUndo(context: Context, id: number): Work<Undone> {
	transact(context.db, () => {
		const { state, undoneBy } = demandBatch(context, id);
		if (state === "undone") throw new AppError("conflict", "This has been undone already.");
		if (state === "undoing") {
			const by = undoneBy === "" ? "" : ` by ${undoneBy}`;
			throw new AppError("conflict", `This is being undone${by} at this moment.`);
		}
		if (state === "open")
			throw new AppError("conflict", "This is still under way. Cancel it, or try again in a moment.");
		batches.startUndo(context.db, id, { actor: nameOf(context), at: context.clock.now() });
	});
	return { batchId: id, done: undoing(context, id) };
}

/** The same, to its end. */
export async function undoBatch(context: Context, id: number): Promise<Undone> {
	return beginUndo(context, id).done;
}

/**
 * Does what belongs to an open batch. When it fails or is cancelled, all that it has done is taken back before its error
 * is thrown; when even that fails, it is done later (`resumeBatches`).
 */
export async function carryOut<T>(context: Context, id: number, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		await takeBackFailed(context, id, error);
		throw error;
	}
}

async function takeBackFailed(context: Context, id: number, error: unknown): Promise<void> {
	try {
		const state = await inTurn(context, () => {
			const now = batches.readState(context.db, id);
			const why = error instanceof AppError ? "it failed half-way" : "a mistake happened half-way";
			if (now === "open") batches.startUndo(context.db, id, { actor: "", at: context.clock.now(), why });
			return now;
		});
		if (state === "open" || state === "undoing") await undoing(context, id);
	} catch (reason) {
		// A full disk, a stop: it stays as it is and is gone on with.
		context.log.warning("what failed half-way is taken back later", { batch: id, reason, failed: error });
	}
}

/**
 * Goes on with what was left half-way, as after a crash: what was being undone is, and what was not finished is taken
 * back. `silentMs`: without a sign of life for so long; 0 takes all, when nobody else can be at work. Rejects with the
 * first failure, after all were tried; what failed stays as it is.
 */
export async function resumeBatches(context: Context, silentMs: number): Promise<void> {
	const { db, clock } = context;
	const left = batches.listSilent(db, silentMs === 0 ? Number.MAX_SAFE_INTEGER : clock.now() - silentMs);
	const ended = await Promise.allSettled(left.map((batch) => resume(context, batch)));
	const failed = ended.find((end) => end.status === "rejected" && !(end.reason instanceof Interrupted));
	if (failed?.status === "rejected") throw failed.reason;
}

async function resume(context: Context, batch: Batch): Promise<void> {
	const { db, clock, log } = context;
	const { id, state } = batch;
	if (progressOf(batch)?.done === 0 && state === "open") return batches.forgetBatch(db, id);
	const why = "Rollcall was stopped in the middle of it";
	if (state === "open") batches.startUndo(db, id, { actor: "", at: clock.now(), why });
	else batches.writeBeat(db, id, clock.now());
	log.warning("a batch was cut off: it is taken back", { batch: id, state });
	await undoing(context, id);
}

/** From the state "undoing" to its end. */
async function undoing(context: Context, id: number): Promise<Undone> {
	const { db, clock } = context;
	await takeBack(context, id);
	const undone = await inTurn(context, () => {
		demandState(context, id, "undoing");
		const before = demandBatch(context, id);
		const kept = batches.listKept(db, before, BATCH_LIMITS.keptShown);
		const waiting = Number(before.detail.waiting ?? 0);
		if (waiting === 0) batches.finishUndo(db, id, clock.now());
		else graves.reopenHomeless(db, id, waiting);
		const batch = demandBatch(context, id);
		const why = String(before.detail.why ?? "");
		const detail = { batch: id, kind: batch.kind, kept: before.kept, ...(why === "" ? {} : { reason: why }) };
		const nowhere = { subnetId: undefined, hostId: undefined, ip: undefined };
		record(context, { kind: "batch_undone", ...nowhere, label: batch.source, detail });
		return { batch, kept };
	});
	tellAll(context);
	return undone;
}

/** Deleted things first, the blocks before what lies in them; added ones last, the blocks after what lies in them. */
async function takeBack(context: Context, id: number): Promise<void> {
	const { db, clock } = context;
	await walk(context, id, "subnet", false, ({ id: subnetId, act }) => {
		if (act === "added") return false;
		if (act === "deleted") unearthSubnet(db, id, subnetId, clock.now());
		else restoreChanged(db, id, "subnet", [subnetId], clock.now());
		return true;
	});
	await walkHosts(context, id);
	// Blocks inside others were added after them: the innermost goes first, and what lives there moves up.
	await walk(context, id, "subnet", true, ({ id: subnetId, act }) => {
		if (act !== "added") return false;
		removeSubnet(context, id, subnetId);
		return true;
	});
	await inTurn(context, () => {
		demandState(context, id, "undoing");
		settle(context, id, "webhook", unearthWebhooks(db, id), 0);
	});
}

async function walk(
	context: Context,
	id: number,
	noun: "subnet",
	down: boolean,
	take: (row: rows.BatchRow) => boolean,
): Promise<void> {
	let place = down ? Number.MAX_SAFE_INTEGER : 0;
	await inSlices(context, id, "undoing", () => {
		const [next] = rows.listThings(context.db, id, noun, { place, down }, 1);
		if (next === undefined) return false;
		place = next.id;
		if (next.open && take(next)) settle(context, id, noun, [next.id]);
		return true;
	});
}

async function walkHosts(context: Context, id: number): Promise<void> {
	const { db, clock } = context;
	let place = 0;
	await inSlices(context, id, "undoing", () => {
		const some = rows.listThings(db, id, "host", { place, down: false }, BATCH_LIMITS.stepRows);
		place = some.at(-1)?.id ?? place;
		const open = (act: rows.BatchRow["act"]) =>
			some.filter((row) => row.open && row.act === act).map((row) => row.id);
		const [deleted, changed, added] = [open("deleted"), open("changed"), open("added")];
		if (deleted.length > 0) graves.unearthHosts(db, id, deleted);
		if (changed.length > 0) restoreChanged(db, id, "host", changed, clock.now());
		if (added.length > 0) removeAdded(db, id, added, clock.now());
		settle(context, id, "host", [...deleted, ...changed, ...added]);
		return some.length === BATCH_LIMITS.stepRows;
	});
}

/** Counts what was looked at, and remembers the first that were left. */
function settle(
	{ db, clock }: Context,
	id: number,
	noun: "host" | "subnet" | "webhook",
	ids: readonly number[],
	looked = ids.length,
): void {
	if (ids.length === 0) return;
	const left = rows.listLeft(db, id, noun, ids).map((thing) => `${noun} ${thing}`);
	batches.countUndone(db, id, { looked, left, at: clock.now() }, BATCH_LIMITS.keptShown);
}

/** A block that was added goes, unless somebody changed it or hosts live in it that have nowhere to go. */
function removeSubnet(context: Context, batchId: number, subnetId: number): void {
	const { db } = context;
	if (judgeAdded(db, batchId, subnetId) !== undefined) return;
	const parentId = findSubnet(db, subnetId)?.parentId;
	if (parentId === undefined && graves.listHostIds(db, subnetId, 1).length > 0) {
		rows.writeOutcome(db, batchId, { noun: "subnet", id: subnetId }, "kept", "hosts");
	} else {
		deleteSubnet(db, subnetId, parentId);
	}
}
