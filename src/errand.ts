/**
 * Work that would hold up its thread for seconds, done in a thread that is started for it and ended after it. Knows
 * what can be asked for and who does it; decides nothing.
 */

import { constants, setPriority } from "node:os";
import { AppError, type ErrorCode } from "./errors.ts";
import type { readInThread, writeInThread } from "./importer.ts";
import type { ImportSaid } from "./model/import.ts";
import { type BackupFile, type BackupStep, findDamage, writeBackup } from "./store/backup.ts";

/** How far it is; plain data too. */
type Say<S = ImportSaid> = (said: S) => void;

/** Each takes and answers plain data: both cross the thread border. */
const ERRANDS = {
	backup: (job: { from: string; to: string; busyMs: number }, say: Say<BackupStep>): BackupFile =>
		writeBackup(job.from, job.to, { ...job, tell: say }),
	check: (job: { path: string }, _say: Say<never>): string | undefined => findDamage(job.path),
	// Loaded by the thread that needs them: the readers of files are large.
	readImport: async (job: Parameters<typeof readInThread>[0], say: Say): Promise<number> =>
		(await import("./importer.ts")).readInThread(job, say),
	writeImport: async (job: Parameters<typeof writeInThread>[0], say: Say): Promise<number> =>
		(await import("./importer.ts")).writeInThread(job, say),
} as const;

type Errands = typeof ERRANDS;
type Name = keyof Errands;
type Said<N extends Name> = Parameters<Parameters<Errands[N]>[1]>[0];

/** The first and only message to such a thread. */
export type Errand = {
	readonly kind: "errand";
	readonly name: Name;
	readonly job: Parameters<Errands[Name]>[0];
};

type Outcome =
	| { readonly said: unknown }
	| { readonly done: unknown }
	| ({
			readonly problem: string;
			readonly code: ErrorCode | undefined;
			/** Code of an error that is none of ours, such as SQLITE_FULL: it tells more than words. */
			readonly cause?: string;
	  } & Pick<Partial<AppError>, "field" | "detail">);

/**
 * Starts the program's main file as a thread for one errand and waits for its end. Throws what the errand threw, and
 * AppError("unavailable") when its thread ends without an answer; `signal` ends it as it is, and throws its reason where
 * that is an AppError. `hear`: what it says before;
 * `given`: what of the job is handed over instead of copied.
 */
export async function runErrand<N extends Name>(
	entry: string,
	name: N,
	job: Parameters<Errands[N]>[0],
	signal: AbortSignal,
	hear: Say<Said<N>> = () => {},
	given: readonly ArrayBuffer[] = [],
): Promise<Awaited<ReturnType<Errands[N]>>> {
	// A thread of its own heap, kept small: what it held goes with it.
	const worker = new Worker(entry, { smol: true });
	try {
		const outcome = await new Promise<Exclude<Outcome, { said: unknown }>>((resolve) => {
			const gone = (why: string) => resolve({ problem: `Its thread ended: ${why}`, code: "unavailable" });
			const ended = () => {
				const { reason } = signal;
				if (!(reason instanceof AppError)) return gone("Rollcall stops.");
				resolve({ problem: reason.message, code: reason.code, field: reason.field });
			};
			if (signal.aborted) return ended();
			worker.onmessage = ({ data }: MessageEvent<Outcome>) =>
				"said" in data ? hear(data.said as Said<N>) : resolve(data);
			worker.onerror = (event) => gone(event.message);
			worker.addEventListener("close", () => gone("without an answer."));
			signal.addEventListener("abort", ended, { once: true });
			const errand: Errand = { kind: "errand", name, job };
			worker.postMessage(errand, [...given]);
		});
		if ("done" in outcome) return outcome.done as Awaited<ReturnType<Errands[N]>>;
		const { problem, code, cause, field, detail } = outcome;
		const more = { ...(field === undefined ? {} : { field }), ...(detail === undefined ? {} : { detail }) };
		throw code === undefined
			? Object.assign(new Error(problem), { code: cause })
			: new AppError(code, problem, more);
	} finally {
		worker.terminate();
	}
}

/** Nobody waits for these: pages, sweeps and whoever else needs the processor go before them. */
const PATIENT: ReadonlySet<Name> = new Set<Name>(["backup", "check"]);

/** setpriority(2): on Linux 0 is this thread alone, elsewhere the whole process. */
function stepBack(): void {
	if (process.platform !== "linux") return;
	try {
		setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
	} catch {
		// Not ours to say here: then it runs as it is.
	}
}

/** The thread's side: does it and answers. */
export async function answerErrand({ name, job }: Errand, post: (outcome: Outcome) => void): Promise<void> {
	try {
		if (PATIENT.has(name)) stepBack();
		// Name and job came as one message, made by runErrand: they belong together.
		const work = ERRANDS[name] as (job: unknown, say: Say<unknown>) => unknown;
		post({ done: await work(job, (said) => post({ said })) });
	} catch (error) {
		if (!(error instanceof AppError)) {
			const { message, code: cause } = error as Error & { code?: unknown };
			return post({ problem: message, code: undefined, ...(typeof cause === "string" && { cause }) });
		}
		const { code, field, detail } = error;
		post({ problem: error.message, code, ...(field && { field }), ...(detail && { detail }) });
	}
}
