/**
 * The only place that fetches: resolves a name once, judges every address, connects to the judged one, follows nothing,
 * asks no proxy. Knows neither what is sent nor what comes back.
 */

import type { Clock } from "../clock.ts";
import { isLiteral, judgeAnswer, portOf, readTarget, type TargetRules } from "../model/target.ts";

export type ReachOptions = {
	readonly clock: Clock;
	/** Addresses of a name, as text. */
	readonly resolve: (name: string) => Promise<readonly string[]>;
	readonly rules: TargetRules;
	/** The whole exchange, in milliseconds. */
	readonly timeoutMs: number;
	/** Certificates trusted besides the system's, as PEM: for receivers of the tests. */
	readonly ca?: string;
};

export type Outgoing = {
	readonly method: "GET" | "POST" | "DELETE";
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: string;
};

/** The URL may not be called, or has no address; the message says why. */
export class Unreached extends Error {}

/**
 * The answer, whatever its status; its body is not read yet. Throws Unreached, or what the connection failed with (see
 * `explainFailure`). `limit` ends it.
 */
export async function reach(
	text: string,
	request: Outgoing,
	options: ReachOptions,
	limit: AbortSignal,
): Promise<Response> {
	const target = await aim(text, options, limit);
	if (target.problem !== undefined) throw new Unreached(target.problem);
	return send(request, target, options, limit);
}

/** At most `most` bytes of a body as text; undefined when there are more. The rest is cut off. */
export async function readAnswer(response: Response, most: number): Promise<string | undefined> {
	const decoder = new TextDecoder();
	let text = "";
	let size = 0;
	for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
		size += part.length;
		if (size > most) return undefined;
		text += decoder.decode(part, { stream: true });
	}
	return text;
}

type Aim =
	| { readonly url: URL; readonly host: string; readonly problem?: undefined }
	| { readonly problem: string };

/** The URL and the one address that will be connected to, both judged now: what was allowed once may not be today. */
async function aim(text: string, options: ReachOptions, limit: AbortSignal): Promise<Aim> {
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
	request: Outgoing,
	target: { url: URL; host: string },
	options: ReachOptions,
	signal: AbortSignal,
): Promise<Response> {
	const { url, host } = target;
	const tls = {
		...(isLiteral(url) ? {} : { serverName: url.hostname.replace(/\.$/, "") }),
		...(options.ca === undefined ? {} : { ca: options.ca }),
	};
	return fetch(`${url.protocol}//${host}:${portOf(url)}${url.pathname}${url.search}`, {
		...request,
		headers: { ...request.headers, host: url.host },
		redirect: "manual",
		keepalive: false,
		decompress: false,
		signal,
		...(url.protocol === "https:" ? { tls } : {}),
	});
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

/** What a connection failed with, in our words. */
export function explainFailure(
	error: unknown,
	timedOut: boolean,
	{ timeoutMs }: { readonly timeoutMs: number },
): string {
	if (timedOut) return `No answer within ${timeoutMs / 1_000} s.`;
	const code = String((error as { code?: unknown }).code ?? (error as Error).name);
	const known = FAILURES.find((failure) => failure.code.test(code));
	return known?.says ?? `The connection failed (${code.replace(/[^A-Za-z0-9_]/g, "").slice(0, 60)}).`;
}
