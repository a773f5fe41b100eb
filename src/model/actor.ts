/** Who acts: a person, a token, or Rollcall itself, and from where. Knows no session, no password, no request. */

export type Actor = {
	readonly kind: "person" | "token" | "program";
	/** Of the user or token; undefined for the program, and for somebody at its command line. */
	readonly id: number | undefined;
	/** As it was then: the user's name, the token's, "root on the command line", or "Rollcall". */
	readonly name: string;
	/** Address of the caller; "" when it came from the program itself or its command line. */
	readonly from: string;
};

/** What Rollcall does by itself; its events name nobody. */
export const PROGRAM: Actor = { kind: "program", id: undefined, name: "Rollcall", from: "" };
