/**
 * Changing many things as one: slices of measured time with a turn for everybody between two, one line of news, and all
 * or nothing: what is cut off, fails or is cancelled is taken back. Taking back itself is in undo.
 */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { BATCH_LIMITS, type Batch, type BatchKind, type BatchState } from "../model/batch.ts";
import type { EventKind } from "../model/event.ts";
import * as batches from "../store/batches.ts";
import { transact } from "../store/database.ts";
import { atOnce, whenFree } from "../store/patience.ts";
import { nowhere, record } from "./audit.ts";

/** Something that goes on by itself: its batch, and its end. Whoever begins it hears of its failure through `done`. */
export type Work<T = void> = { readonly batchId: number; readonly done: Promise<T> };

/** Begins a batch; stands inside the caller's transaction or alone. `source`: what it is made from, in words. */
export function openBatch(
	context: Context,
	batch: { kind: BatchKind; source: string; detail?: Batch["detail"] },
): number {
	const at = context.clock.now();
	return batches.insertBatch(context.db, { ...batch, actor: nameOf(context), at });
}

/**
 * Closes a batch with the one line that tells of it, in the caller's transaction; from now on it can be undone.
 * The batch's id goes into the event's detail.
 */
export function closeBatch(
	context: Context,
	id: number,
	news: {
		kind: EventKind;
		label: string;
		subnetId?: number | undefined;
		detail: Batch["detail"];
		ip?: string;
	},
): void {
	const { kind, label, subnetId, detail, ip } = news;
	const told = { kind, subnetId, hostId: undefined, ip, label };
	const event = record(context, { ...told, detail: { ...detail, batch: id } });
	batches.finishBatch(context.db, id, event.id, context.clock.now());
}

/** The batch is no longer what its worker took it for: somebody cancelled it, or went on with it. */
export class Interrupted extends AppError {
	constructor(state: BatchState) {
		const undoing = "Undoing was stopped. The rest can be undone another time.";
		super(
			"conflict",
			state === "undoing" ? undoing : "This was cancelled: what had been done of it is taken back.",
		);
	}
}

/**
 * Runs `step` again and again until it answers false: as many steps in one transaction as fit into a few milliseconds,
 * then everybody else has a turn. Throws Interrupted, with nothing written, when the batch is no longer in `state`.
 */
export async function inSlices(
	context: Context,
	id: number,
	state: BatchState,
	step: () => boolean,
): Promise<void> {
	const { clock, db } = context;
	for (let more = true; more; ) {
		more = await inTurn(context, () => {
			demandState(context, id, state);
			batches.writeBeat(db, id, clock.now());
			const until = clock.monotonicMs() + BATCH_LIMITS.sliceMs;
			for (;;) {
				if (!step()) return false;
				if (clock.monotonicMs() >= until) return true;
			}
		});
		if (more) await clock.sleep(BATCH_LIMITS.restMs);
	}
}

/** One transaction, as soon as nobody else writes: meanwhile pages are answered. */
export function inTurn<T>({ db, clock }: Context, work: () => T): Promise<T> {
	return whenFree(() => atOnce(db, () => transact(db, work)), { ...BATCH_LIMITS, sleep: clock.sleep });
}

/** Throws Interrupted unless the batch is in `state`. */
export function demandState({ db }: Ground, id: number, state: BatchState): void {
	if (batches.readState(db, id) !== state) throw new Interrupted(state);
}

/** A step for `inSlices`: some ids at a time, until there are no more. */
export function eachOf(ids: readonly number[], work: (some: readonly number[]) => void): () => boolean {
	let at = 0;
	return () => {
		const some = ids.slice(at, at + BATCH_LIMITS.stepRows);
		at += some.length;
		if (some.length > 0) work(some);
		return at < ids.length;
	};
}

export function demandBatch(context: Ground, id: number): Batch {
	const batch = batches.findBatch(context.db, id);
	if (batch === undefined) {
		throw new AppError("not_found", "There is nothing to undo here (any more): it is too long ago.");
	}
	return batch;
}

/**
 * Cancels what is under way. What a batch did so far is taken back; taking back stops where it is, and can go on another
 * time. AppError("conflict") when nothing is under way.
 */
export function cancelBatch(context: Context, id: number): Batch {
	return transact(context.db, () => {
		const { state, detail, kind, source } = demandBatch(context, id);
		if (state === "undoing" && (detail.why ?? "") !== "")
			throw new AppError("conflict", "It is being taken back already.");
		const at = context.clock.now();
		if (state === "open")
			batches.startUndo(context.db, id, { actor: nameOf(context), at, why: "it was cancelled" });
		else if (state === "undoing") batches.stopUndo(context.db, id);
		else throw new AppError("conflict", "There is nothing to cancel: this is done.");
		const told = { batch: id, kind, field: state === "open" ? "work" : "undoing" };
		record(context, { kind: "batch_cancelled", ...nowhere, label: source, detail: told });
		return demandBatch(context, id);
	});
}

/** Nobody is named where nobody logs in. */
export function nameOf({ actor }: Context): string {
	return actor.kind === "program" ? "" : actor.name;
}

/** So many things may have changed that every open page looks again. */
export function tellAll(context: Context): void {
	const subnetIds = batches.listSubnetIds(context.db);
	context.bus.publish({ kind: "change", change: { subnetIds, hostIds: [], urgent: true } });
}
