/** Bringing a file: the form, what can be brought, and what was brought before. Knows no row of any file. */

import { ENCODINGS, type Import, ORIGINS } from "../src/model/import.ts";
import { Age, Callout, Main, Panel, Wire } from "./elements.tsx";
import type { FieldProblem } from "./fields.tsx";
import { plural, visibleLines } from "./format.ts";
import { Form } from "./reader.tsx";

export type ImportFormState = {
	readonly values: { readonly text: string; readonly format: string; readonly encoding: string };
	/** Of a running phpIPAM, as it was typed. */
	readonly url?: string;
	/** Who signs in there. */
	readonly user?: string;
	readonly problem?: FieldProblem;
};

export const EMPTY_IMPORT: ImportFormState = { values: { text: "", format: "auto", encoding: "" } };

const CHOICES = [
	["auto", "Find out by the content"],
	["csv", "CSV, or any text table"],
	["xlsx", "Excel (XLSX)"],
	["xls", "Excel (XLS)"],
	["json", "JSON"],
	["phpipam", "phpIPAM"],
	["netbox", "NetBox CSV"],
	["hosts", "hosts file"],
	["leases", "DHCP leases (dnsmasq, Kea)"],
] as const;

export function ImportForm(props: { form: ImportFormState; recent: readonly Import[]; now: number }) {
	const { form, recent } = props;
	return (
		<Main class="import-page">
			<h1>Import</h1>
			{form.problem !== undefined && (
				<Callout kind="bad">
					<p>{visibleLines(form.problem.message)}</p>
					<p>Nothing was written.</p>
				</Callout>
			)}
			<div class="two">
				<div class="first">
					<Panel title="Bring a file" id="bring" class="padded">
						<BringForm form={form} />
					</Panel>
					<Panel title="From a running phpIPAM" id="pull" class="padded">
						<PullForm url={form.url ?? ""} user={form.user ?? ""} />
					</Panel>
				</div>
				<div>
					<Panel title="What is understood" id="kinds" class="padded">
						<Kinds />
					</Panel>
					{recent.length > 0 && <Recent recent={recent} now={props.now} />}
				</div>
			</div>
		</Main>
	);
}

function BringForm(props: { form: ImportFormState }) {
	const { values } = props.form;
	return (
		<Form
			class="fields"
			action="/imports"
			enctype="multipart/form-data"
			hx-boost="false"
			instead={<p class="quiet">Your account may read, but not import.</p>}
		>
			<div class="field">
				<label for="import-file">File</label>
				<input type="file" id="import-file" name="file" aria-describedby="import-file-hint" />
				<p class="hint" id="import-file-hint">
					At most 16 MB. First you see what it would do; nothing is written before you say so.
				</p>
			</div>
			<div class="field">
				<label for="import-text">Or paste a table</label>
				<textarea
					id="import-text"
					name="text"
					class="mono"
					rows={6}
					spellcheck={false}
					autocomplete="off"
					placeholder={"ip, hostname, description\n10.0.0.14, nas, Storage in the cellar"}
					value={values.text}
				/>
			</div>
			<details class="more" open={values.format !== "auto" || values.encoding !== ""}>
				<summary>Format and encoding</summary>
				<div class="field">
					<label for="import-format">Format</label>
					<select id="import-format" name="format">
						{CHOICES.map(([value, label]) => (
							<option key={value} value={value} selected={value === values.format}>
								{label}
							</option>
						))}
					</select>
				</div>
				<EncodingField chosen={values.encoding} />
			</details>
			<div class="actions">
				<button type="submit" class="button primary">
					Look at it
				</button>
			</div>
		</Form>
	);
}

/** For text that does not say so itself. */
export function EncodingField(props: { chosen: string }) {
	return (
		<div class="field">
			<label for="import-encoding">Encoding</label>
			<select id="import-encoding" name="encoding">
				<option value="">UTF-8, or UTF-16 with its mark</option>
				{Object.entries(ENCODINGS).map(([value, label]) => (
					<option key={value} value={value} selected={value === props.chosen}>
						{label}
					</option>
				))}
			</select>
		</div>
	);
}

