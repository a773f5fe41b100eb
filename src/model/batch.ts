/** Many things changed at once by one wish, and what undoing it did. Pure; knows no row. */

export const BATCH_KINDS = ["bulk_edit", "delete", "import"] as const;
export type BatchKind = (typeof BATCH_KINDS)[number];

/** open: still under way. undoing: likewise, backwards. */
export type BatchState = "open" | "done" | "undoing" | "undone";

export type Batch = {
	readonly id: number;
	readonly kind: BatchKind;
	readonly state: BatchState;
	/** Who, by name; "" where nobody logs in. */
	readonly actor: string;
	/** What it was made from, in words: a file, a filter, a subnet. */
	readonly source: string;
	/** Small and flat, as of an event. */
	readonly detail: Readonly<Record<string, string | number>>;
	/** Epoch milliseconds. */
	readonly madeAt: number;
	readonly finishedAt: number | undefined;
	/** Hosts. */
	readonly added: number;
	readonly changed: number;
	readonly deleted: number;
	/** Subnets, whatever happened to them. */
	readonly subnets: number;
	readonly undoneAt: number | undefined;
	readonly undoneBy: string;
	/** Things that undo left alone, or in part. */
	readonly kept: number;
};

/** A thing that undo left alone, or in part. */
export type Kept = {
	readonly noun: "host" | "subnet" | "webhook";
	readonly id: number;
	/** Address, CIDR or name. */
	readonly label: string;
	/** "kept": it changed since. "gone": it was deleted since. */
	readonly outcome: "kept" | "gone";
	/** Fields that were changed since, between commas, or why it stays: "answers", "address", "cidr", "hosts", "subnet". */
	readonly fields: string;
};

export type Undone = { readonly batch: Batch; readonly kept: readonly Kept[] };

/** How far a batch is that is under way, either way; undefined: it is not. */
export function progressOf(batch: Batch): { readonly done: number; readonly total: number } | undefined {
	const { state, added, changed, deleted, subnets, detail } = batch;
	const touched = added + changed + deleted + subnets;
	if (state === "open") return { done: touched, total: Math.max(touched, Number(detail.total ?? 0)) };
	if (state === "undoing") return { done: Math.min(touched, undoneOf(batch)), total: touched };
	return undefined;
}

/** Things that undo has looked at so far. */
export function undoneOf({ detail }: Batch): number {
	return Number(detail.undone ?? 0);
}

export const BATCH_LIMITS = {
	/** A transaction takes nothing new after so long, in milliseconds: then pages are answered. */
	sliceMs: 5,
	/** Things looked at in one step of a transaction. */
	stepRows: 50,
	/** Between two transactions, in milliseconds: whoever waits for the database finds it free. */
	restMs: 2,
	/** While somebody else writes, a slice is tried again so often, and for so long, in milliseconds. */
	againMs: 25,
	againMaxMs: 20_000,
	/** A batch without a sign of life for so long has been left: it is taken back, or undoing it goes on, in milliseconds. */
	silentMs: 30_000,
	/** Of what undo kept, so many are named. */
	keptShown: 50,
} as const;
