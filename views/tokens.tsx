/** Tokens for admins: keys for programs, made, shown once, revoked. Knows no key but the one just made. */

import type { Scope, Token } from "../src/model/user.ts";
import { General } from "./account.tsx";
import { ActionButton, Age, Day, Panel, Wire } from "./elements.tsx";
import { Field, type FieldProblem } from "./fields.tsx";
import { visible } from "./format.ts";
import { Form } from "./reader.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import { Own } from "./users.tsx";

const SCOPE_NAMES: readonly { scope: Scope; says: string }[] = [
	{ scope: "read", says: "read: sees everything, for dashboards and Prometheus" },
	{ scope: "write", says: "write: and changes what is recorded" },
	{ scope: "admin", says: "admin: everything, also users, tokens and webhooks" },
];
const DAYS = ["30", "90", "365", ""] as const;

export type TokenFormState = { name: string; scope: Scope; days: string; problem?: FieldProblem };

export function Tokens(props: { tokens: readonly Token[]; form: TokenFormState; now: number }) {
	return (
		<SettingsFrame place="/settings/tokens" title="Tokens">
			{props.tokens.length > 0 && (
				<Panel title="Programs that may ask">
					<ul class="accounts">
						{props.tokens.map((token) => (
							<TokenLine key={token.id} token={token} now={props.now} />
						))}
					</ul>
				</Panel>
			)}
			<Panel title="Make a token" class="padded">
				<TokenForm form={props.form} />
			</Panel>
		</SettingsFrame>
	);
}

function TokenLine(props: { token: Token; now: number }) {
	const { token, now } = props;
	const over = token.expiresAt !== undefined && token.expiresAt <= now;
	return (
		<li>
			<span class="who">
				<b>
					<Wire text={token.name} />
				</b>{" "}
				<span class="chip">{token.scope}</span>
				<br />
				<span class="quiet">
					made <Age at={token.createdAt} now={now} /> {token.madeBy === "" ? "on the command line" : "by "}
					<Wire text={token.madeBy} />,{" "}
					{token.usedAt === undefined ? (
						"never used"
					) : (
						<>
							used <Age at={token.usedAt} now={now} />
						</>
					)}
					{token.expiresAt !== undefined && (
						<>
							, {over ? "expired" : "until"} <Day at={token.expiresAt} />
						</>
					)}
				</span>
			</span>
			<ActionButton
				action={`/settings/tokens/${token.id}/revoke`}
				label="Revoke"
				kind="danger"
				needs="admin"
			/>
		</li>
	);
}

function TokenForm(props: { form: TokenFormState }) {
	const { form } = props;
	return (
		<Form class="fields" action="/settings/tokens" needs="admin" hx-boost="false">
			<General problem={form.problem} />
			<Field
				id="token-name"
				name="name"
				label="What it is for"
				value={form.name}
				placeholder="Prometheus"
				required
				max={64}
				problem={form.problem}
			/>
			<div class="field">
				<label for="token-scope">What it may</label>
				<select id="token-scope" name="scope">
					{SCOPE_NAMES.map(({ scope, says }) => (
						<option key={scope} value={scope} selected={scope === form.scope}>
							{says}
						</option>
					))}
				</select>
			</div>
			<div class="field">
				<label for="token-days">How long</label>
				<select id="token-days" name="days">
					{DAYS.map((days) => (
						<option key={days} value={days} selected={days === form.days}>
							{days === "" ? "until it is revoked" : `${days} days`}
						</option>
					))}
				</select>
			</div>
			<Own id="token-own" problem={form.problem} />
			<div class="actions">
				<button type="submit" class="button primary">
					Make it
				</button>
			</div>
		</Form>
	);
}

/** The key, this once. */
export function TokenMade(props: { token: Token; secret: string }) {
	return (
		<SettingsFrame place="/settings/tokens" title={props.token.name}>
			<section class="panel padded" aria-label="The token">
				<p>This is the token. It is not shown again: copy it now.</p>
				<code class="secret-once">{visible(props.secret)}</code>
				<p class="quiet">
					Send it as a header: <code>Authorization: Bearer rc_…</code>
				</p>
				<p class="actions">
					<a class="button primary" href="/settings/tokens">
						I have copied it
					</a>
				</p>
			</section>
		</SettingsFrame>
	);
}
