/**
 * What a server and a command line that waits for it say to each other while the database itself is being written: a tiny
 * file beside it. The command line makes it, and takes it away when it no longer wants the work; the server writes into
 * it how far it is. Knows no rows.
 */

import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { makeForService } from "./rights.ts";

/** How far a piece of work is: so many rows of all. */
export type HowFar = { readonly done: number; readonly total: number };

/** Always as long, so that no reader sees the end of what was there before, in bytes. */
const LENGTH = 64;

function fileOf(databasePath: string, id: number): string {
	return `${databasePath}.import-${id}`;
}

/** Somebody waits for import `id` from now on. */
export function beginWaiting(databasePath: string, id: number): void {
	makeForService(fileOf(databasePath, id));
}

/** Nobody waits any more: the work may end. */
export function endWaiting(databasePath: string, id: number): void {
	rmSync(fileOf(databasePath, id), { force: true });
}

/** Tells whoever waits; false: nobody does (any more). A file that cannot be written is no reason to end the work. */
export function tellWaiting(databasePath: string, id: number, howFar: HowFar): boolean {
	try {
		const file = openSync(fileOf(databasePath, id), "r+");
		try {
			writeSync(file, JSON.stringify(howFar).padEnd(LENGTH), 0);
		} finally {
			closeSync(file);
		}
		return true;
	} catch (error) {
		return (error as { code?: string }).code !== "ENOENT";
	}
}

/** What was told last; undefined: nothing yet. */
export function readTold(databasePath: string, id: number): HowFar | undefined {
	try {
		const { done, total } = JSON.parse(readFileSync(fileOf(databasePath, id), "utf8"));
		return typeof done === "number" && typeof total === "number" ? { done, total } : undefined;
	} catch {
		// Empty, gone, or being written at this moment: the next look tells.
		return undefined;
	}
}
