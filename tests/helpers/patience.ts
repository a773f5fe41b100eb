/** How tests wait: for a thing, never for a time. Knows one bound, which only ends the wait for what never comes. */

/** Many times what anything takes on the slowest machine; what takes a time of its own in the product gets more. */
export const PATIENCE_MS = 60_000;
/** Between two looks: soon at first, then less often, so that looking does not keep the machine from doing it. */
const LOOK_MS = 5;
const LOOK_MAX_MS = 100;

/** Looks until what it sees is neither false nor missing, and answers that. `what` names it when it never comes. */
export async function until<T>(
	look: () => T | Promise<T>,
	what: string | (() => string),
	ms = PATIENCE_MS,
): Promise<Exclude<NonNullable<T>, false>> {
	const end = performance.now() + ms;
	for (let waitMs = LOOK_MS; ; waitMs = Math.min(2 * waitMs, LOOK_MAX_MS)) {
		const seen = await look();
		if (seen !== undefined && seen !== null && seen !== false) return seen as Exclude<NonNullable<T>, false>;
		if (performance.now() > end)
			throw new Error(`it did not come to this: ${typeof what === "string" ? what : what()}`);
		await Bun.sleep(waitMs);
	}
}

/** Judges again until nothing is wrong: for what follows soon, but not at once, upon what was waited for. */
export async function soon<T>(judge: () => T | Promise<T>, ms = PATIENCE_MS): Promise<T> {
	const end = performance.now() + ms;
	for (let waitMs = LOOK_MS; ; waitMs = Math.min(2 * waitMs, LOOK_MAX_MS)) {
		try {
			return await judge();
		} catch (wrong) {
			if (performance.now() > end) throw wrong;
		}
		await Bun.sleep(waitMs);
	}
}

/** Lets real time pass: only where time is what happens, a fault that lasts or nothing that must come of something. */
export function elapse(ms: number): Promise<void> {
	return Bun.sleep(ms);
}
