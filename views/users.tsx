/** Users for admins: who there is, what they may, adding one. Knows no password. */

import { ROLES, type Role, type User } from "../src/model/user.ts";
import { General } from "./account.tsx";
import { Secret } from "./door.tsx";
import { ActionButton, Age, Panel, Wire } from "./elements.tsx";
import { Field, type FieldProblem } from "./fields.tsx";
import { visible } from "./format.ts";
import { Form } from "./reader.tsx";
import { SettingsFrame } from "./settings-frame.tsx";

const MAY: Readonly<Record<Role, string>> = {
	viewer: "sees everything",
	editor: "and changes what is recorded",
	admin: "and users, tokens, webhooks",
};

function RoleSelect(props: { id: string; role: Role }) {
	return (
		<select id={props.id} name="role">
			{ROLES.map((role) => (
				<option key={role} value={role} selected={role === props.role}>
					{role}: {MAY[role]}
				</option>
			))}
		</select>
	);
}

export type UserFormState = { name: string; role: Role; problem?: FieldProblem };

export function Users(props: {
	users: readonly User[];
	ownId: number | undefined;
	form: UserFormState;
	now: number;
}) {
	return (
		<SettingsFrame place="/settings/users" title="Users">
			<Panel title="Who may sign in">
				<UserList {...props} />
			</Panel>
			<Panel title="Add a user" class="padded">
				<NewUser form={props.form} />
			</Panel>
		</SettingsFrame>
	);
}

function UserList(props: { users: readonly User[]; ownId: number | undefined; now: number }) {
	return (
		<ul class="accounts">
			{props.users.map((user) => (
				<li key={user.id}>
					<span class="who">
						<a href={`/settings/users/${user.id}`}>
							<b>
								<Wire text={user.name} />
							</b>
						</a>
						{user.id === props.ownId && <span class="quiet"> you</span>}
						<br />
						<span class="quiet">
							{user.role}
							{user.twoStep && ", two steps"}
							{user.disabledAt !== undefined && ", may not sign in"}
							{", "}
							{user.lastLoginAt === undefined ? (
								"never signed in"
							) : (
								<>
									signed in <Age at={user.lastLoginAt} now={props.now} />
								</>
							)}
						</span>
					</span>
					<a class="button plain" href={`/settings/users/${user.id}`}>
						Change<span class="sr"> {visible(user.name)}</span>
					</a>
				</li>
			))}
		</ul>
	);
}

function NewUser(props: { form: UserFormState }) {
	const { form } = props;
	return (
		<Form class="fields" action="/settings/users" needs="admin" hx-boost="false">
			<General problem={form.problem} />
			<Field
				id="user-name"
				name="name"
				label="Name"
				value={form.name}
				required
				max={64}
				problem={form.problem}
			/>
			<div class="field">
				<label for="user-role">Role</label>
				<RoleSelect id="user-role" role={form.role} />
			</div>
			<Secret
				id="user-password"
				name="password"
				label="First password"
				autocomplete="new-password"
				hint="At least 8 characters. Tell it by another way; it can be changed after signing in."
				problem={form.problem}
			/>
			<Own id="user-own" problem={form.problem} />
			<div class="actions">
				<button type="submit" class="button primary">
					Add
				</button>
			</div>
		</Form>
	);
}

/** Asked for where much is given away: a browser that somebody left open is not enough. */
export function Own(props: { id: string; problem: FieldProblem | undefined; optional?: string }) {
	return (
		<Secret
			id={props.id}
			name="own_password"
			label="Your own password"
			autocomplete="current-password"
			problem={props.problem}
			{...(props.optional === undefined ? {} : { optional: true, hint: props.optional })}
		/>
	);
}

/** One user: role, whether they may sign in, a new password, the end of their sessions. */
export function UserPage(props: {
	user: User;
	sessions: number;
	/** Tokens they made. */
	tokens?: number;
	problem?: FieldProblem & { form: "role" | "password" };
	/** What was chosen and could not be taken. */
	typed?: { role: Role; disabled: boolean };
}) {
	const { user, problem } = props;
	const { role, disabled } = props.typed ?? { role: user.role, disabled: user.disabledAt !== undefined };
	const here = `/settings/users/${user.id}`;
	return (
		<SettingsFrame
			place="/settings/users"
			title={user.name}
			within={{ href: "/settings/users", label: "Users" }}
		>
			<Panel title="Rights" class="padded">
				<Form class="fields" action={here} needs="admin">
					<General problem={problem?.form === "role" ? problem : undefined} />
					<div class="field">
						<label for="role">Role</label>
						<RoleSelect id="role" role={role} />
					</div>
					<label class="check">
						<input type="checkbox" name="disabled" value="yes" checked={disabled} /> May not sign in (signs
						them out now)
					</label>
					<Own
						id="rights-own"
						problem={problem?.form === "role" ? problem : undefined}
						optional="Only where they may more than before."
					/>
					<div class="actions">
						<button type="submit" class="button primary">
							Save
						</button>
					</div>
				</Form>
			</Panel>
			<Panel title="A new password" class="padded">
				<NewPassword here={here} problem={problem?.form === "password" ? problem : undefined} />
			</Panel>
			<Doing here={here} sessions={props.sessions} tokens={props.tokens ?? 0} />
			<details class="delete">
				<summary>Delete…</summary>
				<Form action={`${here}/delete`} needs="admin">
					<p>
						The name stays in the record of what was done. Whoever should only rest is better told not to sign
						in.
					</p>
					<button type="submit" class="button danger">
						Delete <Wire text={user.name} />
					</button>
				</Form>
			</details>
		</SettingsFrame>
	);
}

/** Where they are signed in, and what goes on without them. */
function Doing(props: { here: string; sessions: number; tokens: number }) {
	const { here } = props;
	return (
		<Panel title="Sessions" class="padded">
			<p>
				{props.sessions === 0
					? "Signed in nowhere."
					: `Signed in ${props.sessions === 1 ? "in one browser" : `in ${props.sessions} browsers`}.`}
			</p>
			{props.sessions > 0 && (
				<ActionButton action={`${here}/sessions/end`} label="Sign out everywhere" needs="admin" />
			)}
			{props.tokens > 0 && (
				<p>
					{props.tokens === 1 ? "A token this user made goes" : `${props.tokens} tokens this user made go`} on
					working without them: see <a href="/settings/tokens">Tokens</a>.
				</p>
			)}
		</Panel>
	);
}

function NewPassword(props: { here: string; problem: FieldProblem | undefined }) {
	const { here, problem } = props;
	return (
		<Form class="fields" action={`${here}/password`} needs="admin" hx-boost="false">
			<General problem={problem} />
			<Secret
				id="their-password"
				name="password"
				label="New password"
				autocomplete="new-password"
				hint="They are signed out everywhere. A second step that is on is switched off."
				problem={problem}
			/>
			<Own id="their-own" problem={problem} />
			<div class="actions">
				<button type="submit" class="button primary">
					Set it
				</button>
			</div>
		</Form>
	);
}
