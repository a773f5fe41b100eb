/** Work that may take seconds, and that whoever asks for it need not wait for. Knows no noun. */

import type { Work } from "../../ipam/batches.ts";
import { letGoOn } from "../batches.ts";
import type { Desk } from "../desk.ts";
import { YES_OR_NO } from "./parameters.ts";

export const WAIT = YES_OR_NO(
	"Answer when it is done; otherwise at once, with 202, and it goes on by itself.",
	true,
);

/**
 * Answers `body()` when the work is done, with 200; when nobody waits for it (`wait` false) as it is now, with 202: then what
 * fails is logged.
 */
export async function whenDone<B>(desk: Desk, work: Work<unknown>, wait: boolean | undefined, body: () => B) {
	if (wait === false) {
		letGoOn(desk, work);
		return { status: 202, body: body() } as const;
	}
	await work.done;
	return { status: 200, body: body() } as const;
}
