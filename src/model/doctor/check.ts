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
	/** It fails, but sweeps and their record go on without it: the light is amber, not red. */
	readonly aside?: true;
};

/** "bad": hosts are not asked, or what they answer is not kept. "warn": they are, but something else is not well. */
export type Alarm = { readonly level: "bad" | "warn"; readonly says: string };

/** What the light shows: the first grave line, else one that fails, else one that is limited; undefined: nothing. */
export function alarmOf(checks: readonly Check[]): Alarm | undefined {
	const lit = checks.filter((check) => check.light !== undefined && check.state !== "ok");
	const grave = lit.find(isGrave);
	const worst = grave ?? lit.find((check) => check.state === "bad") ?? lit[0];
	if (worst?.light === undefined) return undefined;
	return { level: grave === undefined ? "warn" : "bad", says: worst.light };
}

/** Does it keep Rollcall from telling who is there? */
export function isGrave(check: Check): boolean {
	return check.state === "bad" && check.aside !== true;
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
