/** One line of the doctor, and what the whole list comes to for the light in the header. Pure; judges nothing itself. */

export type Check = {
	/** A short name, always the same: scripts look for it. */
	readonly name: string;
	readonly state: "ok" | "warn" | "bad";
	readonly says: string;
	/** One command for a shell that mends it or, where only a person can, shows what is to be mended. */
	readonly mend?: string;
	/** What the light in every page's header says of it; without it this is a line of the doctor alone. */
	readonly light?: string;
};

/** "bad": something does not work. "warn": it works, but less well than it could. */
export type Alarm = { readonly level: "bad" | "warn"; readonly says: string };

/** What the light shows: the first line that fails, else the first that is limited; undefined: nothing to tell. */
export function alarmOf(checks: readonly Check[]): Alarm | undefined {
	for (const level of ["bad", "warn"] as const) {
		const worst = checks.find((check) => check.state === level && check.light !== undefined);
		if (worst?.light !== undefined) return { level, says: worst.light };
	}
	return undefined;
}

const ORDER = { bad: 0, warn: 1, ok: 2 } as const;

/** What fails first, then what is limited; otherwise in the order it was looked at. */
export function worstFirst(checks: readonly Check[]): Check[] {
	return [...checks].sort((a, b) => ORDER[a.state] - ORDER[b.state]);
}

/** A word of a shell command: quoted where it must be. */
export function shellWord(text: string): string {
	return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
