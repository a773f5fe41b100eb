/** The pages of settings, people and doors with one text wherever a text can be. Judges nothing. */

import type { VNode } from "preact";
import { EVENT_KINDS } from "../../src/model/event.ts";
import type { SubnetSummary } from "../../src/model/subnet.ts";
import { Account, RecoveryCodes, TwoStepStart } from "../../views/account.tsx";
import { Activity } from "../../views/activity.tsx";
import { Doctor } from "../../views/doctor.tsx";
import { LoginPage, RefusedPage, SetupPage } from "../../views/door.tsx";
import { Problem } from "../../views/problem.tsx";
import { ReserveForm } from "../../views/reserve.tsx";
import { Settings } from "../../views/settings.tsx";
import { TokenMade, Tokens } from "../../views/tokens.tsx";
import { UnsentPage } from "../../views/unsent.tsx";
import { UserPage, Users } from "../../views/users.tsx";
import { event, NOW } from "./world.ts";

export const URLS = {
	css: "/a.css",
	script: "/a.js",
	htmx: "/h.js",
	door: "/o.js",
	icon: "/i.svg",
	iconDown: "/d.svg",
	sprite: "/s.svg",
};
const OUTSIDE = { assets: URLS, theme: "auto", encrypted: false } as const;
const person = (name: string) =>
	({ id: 1, name, role: "admin", twoStep: true, disabledAt: NOW, lastLoginAt: NOW, createdAt: NOW }) as const;
const token = (text: string) =>
	({ id: 1, name: text, scope: "read", madeBy: text, createdAt: NOW, expiresAt: NOW, usedAt: NOW }) as const;

export function settingsPages(text: string, place: SubnetSummary): Record<string, VNode> {
	const events = EVENT_KINDS.map((kind) => event(kind, text, 1_000, { detail: { reason: text } }));
	return {
		reserve: (
			<ReserveForm
				subnet={place}
				address={text}
				values={{ count: text, hostname: text, description: text }}
				problem={{ message: text }}
			/>
		),
		activity: (
			<Activity
				window={{ events, next: 9, filter: { text }, zone: "UTC", now: NOW }}
				subnets={[{ value: text, label: text }]}
			/>
		),
		settings: (
			<Settings
				theme="dark"
				about={[{ label: text, value: text }]}
				defaults={{
					values: { sweepIntervalS: text, scanEnabled: true, snmpEnabled: true },
					problem: { message: text },
				}}
				asksSnmp
			/>
		),
		doctor: <Doctor checks={[{ name: text, state: "bad", says: text, mend: text }]} />,
		problem: <Problem status={404} title={text} says={text} next={{ href: "/", label: text }} />,
	};
}

export function peoplePages(text: string): Record<string, VNode> {
	return {
		account: (
			<Account
				user={person(text)}
				sessions={[{ id: 1, userId: 1, createdAt: NOW, seenAt: NOW, address: text, agent: text }]}
				sessionId={2}
				codes={3}
				now={NOW}
				problem={{ form: "password", message: text }}
				done={text}
			/>
		),
		twoStep: (
			<TwoStepStart secret={text} uri={text} dots={[[true]]} problem={{ field: "code", message: text }} />
		),
		recovery: <RecoveryCodes codes={[text]} />,
		users: (
			<Users
				users={[person(text)]}
				ownId={1}
				form={{ name: text, role: "viewer", problem: { field: "name", message: text } }}
				now={NOW}
			/>
		),
		user: <UserPage user={person(text)} sessions={2} problem={{ form: "role", message: text }} />,
		tokens: (
			<Tokens
				tokens={[token(text)]}
				form={{ name: text, scope: "read", days: text, problem: { message: text } }}
				now={NOW}
			/>
		),
		tokenMade: <TokenMade token={token(text)} secret={text} />,
	};
}

export function doorPages(text: string): Record<string, VNode> {
	return {
		login: <LoginPage {...OUTSIDE} name={text} next={text} problem={text} unsent={text} />,
		unsent: (
			<UnsentPage
				{...OUTSIDE}
				path={text}
				fields={[["value", text]]}
				typed={[{ label: "Notes", value: text }]}
				name={text}
				next={text}
			/>
		),
		setup: <SetupPage {...OUTSIDE} name={text} token={text} file={text} problem={{ message: text }} />,
		refused: <RefusedPage {...OUTSIDE} status={403} title="Not allowed" says={text} />,
	};
}
