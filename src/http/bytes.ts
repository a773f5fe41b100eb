/** The bytes of a body, bounded while they are read. Knows no form and no format. */

import { AppError } from "../errors.ts";

/** The whole body; AppError("invalid") when it has more than `most` bytes, as soon as that is known. */
export async function readBytes(request: Request, most: number): Promise<Uint8Array<ArrayBuffer>> {
	const said = Number(request.headers.get("content-length") ?? 0);
	if (said > most) throw tooLarge(most);
	const parts: Uint8Array[] = [];
	let size = 0;
	for await (const part of (request.body ?? []) as AsyncIterable<Uint8Array>) {
		size += part.length;
		if (size > most) throw tooLarge(most);
		parts.push(part);
	}
	const all = new Uint8Array(size);
	let at = 0;
	for (const part of parts) {
		all.set(part, at);
		at += part.length;
	}
	return all;
}

function tooLarge(most: number): AppError {
	const limit = `${Math.floor(most / 1_048_576)} MB`;
	return new AppError("invalid", `This is too large: at most ${limit} are taken at once.`, {
		field: "file",
	});
}
