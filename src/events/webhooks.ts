/** Sends one message to one webhook, and tells what came of it. Knows no row and no retry. */

import { explainFailure, type ReachOptions, reach, Unreached } from "./outgoing.ts";
import { signatureHeaders } from "./signature.ts";

export type Message = {
	readonly url: string;
	readonly uid: string;
	readonly body: string;
	readonly secret: string;
};

/** What came back; `problem` is undefined when it was accepted. Nothing of the answer's body is kept. */
export type Answer = {
	readonly status: number | undefined;
	readonly answerMs: number;
	readonly problem: string | undefined;
	/** Seconds the receiver asked us to wait. */
	readonly retryAfterS: number | undefined;
};

export type PostOptions = ReachOptions & {
	readonly userAgent: string;
	/** Of the answer's body, at most so much is read (and forgotten). */
	readonly answerBytes: number;
};

/** Posts a message. Never rejects; aborting `signal` ends it as a failure. */
export async function post(message: Message, options: PostOptions, signal: AbortSignal): Promise<Answer> {
	const { clock } = options;
	const startedAt = clock.monotonicMs();
	const finished = new AbortController();
	const limit = new AbortController();
	void clock.sleep(options.timeoutMs, AbortSignal.any([finished.signal, signal])).then(() => limit.abort());
	const tell = (part: Partial<Answer>): Answer => ({
		status: undefined,
		problem: undefined,
		retryAfterS: undefined,
		...part,
		answerMs: clock.monotonicMs() - startedAt,
	});
	try {
		const response = await reach(message.url, requestOf(message, options), options, limit.signal);
		const answered = tell({ status: response.status, ...verdict(response) });
		await drain(response, options.answerBytes);
		return answered;
	} catch (error) {
		const says =
			error instanceof Unreached ? error.message : explainFailure(error, limit.signal.aborted, options);
		return tell({ problem: says });
	} finally {
		finished.abort();
	}
}

function requestOf({ secret, uid, body }: Message, options: PostOptions) {
	const headers = {
		"content-type": "application/json",
		"user-agent": options.userAgent,
		...signatureHeaders(secret, { uid, at: options.clock.now(), body }),
	};
	return { method: "POST", headers, body } as const;
}

function verdict(response: Response): Pick<Answer, "problem" | "retryAfterS"> {
	const { status } = response;
	const asked = response.headers.get("retry-after") ?? "";
	const retryAfterS = /^\d{1,6}$/.test(asked) ? Number(asked) : undefined;
	if (status >= 200 && status < 300) return { problem: undefined, retryAfterS: undefined };
	if (status === 410) return { problem: "The receiver is gone for good (410).", retryAfterS };
	if (status >= 300 && status < 400) {
		return { problem: `It sent us elsewhere (${status}); that is not followed.`, retryAfterS };
	}
	return { problem: `It answered ${status}.`, retryAfterS };
}

/** Reads a little, so that a receiver that writes a line sees it taken; the rest is cut off. */
async function drain(response: Response, most: number): Promise<void> {
	const reader = response.body?.getReader();
	if (reader === undefined) return;
	try {
		for (let read = 0; read < most; ) {
			const { done, value } = await reader.read();
			if (done) return;
			read += value.byteLength;
		}
	} catch {
		// The status has been said already: how the body ends changes nothing.
	} finally {
		await reader.cancel().catch(() => {});
	}
}
