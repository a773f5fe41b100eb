/** Who may sign in: the first administrator, everybody after, roles, passwords, the second step. One transaction each. */

import { decodeBase32IgnorePadding, encodeBase32UpperCaseNoPadding } from "@oslojs/encoding";
import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { type Role, readPassword, readRole, readUserName, USER_LIMITS, type User } from "../model/user.ts";
import { transact } from "../store/database.ts";
import { deleteSessions } from "../store/sessions.ts";
import { readSetting, writeSetting } from "../store/settings.ts";
import * as users from "../store/users.ts";
import { nowhere, record } from "./audit.ts";
import { need } from "./fields.ts";
import { findStep, type Passwords } from "./passwords.ts";
import { fingerprint, freshBytes, newWord } from "./secrets.ts";

/** Is there somebody who may sign in, or was there ever? Before that only the first administrator can be made. */
export function isSetUp({ db }: Pick<Ground, "db">): boolean {
	return readSetting(db, "set_up_at") !== undefined || users.countUsers(db) > 0;
}

/**
 * A token makes nobody an admin and changes none: whoever found one could stay after it was revoked. AppError("denied").
 */
function keepAdmins({ actor }: Context, ...roles: readonly Role[]): void {
	if (actor.kind !== "token" || !roles.includes("admin")) return;
	throw new AppError(
		"denied",
		"A token makes no admin and changes none: sign in as an admin, or use the command line.",
	);
}

export type NewUser = { readonly name: string; readonly role: string; readonly password: string };

/**
 * AppError("invalid") names the field; AppError("conflict") when the name is taken or there are too many, AppError("denied")
 * when a token asks for an admin, here and below.
 */
export async function addUser(context: Context, passwords: Passwords, input: NewUser): Promise<User> {
	return insert(context, await prepare(context, passwords, input));
}

/** The same for the very first one, an admin. AppError("conflict") when somebody else was quicker, for ever after. */
export async function addFirstAdmin(
	context: Context,
	passwords: Passwords,
	input: Omit<NewUser, "role">,
): Promise<User> {
	const values = await prepare(context, passwords, { ...input, role: "admin" });
	return transact(context.db, () => {
		if (isSetUp(context)) throw new AppError("conflict", "Rollcall has its first administrator already.");
		return insert(context, values);
	});
}

async function prepare(context: Context, passwords: Passwords, input: NewUser) {
	const name = need("name", readUserName(input.name));
	const role = need("role", readRole(input.role));
	keepAdmins(context, role);
	const password = need("password", readPassword(input.password, name));
	return { name, role, passwordHash: await passwords.hash(password) };
}

function insert(context: Context, values: { name: string; role: Role; passwordHash: string }): User {
	return transact(context.db, () => {
		const { db, clock } = context;
		if (users.findUserByName(db, values.name) !== undefined) {
			throw new AppError("conflict", `There is a user “${values.name}” already.`, { field: "name" });
		}
		if (users.countUsers(db) >= USER_LIMITS.users) {
			throw new AppError("conflict", `There are ${USER_LIMITS.users} users already: delete one first.`);
		}
		const id = users.insertUser(db, values, clock.now());
		if (readSetting(db, "set_up_at") === undefined) writeSetting(db, "set_up_at", String(clock.now()));
		record(context, { kind: "user_added", ...nowhere, label: values.name, detail: { new: values.role } });
		return demandUser(context, id);
	});
}

/**
 * Changes role, and whether the user may sign in; a disabled one is signed out everywhere. AppError("conflict") when
 * nobody could administer Rollcall any more.
 */
export function editUser(context: Context, id: number, input: { role: string; disabled: boolean }): User {
	const role = need("role", readRole(input.role));
	return transact(context.db, () => {
		const before = demandUser(context, id);
		keepAdmins(context, before.role, role);
		const at = context.clock.now();
		const disabledAt = input.disabled ? (before.disabledAt ?? at) : undefined;
		users.updateUser(context.db, id, { role, disabledAt }, at);
		if (users.countAdmins(context.db) === 0) throw lastAdmin();
		if (role !== before.role) note(context, before.name, "role", before.role, role);
		const was = before.disabledAt !== undefined;
		if (was !== input.disabled) note(context, before.name, "sign-in", allowed(was), allowed(input.disabled));
		if (input.disabled) deleteSessions(context.db, id);
		return demandUser(context, id);
	});
}

