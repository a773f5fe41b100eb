/** What somebody typed before they were signed out, shown again: to be sent, or left. Knows no session. */

import { Door, type Outside } from "./door.tsx";
import { visibleLines } from "./format.ts";
import { Form } from "./reader.tsx";

export function UnsentPage(
	props: Outside & {
		path: string;
		fields: readonly (readonly [string, string])[];
		typed: readonly { label: string; value: string }[];
		/** Who is signed in now. */
		name: string;
		next: string;
	},
) {
	return (
		<Door {...props} title="Send it now?">
			<p>
				You were signed out before this was sent: nothing is stored yet. You are signed in as{" "}
				<b>{visibleLines(props.name)}</b> now.
			</p>
			<dl class="unsent">
				{props.typed.map(({ label, value }) => (
					<div key={label}>
						<dt>{label}</dt>
						<dd>
							<bdi>{visibleLines(value)}</bdi>
						</dd>
					</div>
				))}
			</dl>
			<Form class="fields" action={props.path} needs="viewer">
				{props.fields.map(([name, value], at) => (
					<input key={at.toString()} type="hidden" name={name} value={value} />
				))}
				<div class="actions">
					<button type="submit" class="button primary">
						Send
					</button>
					<a class="button plain" href={props.next === "" ? "/" : props.next}>
						Leave it
					</a>
				</div>
			</Form>
		</Door>
	);
}
