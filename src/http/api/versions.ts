/**
 * Entity tags: the version of a thing, which an edit is based on, and a digest of the answer, by which a client knows
 * that it has this very answer already.
 */

import { AppError } from "../../errors.ts";

/** 412: If-Match named another version than the one that is there (RFC 9110 13.1.1). */
export class Outdated extends AppError {
	constructor(says: string, version: number) {
		super("conflict", says, { field: "If-Match", detail: { version } });
	}
}

/** The tag of a version: it changes with every edit by a person, not with what sweeps measure. */
export function tagOf(version: number): string {
	return `"${version}"`;
}

/** The tag of an answer that has this text: that of its version, and behind a hyphen what changes with anything else. */
export function tagOfAnswer(tag: string, text: string): string {
	return `${tag.slice(0, -1)}-${Bun.hash(text).toString(36)}"`;
}

/** One entity tag (RFC 9110 8.8.3). */
const TAG = /^(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/;
/** Most tags of one header that are looked at. */
const TAGS_MAX = 64;

/**
 * The version an edit is based on: the one that is there when If-Match names it, or says "*", or is not sent and
 * `inBody` is not either. Of a tag the version alone counts: what sweeps measured since is in nobody's way. Weak tags
 * never match (RFC 9110 8.8.3.2: If-Match compares strongly). Throws Outdated when If-Match names others only,
 * AppError("invalid") when it is no list of tags.
 */
export function readVersion(request: Request, there: number, inBody?: number): number {
	const header = request.headers.get("if-match");
	if (header === null) return inBody ?? there;
	if (header.trim() === "*") return there;
	const tags = splitTags(header).map((text) => TAG.exec(text));
	if (tags.length === 0 || tags.length > TAGS_MAX || tags.includes(null)) {
		throw new AppError("invalid", 'If-Match is *, or entity tags in quotes such as "3".', {
			field: "If-Match",
		});
	}
	const strong = tags.filter((tag) => tag?.[1] === undefined);
	if (strong.some((tag) => tag?.[2]?.replace(/-.*/, "") === String(there))) return there;
	throw new Outdated("Somebody else changed this meanwhile: read it again.", there);
}

/**
 * Does If-None-Match name this answer's tag (RFC 9110 13.1.2)? It compares weakly: a mark of weakness counts for
 * nothing. "*" names whatever there is. What is no tag names nothing: then the answer is sent.
 */
export function namesTag(header: string, tag: string): boolean {
	if (header.trim() === "*") return true;
	return splitTags(header)
		.slice(0, TAGS_MAX)
		.some((text) => text.replace(/^W\//, "") === tag);
}

/** Parts between commas; a comma inside quotes is no end. Empty parts are left out (RFC 9110 5.6.1). */
function splitTags(header: string): string[] {
	return (header.match(/(?:[^,"]|"[^"]*"?)+/g) ?? [])
		.map((part) => part.trim())
		.filter((part) => part !== "");
}

/** Runs an edit; a conflict of versions under If-Match is told as 412. */
export function underMatch<T>(request: Request, edit: () => T): T {
	try {
		return edit();
	} catch (error) {
		const version =
			error instanceof AppError && error.code === "conflict" ? error.detail?.version : undefined;
		if (typeof version === "number" && request.headers.has("if-match"))
			throw new Outdated((error as AppError).message, version);
		throw error;
	}
}
