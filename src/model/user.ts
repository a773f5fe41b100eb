/** People who sign in: their roles, what a name may be, and what a role or the scope of a token allows. No passwords. */

/** Each may what the one before it may. A viewer reads, an editor changes what is recorded, an admin everything. */
export const ROLES = ["viewer", "editor", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Does this role suffice where `needed` is asked for? */
export function suffices(role: Role, needed: Role): boolean {
	return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
