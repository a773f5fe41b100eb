/** Settings: the appearance, and what this Rollcall is. Knows no value it does not get. */

import { type Backups, BackupsPanel } from "./backups.tsx";
import { Main, Panel, Wire } from "./elements.tsx";
import { visible } from "./format.ts";
import { THEME_NAMES, THEMES, type Theme } from "./layout.tsx";
import { Form } from "./reader.tsx";
import { type Storage, StoragePanel } from "./storage.tsx";

export function Settings(props: {
	theme: Theme;
	about: readonly { label: string; value: string }[];
	storage?: Storage;
	backups?: Backups;
}) {
	return (
		<Main class="narrow-page">
			<h1>Settings</h1>
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
				<p>
					<a href="/settings/webhooks">Webhooks</a>: tell other programs what happens
				</p>
				<p>
					<a href="/doctor">Check this installation</a>
				</p>
			</Panel>
		</Main>
	);
}
