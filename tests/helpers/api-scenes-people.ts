/** How the answers about users and tokens are reached; part of api-scenes. User 1 is the admin who asks, 2 a viewer. */

import { createToken } from "../../src/ipam/tokens.ts";
import type { Call } from "./api-scenes.ts";
import type { Rig } from "./app.ts";
import { PASSWORD } from "./signed.ts";

const OWN = { own_password: PASSWORD };
const USER = { name: "ada", role: "editor", password: "seven wet herons" };
const TOKEN = { name: "ansible", scope: "write" };

async function manyTokens(rig: Rig): Promise<Partial<Call>> {
	for (let n = 1; n < 200; n++) createToken(rig.app.context, { name: `n${n}`, scope: "read" });
	return { body: { ...TOKEN, ...OWN } };
}

export const PEOPLE_SCENES: Readonly<Record<string, Partial<Call> | ((rig: Rig) => Promise<Partial<Call>>)>> =
	{
		"createUser 201": { body: { ...USER, ...OWN } },
		"createUser 409": { body: { ...USER, name: "viewer", ...OWN } },
		"updateUser 200": { path: "/users/2" },
		"updateUser 409": {},
		"deleteUser 200": { path: "/users/2" },
		"deleteUser 409": {},
		"setPassword 200": { path: "/users/2/password", body: { password: "nine dry otters", ...OWN } },
		"signUserOut 200": { path: "/users/2/sign-out" },
		"createToken 201": { body: { ...TOKEN, ...OWN } },
		"createToken 409": manyTokens,
	};
