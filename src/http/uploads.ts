/** Forms that carry a file. Bounded before they are read; knows no format. */

import { AppError } from "../errors.ts";
import { readBytes } from "./bytes.ts";
import type { Fields } from "./query.ts";

export type Upload = {
	readonly field: Fields;
	/** Undefined: none was chosen. */
	readonly file: { readonly name: string; readonly bytes: Uint8Array } | undefined;
};

/** Parts of one form. */
const PARTS_MAX = 500;

/** Reads a multipart form (RFC 7578) of at most `most` bytes. AppError("invalid") for any other body. */
export async function readUpload(request: Request, most: number): Promise<Upload> {
	const type = request.headers.get("content-type") ?? "";
	if (!type.toLowerCase().startsWith("multipart/form-data")) {
		throw new AppError("invalid", "This form was sent in an unknown way (multipart/form-data is needed).");
	}
	const bytes = await readBytes(request, most);
	let form: FormData;
	try {
		form = await new Response(bytes, { headers: { "content-type": type } }).formData();
	} catch {
		throw new AppError("invalid", "The form arrived damaged. Send it again.");
	}
	if ([...form.keys()].length > PARTS_MAX) throw new AppError("invalid", "The form has too many parts.");
	const sent = form.get("file");
	const file = sent instanceof File && (sent.size > 0 || sent.name !== "") ? sent : undefined;
	return {
		field: (name) => {
			const value = form.get(name);
			return typeof value === "string" ? value : "";
		},
		file:
			file === undefined ? undefined : { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) },
	};
}