function PullForm(props: { url: string; user: string }) {
	return (
		<Form
			class="fields"
			action="/imports/phpipam"
			needs="admin"
			instead={<p class="quiet">An administrator can fetch everything from a running phpIPAM.</p>}
		>
			<div class="field">
				<label for="pull-url">Address of its API</label>
				<input
					type="text"
					id="pull-url"
					name="url"
					class="mono"
					value={props.url}
					placeholder="https://ipam.example.org/api/rollcall"
					autocomplete="off"
					spellcheck={false}
					required
					aria-describedby="pull-url-hint"
				/>
				<p class="hint" id="pull-url-hint">
					With the name of the app behind it: Administration → API in phpIPAM, with permission to read. Apps
					of security “Crypt” cannot be read.
				</p>
			</div>
			<div class="field">
				<label for="pull-token">App code</label>
				<input
					type="password"
					id="pull-token"
					name="token"
					class="mono"
					autocomplete="off"
					aria-describedby="pull-token-hint"
				/>
				<p class="hint" id="pull-token-hint">
					Of an app of security “SSL with App code token”. Used once, never kept.
				</p>
			</div>
			<SignIn user={props.user} />
			<div class="actions">
				<button type="submit" class="button plain">
					Fetch and look at it
				</button>
			</div>
		</Form>
	);
}

/** For apps that want a user instead of a code. */
function SignIn(props: { user: string }) {
	return (
		<details class="more" open={props.user !== ""}>
			<summary>Or sign in as a user of phpIPAM</summary>
			<div class="field">
				<label for="pull-user">User</label>
				<input
					type="text"
					id="pull-user"
					name="user"
					value={props.user}
					autocomplete="off"
					spellcheck={false}
				/>
			</div>
			<div class="field">
				<label for="pull-password">Password</label>
				<input
					type="password"
					id="pull-password"
					name="password"
					autocomplete="off"
					aria-describedby="pull-password-hint"
				/>
				<p class="hint" id="pull-password-hint">
					For apps of security “SSL with User token”, as phpIPAM makes them. Used once, never kept.
				</p>
			</div>
		</details>
	);
}

function Kinds() {
	return (
		<>
			<ul class="kinds">
				<li>
					<b>Tables:</b> CSV with any delimiter, Excel (XLSX and XLS), JSON
				</li>
				<li>
					<b>phpIPAM:</b> every export, the import templates, the MySQL dump, its live API
				</li>
				<li>
					<b>NetBox:</b> exports of prefixes and IP addresses, and files for its importer
				</li>
				<li>
					<b>Lists:</b> hosts files, leases of dnsmasq and Kea
				</li>
				<li>
					<b>Rollcall:</b> what it exported itself, whole
				</li>
			</ul>
			<p class="quiet">
				What a file is, is told by its content. Columns that have no place here become lines of the notes, so
				that nothing is lost.
			</p>
		</>
	);
}

function Recent(props: { recent: readonly Import[]; now: number }) {
	return (
		<Panel title="Brought before" id="recent">
			<ul class="imports">
				{props.recent.map((one) => (
					<li key={one.id}>
						<a href={`/imports/${one.id}`}>
							<Wire text={one.name} />
						</a>
						<span class="quiet">
							{one.origin === undefined ? "" : `${ORIGINS[one.origin]} · `}
							{standing(one)} · <Age at={one.madeAt} now={props.now} />
						</span>
					</li>
				))}
			</ul>
		</Panel>
	);
}

function standing(one: Import): string {
	if (one.state === "unread") return "not read yet";
	if (one.state === "asked") return "about to be written";
	const { add, change } = one.counts;
	const touched = add.hosts + add.subnets + change.hosts + change.subnets;
	if (one.state === "done") return touched === 0 ? "nothing to write" : `${plural(touched, "row")} written`;
	return "not written";
}
