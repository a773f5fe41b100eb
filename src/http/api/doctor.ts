/** What works here and what does not, by JSON: the list of the doctor. */

import { type Static, Type as t } from "@sinclair/typebox";
import { worstFirst } from "../../model/doctor/check.ts";
import type { Desk } from "../desk.ts";
import { nullable, type Operation, operation, shape } from "./operation.ts";

const DOCTOR = shape(
	{
		ok: t.Boolean({ description: "Nothing fails." }),
		checks: t.Array(
			shape({
				name: t.String({ description: "Always the same for the same thing." }),
				state: t.String({ enum: ["ok", "warn", "bad"] }),
				says: t.String(),
				mend: nullable(t.String({ description: "A command that mends it, or shows what is to be mended." })),
			}),
		),
	},
	{ $id: "Doctor", description: "What works on this machine; what fails stands first." },
);
const EXAMPLE: Static<typeof DOCTOR> = {
	ok: false,
	checks: [
		{
			name: "Disk",
			state: "bad",
			says: "The disk is full: 12 kB of 8.0 GB free in /var/lib/rollcall.",
			mend: 'sudo du -xh -d1 "$(stat -c %m /var/lib/rollcall)" | sort -h',
		},
		{ name: "ICMP", state: "ok", says: "Raw ICMP socket: the quickest and most exact way.", mend: null },
	],
};

export function doctorOperations(desk: Desk): Operation[] {
	return [
		operation({
			method: "GET",
			path: "/doctor",
			id: "getDoctor",
			tag: "Doctor",
			summary: "What works here, and what does not",
			details: "The same list as on the page and as `rollcall doctor --json` prints.",
			answers: { 200: { says: "The checks.", schema: DOCTOR, example: EXAMPLE } },
			handle() {
				const checks = worstFirst(desk.surroundings.checks());
				const ok = checks.every((check) => check.state !== "bad");
				const lines = checks.map(({ name, state, says, mend }) => ({
					name,
					state,
					says,
					mend: mend ?? null,
				}));
				return { status: 200, body: { ok, checks: lines } };
			},
		}),
	];
}
