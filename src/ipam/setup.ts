/**
 * The one-time link by which the first administrator is made: told on the console and in a file that only the owner of
 * the process reads. Stands only while there has never been a user.
 */

import { rmSync, writeFileSync } from "node:fs";
import { constantTimeEqual } from "@oslojs/crypto/subtle";
import type { Ground } from "../context.ts";
import { newWord } from "./secrets.ts";
import { isSetUp } from "./users.ts";

export type Setup = {
	/** Is there still no user? When there is one, the file goes. */
	isOpen(): boolean;
	/** The file that holds the link; undefined: only the console tells it. */
	readonly file: string | undefined;
	/** The link that was offered last, while there is nobody. */
	link(): string | undefined;
	/** Tells the link when there is none that holds. Call it whenever somebody looks for it. */
	offer(): void;
	/** Is this the token of the link? */
	accepts(token: string): boolean;
};

/** 128 bits. */
const TOKEN_BYTES = 16;

/** `base` answers where Rollcall is reached; `tell` puts the link on the console. */
export function openSetup(
	context: Ground,
	options: {
		readonly base: () => string;
		readonly tell: (link: string) => void;
		readonly setupLinkMs: number;
	},
): Setup {
	const { databasePath } = context.config;
	const file = databasePath === ":memory:" ? undefined : `${databasePath}.setup`;
	let closed = isSetUp(context);
	let made: { token: string; at: number; link: string } | undefined;
	const isOpen = () => {
		if (closed) return false;
		closed = isSetUp(context);
		if (closed) forget();
		return !closed;
	};
	const forget = () => {
		made = undefined;
		if (file !== undefined) rmSync(file, { force: true });
	};
	return {
		isOpen,
		file,
		link: () => (isOpen() ? made?.link : undefined),
		offer() {
			const now = context.clock.monotonicMs();
			if (!isOpen() || (made !== undefined && now - made.at < options.setupLinkMs)) return;
			const token = newWord(context.random, TOKEN_BYTES);
			// In the fragment: it reaches no server and no proxy's log, only the page.
			const link = `${options.base()}/setup#${token}`;
			made = { token, at: now, link };
			if (file !== undefined) {
				rmSync(file, { force: true });
				writeFileSync(file, `${link}\n`, { mode: 0o600, flag: "wx" });
			}
			options.tell(link);
		},
		accepts(token) {
			if (!isOpen() || made === undefined) return false;
			if (context.clock.monotonicMs() - made.at >= options.setupLinkMs) return false;
			const bytes = (text: string) => new TextEncoder().encode(text);
			// Copied from a console, it may have a quotation mark or a bracket behind it.
			return constantTimeEqual(bytes(token.toLowerCase().replace(/[^a-z0-9]/g, "")), bytes(made.token));
		},
	};
}
