/** Imports from the file to the rows, in few words: what a file brings, what its plan says, writing it. Undoes nothing. */

import type { Context } from "../../src/context.ts";
import { AppError } from "../../src/errors.ts";
import { writeImport } from "../../src/ipam/import-write.ts";
import { readImport } from "../../src/ipam/importing.ts";
import { DEFAULT_OPTIONS, type Import, type ImportOptions, type Verdict } from "../../src/model/import.ts";
import { neverSeen } from "../../src/model/presence.ts";
import { listRows } from "../../src/store/import-rows.ts";
import { findImport } from "../../src/store/imports.ts";

export type Importer = {
	/** Reads a file; answers its plan. */
	bring(text: string, options?: Partial<ImportOptions>, name?: string): Promise<Import>;
	found(id: number): Import;
	rows(one: Import, verdict?: Verdict): ReturnType<typeof listRows>;
	write(one: Import): Import;
};

/** One who works in whatever context there is at that moment. */
export function importerOf(context: () => Context): Importer {
	const found = (id: number) => {
		const one = findImport(context().db, id);
		if (one === undefined) throw new Error("no such import");
		return one;
	};
	return {
		async bring(text, options = {}, name = "a.csv") {
			const bytes = new TextEncoder().encode(text);
			const id = await readImport(context(), { name, bytes, options: { ...DEFAULT_OPTIONS, ...options } });
			return found(id);
		},
		found,
		rows: (one, verdict) => listRows(context().db, one.id, verdict, 0, 1_000),
		write(one) {
			writeImport(context(), one.id);
			return found(one.id);
		},
	};
}

/** How many of each verdict, without those that are none. */
export const counts = ({ counts: by }: Import) =>
	Object.fromEntries(
		Object.entries(by).flatMap(([verdict, { hosts, subnets }]) => [
			...(hosts > 0 ? [[verdict, hosts]] : []),
			...(subnets > 0 ? [[`${verdict} subnets`, subnets]] : []),
		]),
	);

/** A host that answered then. */
export const answered = (at: number) => ({
	...neverSeen,
	status: "up" as const,
	lastSeenAt: at,
	statusSince: at,
});

/** What is refused, and why. */
export const problemOf = async (work: () => unknown) => {
	try {
		await work();
	} catch (error) {
		if (error instanceof AppError) return error;
		throw error;
	}
	throw new Error("nothing was refused");
};
