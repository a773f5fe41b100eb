/** What each column of a file is read as, and the form that changes it. Knows no row. */

import { type Import, TARGETS } from "../src/model/import.ts";
import { Wire } from "./elements.tsx";
import { Form, May } from "./reader.tsx";

/** What each column is read as; open by itself where hardly anything was understood. */
export function Columns(props: { found: Import }) {
	const { found } = props;
	const known = found.mapping.filter((target) => target !== "" && target !== "line").length;
	return (
		<May>
			<details class="panel mapping" open={known < 2}>
				<summary>
					Columns: {known} of {found.headers.length} understood
				</summary>
				<Form class="fields" action={`/imports/${found.id}/look`}>
					<input type="hidden" name="mapped" value="yes" />
					<ul class="columns">
						{found.headers.map((header, i) => (
							<Column key={`${i}${header}`} found={found} i={i} />
						))}
					</ul>
					<label class="check">
						<input type="checkbox" name="clear" checked={found.options.clear} /> An empty cell clears what is
						there (otherwise it stays)
					</label>
					<label class="check">
						<input type="checkbox" name="sweep" checked={found.options.sweep} /> Sweep new subnets, where the
						file does not say
					</label>
					<div class="actions">
						<button type="submit" class="button plain">
							Look again
						</button>
					</div>
				</Form>
			</details>
		</May>
	);
}

function Column(props: { found: Import; i: number }) {
	const { found, i } = props;
	const header = found.headers[i] ?? "";
	const id = `column-${i}`;
	return (
		<li>
			<label for={id}>
				<b>
					<Wire text={header === "" ? `Column ${i + 1}` : header} />
				</b>
				<span class="quiet example">
					<Wire text={(found.examples[i] ?? []).join(" · ")} />
				</span>
			</label>
			<select id={id} name={`column_${i}`}>
				{Object.entries(TARGETS).map(([target, label]) => (
					<option key={target} value={target} selected={target === found.mapping[i]}>
						{label}
					</option>
				))}
			</select>
		</li>
	);
}
