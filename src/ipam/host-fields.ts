/** Changing one thing that people wrote about a host: two who change different things never meet, two at one do. */

import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { HOST_LIMITS, type Host, type HostField } from "../model/host.ts";
import { readTags } from "../model/text.ts";
import { transact } from "../store/database.ts";
import { need } from "./fields.ts";
import { demandHost, tellOfHost, writeEdit } from "./hosts.ts";

/** `was`: what the person saw when they began. Tags are added and taken away, so nobody is in anybody's way. */
export type FieldEdit =
	| { readonly field: Exclude<HostField, "tags">; readonly was: string; readonly value: string }
	| { readonly field: "tags"; readonly add: string; readonly remove: string };

/**
 * Changes one field. AppError("conflict") when it is not `was` any more: its detail holds what is there `now`.
 */
export function editField(context: Context, id: number, edit: FieldEdit): Host {
	const edited = transact(context.db, () => {
		const before = demandHost(context, id);
		const now = { ...before, [edit.field]: edit.field === "tags" ? tagsOf(before, edit) : edit.value };
		if (edit.field !== "tags") {
			const there = before[edit.field];
			if (plain(edit.was) !== plain(there) && plain(edit.value) !== plain(there)) {
				throw new AppError("conflict", "Somebody else changed this meanwhile.", {
					field: edit.field,
					detail: { now: there },
				});
			}
		}
		return writeEdit(context, before, before.version, now);
	});
	tellOfHost(context, edited);
	return edited;
}

function tagsOf(before: Host, edit: { add: string; remove: string }): string[] {
	const added = need("tags", readTags(edit.add, HOST_LIMITS));
	return [...before.tags.filter((tag) => tag !== edit.remove), ...added];
}

/** Browsers send line ends their own way. */
function plain(text: string): string {
	return text.replace(/\r\n?/g, "\n").trim();
}
