/** Changing many hosts at once: only the fields that were asked for, in a batch that can be undone. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { HOST_LIMITS, type HostFilter } from "../model/host.ts";
import { readLine, readTags, readText } from "../model/text.ts";
import { noteBefore, sealAfter } from "../store/batch-rows.ts";
import { type BulkValues, listExistingIds, listMatchingIds, mostTags, writeToHosts } from "../store/bulk.ts";
import {
	closeBatch,
	demandState,
	eachOf,
	inSlices,
	inTurn,
	openBatch,
	tellAll,
	type Work,
} from "./batches.ts";
import { need } from "./fields.ts";
import { carryOut } from "./undo.ts";

/** Hosts by id, or all that a filter lets through except some. */
export type Selection =
	| { readonly kind: "ids"; readonly ids: readonly number[] }
	| { readonly kind: "matching"; readonly filter: HostFilter; readonly except: readonly number[] };

/** What a person asked for; undefined: that field is left as it is. */
export type BulkInput = {
	readonly hostname?: string | undefined;
	readonly description?: string | undefined;
	readonly notes?: string | undefined;
	/** Apart, or between commas. */
	readonly tagsAdded?: string | readonly string[] | undefined;
	readonly tagsRemoved?: string | readonly string[] | undefined;
	readonly tags?: string | readonly string[] | undefined;
};

/** Ids of the hosts that are selected now, by address. AppError("invalid") when there are none. */
export function resolveSelection(context: Ground, selection: Selection): number[] {
	const except = selection.kind === "matching" ? new Set(selection.except) : new Set<number>();
	const ids =
		selection.kind === "ids"
			? listExistingIds(context.db, selection.ids)
			: listMatchingIds(context.db, selection.filter).filter((id) => !except.has(id));
	if (ids.length === 0) throw new AppError("invalid", "No host is selected.", { field: "ids" });
	return ids;
}

/**
 * Writes the same to all these hosts. `source`: which they are, in words. AppError("invalid") names the field; then
 * nothing is changed.
 */
export function beginEdit(
	context: Context,
	ids: readonly number[],
	input: BulkInput,
	source: string,
): Work<{ hosts: number }> {
	const values = checkBulk(input);
	const fields = fieldsOf(values);
	if (fields.length === 0)
		throw new AppError("invalid", "Tick at least one field to change.", { field: "fields" });
	const most = values.tags?.length ?? mostTags(context.db, ids);
	if (most + (values.tagsAdded?.length ?? 0) > HOST_LIMITS.tags) throw tooManyTags();
	const said = { fields: fields.join(", "), total: ids.length };
	const batchId = openBatch(context, { kind: "bulk_edit", source, detail: said });
	const write = (some: readonly number[]) => {
		noteBefore(context.db, batchId, "host", some);
		writeToHosts(context.db, some, values, context.clock.now());
		// Somebody may have added others since it began.
		if (mostTags(context.db, some) > HOST_LIMITS.tags) throw tooManyTags();
		sealAfter(context.db, batchId, "host", some);
	};
	const done = carryOut(context, batchId, async () => {
		await inSlices(context, batchId, "open", eachOf(ids, write));
		const detail = { hosts: ids.length, fields: fields.join(" and ") };
		await inTurn(context, () => {
			demandState(context, batchId, "open");
			closeBatch(context, batchId, { kind: "hosts_edited", label: source, detail });
		});
		tellAll(context);
		return { hosts: ids.length };
	});
	return { batchId, done };
}

/** The same, to its end. */
export async function editHosts(
	context: Context,
	ids: readonly number[],
	input: BulkInput,
	source: string,
): Promise<{ batchId: number; hosts: number }> {
	const { batchId, done } = beginEdit(context, ids, input, source);
	return { batchId, ...(await done) };
}

function tooManyTags(): AppError {
	const says = `A host has at most ${HOST_LIMITS.tags} tags; one of these would have more.`;
	return new AppError("invalid", says, { field: "tags_added" });
}

function checkBulk(input: BulkInput): BulkValues {
	const line = (field: "hostname" | "description", max: number) =>
		input[field] === undefined ? undefined : need(field, readLine(input[field], max));
	const tags = (name: string, text: string | readonly string[] | undefined) =>
		text === undefined ? undefined : need(name, readTags(text, HOST_LIMITS));
	return {
		hostname: line("hostname", HOST_LIMITS.hostnameChars),
		description: line("description", HOST_LIMITS.descriptionChars),
		notes:
			input.notes === undefined ? undefined : need("notes", readText(input.notes, HOST_LIMITS.notesChars)),
		tagsAdded: tags("tags_added", input.tagsAdded),
		tagsRemoved: tags("tags_removed", input.tagsRemoved),
		tags: tags("tags", input.tags),
	};
}

function fieldsOf(values: BulkValues): string[] {
	const named: [string, unknown][] = [
		["hostname", values.hostname],
		["description", values.description],
		["tags", values.tags ?? values.tagsAdded?.[0] ?? values.tagsRemoved?.[0]],
		["notes", values.notes],
	];
	return named.filter(([, value]) => value !== undefined).map(([name]) => name);
}
