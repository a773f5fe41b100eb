/** An admin who is signed in, the same in every test: written straight into the database, so that no hash is made. */

import { Database } from "bun:sqlite";
import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { fingerprint } from "../../src/ipam/secrets.ts";
import type { Role } from "../../src/model/user.ts";
import type { Db } from "../../src/store/database.ts";
import { findSession, insertSession } from "../../src/store/sessions.ts";
import { findUserByName, insertUser } from "../../src/store/users.ts";

/** Of "correct horse battery". */
export const PASSWORD = "correct horse battery";
export const PASSWORD_HASH =
	"$argon2id$v=19$m=19456,t=2,p=1$X81Hh8R2Ah7J6iAw/5i4IDbdeJou4ce3kkBJIXDH2lY$50ML2HfeXgMkh/3wnY/NbGmiUaC3dPTFK0VdsHWJmvg";

/** Keys of the sessions, one for each role. */
const KEYS: Readonly<Record<Role, string>> = {
	admin: "A".repeat(43),
	editor: "E".repeat(43),
	viewer: "V".repeat(43),
};

/** What a browser of this role sends; a page's forms carry the second themselves. */
export function signedAs(role: Role): Record<"cookie" | "x-csrf-token", string> {
	const csrf = Buffer.from(fingerprint(`csrf ${KEYS[role]}`)).toString("base64url");
	return { cookie: `rollcall_http=${KEYS[role]}`, "x-csrf-token": csrf };
}

/** Headers of the admin of every test. */
export const SIGNED = signedAs("admin");

/** Puts a user of this role there, named like it, and a session. `now` is the clock of that Rollcall. */
export function signIn(db: Db, role: Role = "admin", now = Date.now()): void {
	const userId =
		findUserByName(db, role)?.id ?? insertUser(db, { name: role, role, passwordHash: PASSWORD_HASH }, now);
	const tokenHash = fingerprint(KEYS[role]);
	if (findSession(db, tokenHash) !== undefined) return;
	insertSession(db, { tokenHash, userId, address: "127.0.0.1", agent: "test" }, now);
}

/** The cookie of the admin's browser number `n` of a crowd: a session has only so many streams. */
export function cookieOf(n: number): string {
	return `rollcall_http=${crowdKey(n)}`;
}

const crowdKey = (n: number) => `crowd${n}`.padEnd(43, "_");

/** Signs the admin in in so many browsers more. */
export function signInCrowd(db: Db, browsers: number, now = Date.now()): void {
	signIn(db, "admin", now);
	const userId = findUserByName(db, "admin")?.id ?? 0;
	for (let n = 0; n < browsers; n++) {
		const tokenHash = fingerprint(crowdKey(n));
		if (findSession(db, tokenHash) !== undefined) continue;
		insertSession(db, { tokenHash, userId, address: "127.0.0.1", agent: "test" }, now);
	}
}

/** The same for the database of a program that runs. */
export function signInFile(path: string, browsers = 0): void {
	const db = new Database(path, { strict: true });
	db.run("PRAGMA busy_timeout = 5000");
	db.run("PRAGMA foreign_keys = ON");
	signInCrowd(db, browsers);
	db.close();
}

/** A browser context in which the admin is signed in at this address. */
export async function signedContext(
	browser: Browser,
	url: string,
	options: BrowserContextOptions = {},
): Promise<BrowserContext> {
	const context = await browser.newContext(options);
	await context.addCookies([{ name: "rollcall_http", value: KEYS.admin, url }]);
	return context;
}

/** The browser, in whose every context and page the admin is signed in at this address. */
export function signedBrowser(browser: Browser, url = "http://127.0.0.1"): Browser {
	const plain = browser.newContext.bind(browser);
	const cookie = { name: "rollcall_http", value: KEYS.admin, domain: new URL(url).hostname, path: "/" };
	const cookies = [{ ...cookie, expires: -1, httpOnly: true, secure: false, sameSite: "Lax" as const }];
	browser.newContext = (options = {}) => plain({ ...options, storageState: { cookies, origins: [] } });
	browser.newPage = async (options) => (await browser.newContext(options)).newPage();
	return browser;
}
