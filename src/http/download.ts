/** A file that is made while it is sent: a stream of pieces with a name. Keeps none of it. */

import { SECURITY_HEADERS } from "./headers.ts";

/** Sends the pieces as they come; a reader that is slow slows their maker, one that is gone ends it. */
export function respondDownload(
	request: Request,
	pieces: AsyncIterable<string | Uint8Array>,
	file: { readonly name: string; readonly type: string; readonly inline?: boolean },
): Response {
	const source = pieces[Symbol.asyncIterator]();
	// Of a reader that is gone while nothing is sent, the stream itself hears nothing.
	const end = () => void source.return?.();
	request.signal.addEventListener("abort", end, { once: true });
	const encoder = new TextEncoder();
	const body = new ReadableStream<Uint8Array>(
		{
			async pull(controller) {
				const { value, done } = await source.next();
				if (done || request.signal.aborted) return controller.close();
				if (value.length > 0) controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
				else controller.enqueue(new Uint8Array());
			},
			async cancel() {
				await source.return?.();
			},
		},
		{ highWaterMark: 2 },
	);
	const disposition = file.inline === true ? "inline" : `attachment; ${nameParameters(file.name)}`;
	return new Response(body, {
		headers: {
			...SECURITY_HEADERS,
			"content-type": file.type,
			"content-disposition": disposition,
			"cache-control": "no-store",
		},
	});
}

/** The name in both forms (RFC 6266 5, RFC 8187): plain letters for old clients, then all of it. */
function nameParameters(name: string): string {
	const plain = name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 100);
	const whole = encodeURIComponent(name.slice(0, 200)).replace(
		/['()*]/g,
		(c) => `%${c.charCodeAt(0).toString(16)}`,
	);
	return `filename="${plain}"; filename*=UTF-8''${whole}`;
}
