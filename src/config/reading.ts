/** How one setting is read from text: its key, its default, what it may be. Knows no particular setting. */

export type Key = {
	key: string;
	example: string;
	fallback: string;
	/** The value, or undefined when the text is none. */
	read: (text: string) => unknown;
	needs: string;
	/** The value is never repeated, not even in an error. */
	secret?: true;
};

/** Digits alone, within these bounds. */
export const number = (min: number, max: number) => (text: string) => {
	const n = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
	return n >= min && n <= max ? n : undefined;
};
export const oneOf =
	(...words: string[]) =>
	(text: string) =>
		words.includes(text) ? text : undefined;

export const yesOrNo = (text: string) =>
	/^(true|yes|on|1)$/i.test(text) ? true : /^(false|no|off|0)$/i.test(text) ? false : undefined;

/** Empty, or from `min` to 255 characters. */
export const secret = (min: number) => (text: string) =>
	text === "" || (text.length >= min && text.length <= 255) ? text : undefined;
