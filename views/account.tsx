/** One's own account: password, two-step sign-in, where one is signed in. Knows no other user. */

import type { Session, User } from "../src/model/user.ts";
import { Secret } from "./door.tsx";
import { ActionButton, Age, Callout, Panel, Wire } from "./elements.tsx";
import { Field, type FieldProblem } from "./fields.tsx";
import { visible, visibleLines } from "./format.ts";
import { Form } from "./reader.tsx";
import { SettingsFrame } from "./settings-frame.tsx";

/** `form` names the form a problem belongs to. */
export type AccountProblem = FieldProblem & { readonly form: "password" | "two-step" };

type Props = {
	user: User;
	sessions: readonly Session[];
	/** The session that looks at this page. */
	sessionId: number | undefined;
	/** Recovery codes that are left. */
	codes: number;
	now: number;
	problem?: AccountProblem;
	/** What was just done. */
	done?: string;
};

export function Account(props: Props) {
	const { user, problem } = props;
	const wrong = (form: AccountProblem["form"]) => (problem?.form === form ? problem : undefined);
	return (
		<SettingsFrame place="/account" title={user.name}>
			{props.done !== undefined && (
				<Callout kind="note">
					<p>{visible(props.done)}</p>
				</Callout>
			)}
			<Panel title="Password" class="padded">
				<PasswordForm name={user.name} problem={wrong("password")} />
			</Panel>
			<Panel title="Two-step sign-in" class="padded">
				{user.twoStep ? (
					<TwoStepOn codes={props.codes} problem={wrong("two-step")} />
				) : (
					<>
						<p>
							Besides the password a code of an app on your telephone is asked for. Whoever learns the
							password alone does not get in.
						</p>
						<p class="actions">
							<a class="button plain" href="/account/two-step">
								Set it up
							</a>
						</p>
					</>
				)}
			</Panel>
			<Panel title="Signed in">
				<Sessions {...props} />
				{props.sessions.length > 1 && (
					<div class="padded">
						<ActionButton action="/account/sessions/end" label="Sign out everywhere else" needs="viewer" />
					</div>
				)}
			</Panel>
		</SettingsFrame>
	);
}

function Sessions(props: Pick<Props, "sessions" | "sessionId" | "now">) {
	return (
		<ul class="accounts">
			{props.sessions.map((session) => (
				<li key={session.id}>
					<span class="who">
						<Wire text={session.agent === "" ? "A browser that does not say its name" : session.agent} />
						<br />
						<span class="quiet">
							from <Wire text={session.address} />, since <Age at={session.createdAt} now={props.now} />, last
							seen <Age at={session.seenAt} now={props.now} />
						</span>
					</span>
					{session.id === props.sessionId ? (
						<span class="quiet">this one</span>
					) : (
						<ActionButton action={`/account/sessions/${session.id}/end`} label="Sign out" needs="viewer" />
					)}
				</li>
			))}
		</ul>
	);
}

function PasswordForm(props: { name: string; problem: FieldProblem | undefined }) {
	return (
		<Form class="fields" action="/account/password" needs="viewer" hx-boost="false">
			<General problem={props.problem} />
			<input type="text" name="name" value={props.name} autocomplete="username" hidden readOnly />
			<Secret
				id="own-password"
				name="own_password"
				label="Password now"
				autocomplete="current-password"
				problem={props.problem}
			/>
			<Secret
				id="new-password"
				name="password"
				label="New password"
				autocomplete="new-password"
				hint="At least 8 characters; 15 are better. You are signed out everywhere else."
				problem={props.problem}
			/>
			<div class="actions">
				<button type="submit" class="button primary">
					Change the password
				</button>
			</div>
		</Form>
	);
}

/** What no field of the form says itself. */
export function General(props: { problem: FieldProblem | undefined }) {
	const { problem } = props;
	if (problem === undefined || problem.field !== undefined) return null;
	return (
		<Callout kind="bad">
			<p>{visibleLines(problem.message)}</p>
		</Callout>
	);
}

function TwoStepOn(props: { codes: number; problem: FieldProblem | undefined }) {
	return (
		<Form class="fields" action="/account/two-step/stop" needs="viewer" hx-boost="false">
			<p>It is on. {props.codes} recovery codes are left.</p>
			<General problem={props.problem} />
			<Secret
				id="stop-password"
				name="own_password"
				label="Your password"
				autocomplete="current-password"
				problem={props.problem}
			/>
			<div class="actions">
				<button type="submit" class="button danger">
					Switch it off
				</button>
			</div>
		</Form>
	);
}

/** The dots of a QR code, row by row, with the quiet border that readers need (ISO 18004): true is dark. */
export type Dots = readonly (readonly boolean[])[];

/** Dark on light in every theme: readers know no other. */
function QrCode(props: { dots: Dots; label: string }) {
	const size = props.dots.length;
	const dark = props.dots.flatMap((row, y) => row.flatMap((dot, x) => (dot ? [`M${x} ${y}h1v1h-1z`] : [])));
	return (
		<svg
			class="qr"
			viewBox={`0 0 ${size} ${size}`}
			shape-rendering="crispEdges"
			role="img"
			aria-label={props.label}
		>
			<rect width={size} height={size} fill="#fff" />
			<path d={dark.join("")} fill="#000" />
		</svg>
	);
}

/** The secret for the app, and the first code as the proof that it is there. */
export function TwoStepStart(props: { secret: string; uri: string; dots: Dots; problem?: FieldProblem }) {
	return (
		<SettingsFrame place="/account" title="Two-step sign-in">
			<section class="panel padded" aria-label="Set it up">
				<p>
					Scan this with an app for one-time codes on your telephone, or <a href={props.uri}>open it there</a>{" "}
					if the app is on this machine:
				</p>
				<QrCode dots={props.dots} label="The key as a QR code" />
				<p>Where nothing can be scanned, type this key into the app (time-based, six digits):</p>
				<p>
					<code class="secret-once">{visible(props.secret.replace(/(.{4})(?=.)/g, "$1 "))}</code>
				</p>
				<Form class="fields" action="/account/two-step" needs="viewer" hx-boost="false">
					<General problem={props.problem} />
					<input type="hidden" name="secret" value={props.secret} />
					<Field
						id="two-step-code"
						name="code"
						label="The code it shows now"
						value=""
						required
						mono
						max={12}
						problem={props.problem}
					/>
					<Secret
						id="two-step-password"
						name="own_password"
						label="Your password"
						autocomplete="current-password"
						problem={props.problem}
					/>
					<div class="actions">
						<button type="submit" class="button primary">
							Switch it on
						</button>
						<a class="button plain" href="/account">
							Cancel
						</a>
					</div>
				</Form>
			</section>
		</SettingsFrame>
	);
}

/** Shown once. */
export function RecoveryCodes(props: { codes: readonly string[] }) {
	return (
		<SettingsFrame place="/account" title="Recovery codes">
			<section class="panel padded" aria-label="Recovery codes">
				<p>
					Two-step sign-in is on. Each of these codes signs you in once when the telephone is lost. They are
					not shown again: print them or put them where your passwords are.
				</p>
				<code class="secret-once">
					{props.codes.map((code) => (
						<div key={code}>{visible(code)}</div>
					))}
				</code>
				<p class="actions">
					<a class="button primary" href="/account">
						They are in a safe place
					</a>
				</p>
			</section>
		</SettingsFrame>
	);
}