const allowed = (disabled: boolean) => (disabled ? "disabled" : "allowed");

export function deleteUser(context: Context, id: number): User {
	return transact(context.db, () => {
		const user = demandUser(context, id);
		keepAdmins(context, user.role);
		users.deleteUser(context.db, id);
		if (users.countAdmins(context.db) === 0) throw lastAdmin();
		record(context, { kind: "user_deleted", ...nowhere, label: user.name, detail: { old: user.role } });
		return user;
	});
}

/** A new password; all sessions of the user end. `reset`: by somebody else, the second step goes off with it. */
export async function changePassword(
	context: Context,
	passwords: Passwords,
	id: number,
	password: string,
	reset = false,
): Promise<User> {
	const user = demandUser(context, id);
	keepAdmins(context, user.role);
	const passwordHash = await passwords.hash(need("password", readPassword(password, user.name)));
	return transact(context.db, () => {
		// It may have risen while the hash was made.
		keepAdmins(context, demandUser(context, id).role);
		users.writePassword(context.db, id, passwordHash, context.clock.now());
		deleteSessions(context.db, id);
		note(context, user.name, "password");
		if (reset) stopTwoStep(context, id);
		return demandUser(context, id);
	});
}

/** A fresh secret for a second step, in base32, and as the apps take it; it holds only once a code was right. */
export async function newTwoStep(
	{ random }: Pick<Ground, "random">,
	user: User,
): Promise<{ text: string; uri: string }> {
	const text = encodeBase32UpperCaseNoPadding(freshBytes(random, 20));
	return { text, uri: await uriOf(user, text) };
}

/** The link by which an app takes the secret (Key URI Format). */
export async function uriOf(user: User, secret: string): Promise<string> {
	const { createTOTPKeyURI } = await import("@oslojs/otp");
	return createTOTPKeyURI("Rollcall", user.name, decodeBase32IgnorePadding(secret), 30, 6);
}

/** Recovery codes of one user, and bytes in each: 80 bits. */
const RECOVERY_CODES = 10;
const RECOVERY_BYTES = 10;

/** Switches the second step on and answers its recovery codes, which nobody is told again. */
export async function startTwoStep(
	context: Context,
	id: number,
	secret: Uint8Array,
	code: string,
): Promise<string[]> {
	const step = await findStep(secret, context.clock.now(), code);
	if (step === undefined) {
		throw new AppError(
			"invalid",
			"This code is not right. Codes change every 30 seconds: use the one shown now.",
			{ field: "code" },
		);
	}
	const codes = Array.from({ length: RECOVERY_CODES }, () => newWord(context.random, RECOVERY_BYTES));
	transact(context.db, () => {
		const user = demandUser(context, id);
		users.writeTotp(context.db, id, secret, codes.map(fingerprint), context.clock.now());
		users.useTotpStep(context.db, id, step);
		const [was, is] = user.twoStep ? ["on", "on, with a new key"] : ["off", "on"];
		note(context, user.name, "two-step sign-in", was, is);
	});
	return codes;
}

export function stopTwoStep(context: Context, id: number): void {
	transact(context.db, () => {
		const user = demandUser(context, id);
		if (!user.twoStep) return;
		users.writeTotp(context.db, id, undefined, [], context.clock.now());
		note(context, user.name, "two-step sign-in", "on", "off");
	});
}

/** By name. */
export function listUsers({ db }: Pick<Ground, "db">): User[] {
	return users.listUsers(db);
}

/** The user of this name, whatever the case of its letters, or AppError("not_found"). */
export function userNamed({ db }: Pick<Ground, "db">, name: string): User {
	const user = users.findUserByName(db, name.trim().normalize("NFC"));
	if (user === undefined)
		throw new AppError("not_found", `There is no user “${name}”. See: rollcall user list`);
	return user;
}

export function demandUser({ db }: Pick<Ground, "db">, id: number): User {
	const user = users.findUser(db, id);
	if (user === undefined) throw new AppError("not_found", "There is no such user.");
	return user;
}

function lastAdmin(): AppError {
	return new AppError("conflict", "This is the last admin who may sign in: make another one first.");
}

function note(context: Context, label: string, field: string, old?: string, now?: string): void {
	const detail = old === undefined || now === undefined ? { field } : { field, old, new: now };
	record(context, { kind: "user_edited", ...nowhere, label, detail });
}
