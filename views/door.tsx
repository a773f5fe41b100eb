/** What is seen before anybody is known: signing in, making the first administrator, being refused. Tells nothing else. */

import type { ComponentChildren, VNode } from "preact";
import { Callout } from "./elements.tsx";
import { Field, type FieldProblem } from "./fields.tsx";
import { visibleLines } from "./format.ts";
import type { Assets, Theme } from "./layout.tsx";
import { Mark } from "./mark.tsx";

/** `encrypted` false: somebody on the way can read along, and the page says so. */
export type Outside = { readonly assets: Assets; readonly theme: Theme; readonly encrypted: boolean };

/** A document without header, stream and search: for strangers. */
export function Door(props: Outside & { title: string; children: ComponentChildren }): VNode {
	const { assets } = props;
	return (
		<html lang="en" data-theme={props.theme}>
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<title>{props.title} · Rollcall</title>
				<link rel="stylesheet" href={assets.css} />
				<link rel="icon" type="image/svg+xml" href={assets.icon} />
				<script src={assets.door} defer />
			</head>
			<body>
				<main id="main" class="door">
					<p class="brand">
						<Mark />
						Rollcall
					</p>
					<section class="panel padded" aria-labelledby="door">
						<h1 id="door">{props.title}</h1>
						{props.children}
					</section>
					{!props.encrypted && <NotEncrypted />}
				</main>
			</body>
		</html>
	);
}

/** Plain http to another machine. */
function NotEncrypted() {
	return (
		<p class="not-encrypted">
			<b>Not encrypted.</b> Whoever listens on the way here reads your password and all you see. Use https.
		</p>
	);
}

/** A password: never sent back. */
export function Secret(props: {
	id: string;
	name: string;
	label: string;
	autocomplete: string;
	hint?: string;
	/** May stay empty. */
	optional?: boolean;
	problem?: FieldProblem | undefined;
}) {
	const bad = props.problem?.field === props.name;
	const hintId = props.hint === undefined ? undefined : `${props.id}-hint`;
	const problemId = bad ? `${props.id}-problem` : undefined;
	return (
		<div class={bad ? "field bad" : "field"}>
			<label for={props.id}>{props.label}</label>
			<input
				type="password"
				id={props.id}
				name={props.name}
				autocomplete={props.autocomplete}
				required={props.optional !== true}
				maxLength={256}
				aria-invalid={bad ? "true" : undefined}
				aria-describedby={[problemId, hintId].filter(Boolean).join(" ") || undefined}
			/>
			{bad && (
				<p class="field-problem" id={problemId} role="alert">
					{visibleLines(props.problem?.message ?? "")}
				</p>
			)}
			{props.hint !== undefined && !bad && (
				<p class="hint" id={hintId}>
					{props.hint}
				</p>
			)}
		</div>
	);
}

/** `unsent`: what was typed into a form that could not be taken; it travels along. */
export function LoginPage(
	props: Outside & { name: string; next: string; problem?: string; unsent?: string | undefined },
) {
	return (
		<Door {...props} title="Sign in">
			{props.unsent !== undefined && (
				<Callout kind="note">
					<p>
						You were signed out before this was sent: nothing is stored yet. What you typed is kept. Sign in,
						and you can send it again.
					</p>
				</Callout>
			)}
			{props.problem !== undefined && (
				<Callout kind="bad">
					<p>{visibleLines(props.problem)}</p>
				</Callout>
			)}
			<form class="fields" method="post" action="/login">
				<input type="hidden" name="next" value={props.next} />
				{props.unsent !== undefined && <input type="hidden" name="unsent" value={props.unsent} />}
				<LoginFields name={props.name} />
				<div class="actions">
					<button type="submit" class="button primary">
						Sign in
					</button>
				</div>
			</form>
			<p class="quiet">
				Password forgotten? On the machine Rollcall runs on: <code>rollcall user passwd NAME</code>
			</p>
		</Door>
	);
}

function LoginFields(props: { name: string }) {
	return (
		<>
			<div class="field">
				<label for="login-name">Name</label>
				<input
					type="text"
					id="login-name"
					name="name"
					value={props.name}
					autocomplete="username"
					autocapitalize="none"
					spellcheck={false}
					required
					maxLength={128}
					autofocus
				/>
			</div>
			<Secret id="login-password" name="password" label="Password" autocomplete="current-password" />
			<div class="field">
				<label for="login-code">Code</label>
				<input
					type="text"
					id="login-code"
					name="code"
					autocomplete="one-time-code"
					autocapitalize="none"
					spellcheck={false}
					maxLength={64}
					aria-describedby="login-code-hint"
				/>
				<p class="hint" id="login-code-hint">
					Only if you use two-step sign-in: six digits of your app, or a recovery code.
				</p>
			</div>
		</>
	);
}

/** `file` is where the link stands; undefined: only the console shows it. */
export function SetupPage(
	props: Outside & { file: string | undefined; name: string; token: string; problem?: FieldProblem },
) {
	const { problem } = props;
	const fields = ["token", "name", "password"];
	return (
		<Door {...props} title="The first administrator">
			<p>
				Nobody can sign in yet. Open the link that Rollcall wrote
				{props.file === undefined ? " on its console" : " on its console and into the file "}
				{props.file !== undefined && <code>{visibleLines(props.file)}</code>}; it works once, within an hour.
				On that machine <code>rollcall user add NAME --role admin</code> does the same.
			</p>
			{problem !== undefined && !fields.includes(problem.field ?? "") && (
				<Callout kind="bad">
					<p>{visibleLines(problem.message)}</p>
				</Callout>
			)}
			<form class="fields" method="post" action="/setup">
				<Field
					id="setup-token"
					name="token"
					label="Token of the link"
					value={props.token}
					required
					mono
					max={64}
					hint="What stands behind the # of the link."
					problem={problem}
				/>
				<Field
					id="setup-name"
					name="name"
					label="Name"
					value={props.name}
					required
					max={64}
					problem={problem}
				/>
				<Secret
					id="setup-password"
					name="password"
					label="Password"
					autocomplete="new-password"
					hint="At least 8 characters; 15 are better."
					problem={problem}
				/>
				<div class="actions">
					<button type="submit" class="button primary">
						Make the administrator
					</button>
				</div>
			</form>
		</Door>
	);
}

/** For everyone who is not let in. */
export function RefusedPage(props: Outside & { title: string; status: number; says: string }) {
	return (
		<Door {...props}>
			<p class="quiet">{props.status}</p>
			<p>{visibleLines(props.says)}</p>
		</Door>
	);
}
