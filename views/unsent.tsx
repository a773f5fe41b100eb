/** What somebody typed and could not be taken, shown again: to be sent, or left. Knows no session. */

import { Door, type Outside } from "./door.tsx";
import { visibleLines } from "./format.ts";
import { Form } from "./reader.tsx";

export function UnsentPage(
	props: Outside & {
		path: string;
		fields: readonly (readonly [string, string])[];
		typed: readonly { label: string; value: string }[];
		/** Why it was not taken; left out: they were signed out. */
		why?: string | undefined;
		/** Who is signed in now. */
		name: string;
		next: string;
	},
) {
	return (
		<Door {...props} title="Send it now?">
			{props.why === undefined ? (
				<p>
					You were signed out before this was sent: nothing is stored yet. You are signed in as{" "}
					<b>{visibleLines(props.name)}</b> now.
				</p>
			) : (
				<p>{props.why} Nothing is stored yet.</p>
			)}
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
