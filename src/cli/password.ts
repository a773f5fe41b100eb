/** Asking for a password: from standard input, or on the terminal without showing what is typed. */

import { AppError } from "../errors.ts";
import { Interrupted, type Io } from "./run.ts";

/** Longest line that is read, in bytes. */
const LINE_BYTES = 4_096;

/** One line. AppError("invalid") when there is no terminal to ask on and no leave to read standard input. */
export async function readPassword(io: Io, fromInput: boolean): Promise<string> {
	if (fromInput) return readLine();
	if (!process.stdin.isTTY) {
		throw new AppError(
			"invalid",
			"There is no terminal to ask on: add --password-stdin and send the password in.",
		);
	}
	const first = await ask(io, "Password: ");
	const again = await ask(io, "Once more: ");
	if (first !== again)
		throw new AppError("invalid", "These were two different passwords. Nothing was changed.");
	return first;
}

async function readLine(): Promise<string> {
	const decoder = new TextDecoder();
	let text = "";
	for await (const chunk of Bun.stdin.stream()) {
		text += decoder.decode(chunk, { stream: true });
		if (text.includes("\n") || text.length > LINE_BYTES) break;
	}
	return text.split(/\r?\n/)[0] ?? "";
}

/** In raw mode nothing is echoed; Ctrl+C ends it, backspace takes back. */
async function ask(io: Io, prompt: string): Promise<string> {
	// First, so that not even what comes at once is shown.
	process.stdin.setRawMode(true);
	io.err(prompt);
	let typed = "";
	try {
		for (;;) {
			const key = await nextKeys(io.signal);
			for (const char of key) {
				if (char === "\r" || char === "\n") return typed;
				if (char === "\u0003" || char === "\u0004") throw new Interrupted("nothing was changed.");
				typed = char === "\u007f" || char === "\b" ? [...typed].slice(0, -1).join("") : typed + char;
			}
		}
	} finally {
		process.stdin.setRawMode(false);
		process.stdin.pause();
		io.err("\n");
	}
}

/** What is typed next; a signal from elsewhere counts as Ctrl+C, so that the terminal is left as it was. */
function nextKeys(signal: AbortSignal | undefined): Promise<string> {
	const { promise, resolve } = Promise.withResolvers<string>();
	const typed = (chunk: Uint8Array) => resolve(new TextDecoder().decode(chunk));
	const ended = () => resolve("\u0003");
	if (signal?.aborted) ended();
	process.stdin.once("data", typed);
	signal?.addEventListener("abort", ended, { once: true });
	process.stdin.resume();
	return promise.finally(() => {
		process.stdin.off("data", typed);
		signal?.removeEventListener("abort", ended);
	});
}
