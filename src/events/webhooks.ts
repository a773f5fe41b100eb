/**
 * Sends one message to one webhook: resolves its name once, judges every address, connects to the judged one.
 * The only place that fetches. Knows no row and no retry.
 */

import type { Clock } from "../clock.ts";
import { isLiteral, judgeAnswer, portOf, readTarget, type TargetRules } from "../model/target.ts";
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

export type PostOptions = {
	readonly clock: Clock;
	/** Addresses of a name, as text. */
	readonly resolve: (name: string) => Promise<readonly string[]>;
	readonly rules: TargetRules;
	readonly userAgent: string;
	/** The whole exchange, in milliseconds. */
	readonly timeoutMs: number;
	/** Of the answer's body, at most so much is read (and forgotten). */
	readonly answerBytes: number;
	/** Certificates trusted besides the system's, as PEM: for receivers of the tests. */
	readonly ca?: string;
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
		const target = await aim(message.url, options, limit.signal);
		if (target.problem !== undefined) return tell({ problem: target.problem });
		const response = await send(message, target, options, limit.signal);
		const answered = tell({ status: response.status, ...verdict(response) });
		await drain(response, options.answerBytes);
		return answered;
	} catch (error) {
		return tell({ problem: explain(error, limit.signal.aborted, options.timeoutMs) });
	} finally {
		finished.abort();
	}
}

type Aim =
	| { readonly url: URL; readonly host: string; readonly problem?: undefined }
	| { readonly problem: string };

/** The URL and the one address that will be connected to, both judged now: what was allowed once may not be today. */
async function aim(text: string, options: PostOptions, limit: AbortSignal): Promise<Aim> {
	const { value: url, problem } = readTarget(text, options.rules);
	if (url === undefined) return { problem: problem ?? "" };
	if (isLiteral(url)) return { url, host: url.hostname };
	const addresses = await before(limit, options.resolve(url.hostname));
	const { value: host, problem: refusal } = judgeAnswer(addresses, portOf(url), options.rules);
	return host === undefined ? { problem: refusal ?? "" } : { url, host };
}

/** Rejects when the signal aborts first. */
function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		const stop = () => reject(new DOMException("aborted", "AbortError"));
		if (signal.aborted) stop();
		signal.addEventListener("abort", stop, { once: true });
		work.then(resolve, reject);
	});
}

/** The name stays in Host and in the TLS handshake; the connection goes to the address. */
function send(
	message: Message,
	target: { url: URL; host: string },
	options: PostOptions,
	signal: AbortSignal,
): Promise<Response> {
	const { url, host } = target;
	const tls = {
		...(isLiteral(url) ? {} : { serverName: url.hostname.replace(/\.$/, "") }),
		...(options.ca === undefined ? {} : { ca: options.ca }),
	};
	const headers = {
		host: url.host,
		"content-type": "application/json",
		"user-agent": options.userAgent,
		...signatureHeaders(message.secret, { uid: message.uid, at: options.clock.now(), body: message.body }),
	};
	return fetch(`${url.protocol}//${host}:${portOf(url)}${url.pathname}${url.search}`, {
		method: "POST",
		headers,
		body: message.body,
		redirect: "manual",
		keepalive: false,
		decompress: false,
		signal,
		...(url.protocol === "https:" ? { tls } : {}),
	});
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

/** Codes of failures, as bun spells them, in our words. */
const FAILURES: readonly { readonly code: RegExp; readonly says: string }[] = [
	{ code: /ConnectionRefused|ECONNREFUSED/, says: "It refused the connection." },
	{ code: /ENOTFOUND|EAI_|DNS_|ENODATA|NotFound/, says: "Its name could not be resolved." },
	{ code: /CERT|TLS|SSL|SELF_SIGNED/, says: "Its certificate is not trusted, or not for this name." },
	{ code: /ResponseHeadersTooLarge|Malformed|HPE_/, says: "It answered something that is not HTTP." },
	{
		code: /ECONNRESET|ConnectionClosed|ConnectionReset/,
		says: "It closed the connection without an answer.",
	},
	{ code: /FailedToOpenSocket|EHOSTUNREACH|ENETUNREACH|Unreachable/, says: "It cannot be reached." },
];

function explain(error: unknown, timedOut: boolean, timeoutMs: number): string {
	if (timedOut) return `No answer within ${timeoutMs / 1_000} s.`;
	const code = String((error as { code?: unknown }).code ?? (error as Error).name);
	const known = FAILURES.find((failure) => failure.code.test(code));
	return known?.says ?? `The connection failed (${code.replace(/[^A-Za-z0-9_]/g, "").slice(0, 60)}).`;
}
