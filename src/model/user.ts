/** People who sign in: their roles, what a name and a password may be, what the scope of a token allows. No hashes. */

import { familyOf, formatAddress, type Parsed, parseAddress } from "../net/address.ts";
import { isFirstGuess } from "./guesses.ts";

/** Each may what the one before it may. A viewer reads, an editor changes what is recorded, an admin everything. */
export const ROLES = ["viewer", "editor", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Does this role suffice where `needed` is asked for? */
export function suffices(role: Role, needed: Role): boolean {
	return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Would this give them more than they have now? Whoever does that is asked for a password once more. */
export function givesMore(user: User, to: { readonly role: string; readonly disabled: boolean }): boolean {
	const rises = ROLES.indexOf(to.role as Role) > ROLES.indexOf(user.role);
	return rises || (user.disabledAt !== undefined && !to.disabled);
}

export function readRole(text: string): Parsed<Role> {
	const value = ROLES.find((role) => role === text);
	return value === undefined ? { problem: `The role is one of ${ROLES.join(", ")}.` } : { value };
}

/** What a token may do, and the role that means. */
export const SCOPES = { read: "viewer", write: "editor", admin: "admin" } as const satisfies Record<
	string,
	Role
>;
export type Scope = keyof typeof SCOPES;

export function readScope(text: string): Parsed<Scope> {
	return Object.hasOwn(SCOPES, text)
		? { value: text as Scope }
		: { problem: `The scope is one of ${Object.keys(SCOPES).join(", ")}.` };
}

export type User = {
	readonly id: number;
	readonly name: string;
	readonly role: Role;
	/** Asks for a code of a telephone too. */
	readonly twoStep: boolean;
	/** Epoch milliseconds, as all times. */
	readonly disabledAt: number | undefined;
	readonly lastLoginAt: number | undefined;
	readonly createdAt: number;
};

/** One browser that is signed in. */
export type Session = {
	readonly id: number;
	readonly userId: number;
	readonly createdAt: number;
	readonly seenAt: number;
	readonly address: string;
	readonly agent: string;
};

/** A key for programs; the key itself is nowhere. */
export type Token = {
	readonly id: number;
	readonly name: string;
	readonly scope: Scope;
	readonly madeBy: string;
	readonly createdAt: number;
	readonly expiresAt: number | undefined;
	readonly usedAt: number | undefined;
};

export const USER_LIMITS = {
	nameChars: 64,
	passwordChars: { min: 8, max: 256 },
	/** Open sessions of one user; the oldest goes when there is one more. */
	sessions: 20,
	users: 500,
	tokens: 200,
	tokenNameChars: 64,
} as const;

const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}._@-]*[\p{L}\p{N}])?$/u;

/** A name to sign in with: letters, digits and . _ - @ between them. */
export function readUserName(text: string): Parsed<string> {
	const value = text.trim().normalize("NFC");
	if (value === "") return { problem: "Enter a name." };
	if ([...value].length > USER_LIMITS.nameChars) {
		return { problem: `Use at most ${USER_LIMITS.nameChars} characters.` };
	}
	if (!NAME.test(value)) {
		return { problem: "Use letters, digits and . _ - @ between them, such as ada or ada@example.org." };
	}
	return { value };
}

/** A new password, kept exactly as it was typed: 8 to 256 characters, no first guess, not the name. */
export function readPassword(text: string, name: string): Parsed<string> {
	const { min, max } = USER_LIMITS.passwordChars;
	// A character takes at most two units: nothing longer is even looked at.
	if (text.length > max * 2 || [...text].length > max) return { problem: `Use at most ${max} characters.` };
	if ([...text].length < min) return { problem: `Use at least ${min} characters; 15 are better.` };
	if (!text.isWellFormed() || text.includes("\0")) {
		return { problem: "This password holds a character that cannot be typed again." };
	}
	if (isFirstGuess(text, name)) {
		return { problem: "This password is among the first that anybody would try. Use another." };
	}
	return { value: text };
}

/** What an address counts as when wrong passwords are counted: an IPv6 client has a whole /64 (RFC 6177). */
export function clientKey(text: string): string {
	const plain = text.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
	const address = parseAddress(plain).value;
	if (address === undefined) return plain.slice(0, 64);
	return familyOf(address) === 4 ? formatAddress(address) : `${formatAddress((address >> 64n) << 64n)}/64`;
}
