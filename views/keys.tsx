/** The list of keys, as "?" shows it; static/keys.js answers to them. Knows no page. */

const KEYS = [
	["/", "search"],
	["j k", "next, previous row (arrows too)"],
	["Enter", "open"],
	["Esc", "close"],
	["e", "edit"],
	["s", "sweep now"],
	["r", "reserve the first free address"],
	["x", "select (with shift: up to here)"],
	["u", "undo, while it is offered"],
	["g d", "dashboard"],
	["g s", "subnets"],
	["g a", "activity"],
	["?", "this list"],
] as const;

export function KeyList() {
	return (
		<dialog id="keys" class="keys" aria-labelledby="keys-title">
			<form method="dialog">
				<h2 id="keys-title">Keyboard</h2>
				<dl>
					{KEYS.map(([keys, does]) => (
						<div key={keys}>
							<dt>
								{keys.split(" ").map((key) => (
									<kbd key={key}>{key}</kbd>
								))}
							</dt>
							<dd>{does}</dd>
						</div>
					))}
				</dl>
				<button type="submit" class="button plain">
					Close
				</button>
			</form>
		</dialog>
	);
}
