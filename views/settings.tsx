/** General settings: the appearance, what new subnets start with, storage, and what this Rollcall is. Knows no value it does not get. */

import { SUBNET_LIMITS } from "../src/model/subnet.ts";
import { type Backups, BackupsPanel } from "./backups.tsx";
import { Panel, Wire } from "./elements.tsx";
import { Field, type FieldProblem } from "./fields.tsx";
import { count, visible } from "./format.ts";
import { THEME_NAMES, THEMES, type Theme } from "./layout.tsx";
import { Form, May } from "./reader.tsx";
import { SettingsFrame } from "./settings-frame.tsx";
import { type Storage, StoragePanel } from "./storage.tsx";

/** What the form of new subnets holds, as it was typed. */
export type DefaultsState = {
	values: { sweepIntervalS: string; scanEnabled: boolean; snmpEnabled: boolean };
	problem?: FieldProblem;
};

export function Settings(props: {
	theme: Theme;
	about: readonly { label: string; value: string }[];
	defaults: DefaultsState;
	/** SNMP can be asked at all. */
	asksSnmp: boolean;
	storage?: Storage;
	backups?: Backups;
}) {
	return (
		<SettingsFrame place="/settings" title="Settings" live="work">
			<Appearance theme={props.theme} />
			<May>
				<NewSubnets {...props.defaults} asksSnmp={props.asksSnmp} />
			</May>
			{props.storage !== undefined && <StoragePanel storage={props.storage} />}
			{props.backups !== undefined && <BackupsPanel backups={props.backups} />}
			<Panel title="About" class="padded">
				<dl class="facts-list">
					{props.about.map(({ label, value }) => (
						<div key={label}>
							<dt>{visible(label)}</dt>
							<dd>
								<Wire text={value} />
							</dd>
						</div>
					))}
				</dl>
			</Panel>
		</SettingsFrame>
	);
}

function Appearance(props: { theme: Theme }) {
	return (
		<Panel title="Appearance" class="padded">
			<Form action="/settings/theme" hx-boost="false" id="appearance" needs="viewer">
				<fieldset>
					<legend class="sr">Theme</legend>
					{THEMES.map((theme) => (
						<label class="check" key={theme}>
							<input type="radio" name="theme" value={theme} checked={theme === props.theme} />{" "}
							{THEME_NAMES[theme]}
						</label>
					))}
				</fieldset>
				<div class="actions">
					<button type="submit" class="button primary">
						Save
					</button>
				</div>
			</Form>
		</Panel>
	);
}

function NewSubnets(props: DefaultsState & { asksSnmp: boolean }) {
	const { values, problem } = props;
	return (
		<Panel title="New subnets" id="new-subnets" class="padded">
			<Form
				class="fields"
				id="defaults"
				action="/settings/subnets"
				needs="admin"
				instead={<p class="quiet">Admins set this.</p>}
				data-edit
			>
				<Field
					id="default-interval"
					name="sweep_interval_s"
					label="Sweep every (seconds)"
					type="number"
					value={values.sweepIntervalS}
					hint={`${count(SUBNET_LIMITS.sweepIntervalMinS)} to ${count(SUBNET_LIMITS.sweepIntervalMaxS)}. Subnets that are here already keep their own.`}
					problem={problem}
				/>
				<label class="check">
					<input type="checkbox" name="scan_enabled" value="on" checked={values.scanEnabled} /> Scan ports by
					the clock
				</label>
				{props.asksSnmp ? (
					<label class="check">
						<input type="checkbox" name="snmp_enabled" value="on" checked={values.snmpEnabled} /> Ask hosts
						for their name by SNMP
					</label>
				) : (
					values.snmpEnabled && <input type="hidden" name="snmp_enabled" value="on" />
				)}
				<div class="actions">
					<button type="submit" class="button primary">
						Save
					</button>
				</div>
			</Form>
		</Panel>
	);
}
