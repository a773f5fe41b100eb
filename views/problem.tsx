/** Pages for what cannot be shown: not found, refused, failed. They say what to do next and nothing of the inside. */

import { Main, Wire } from "./elements.tsx";
import { visibleLines } from "./format.ts";

export function Problem(props: {
	status: number;
	title: string;
	says: string;
	next?: { href: string; label: string };
}) {
	return (
		<Main class="problem">
			<section class="panel start" aria-labelledby="problem">
				<p class="status">{props.status}</p>
				<h1 id="problem">
					<Wire text={props.title} />
				</h1>
				<p>{visibleLines(props.says)}</p>
				{props.next !== undefined && (
					<p>
						<a class="button primary" href={props.next.href}>
							{visibleLines(props.next.label)}
						</a>
					</p>
				)}
			</section>
		</Main>
	);
}

/** For everyone but this machine, until there is a login. */
export function Refused(props: { client: string }) {
	return (
		<Main class="problem">
			<section class="panel start" aria-labelledby="problem">
				<p class="status">403</p>
				<h1 id="problem">Rollcall answers only this machine</h1>
				<p>
					There is no login yet, so requests from elsewhere are refused; yours came from{" "}
					<span class="mono">
						<Wire text={props.client} />
					</span>
					. Open a tunnel and use it as if you sat there:
				</p>
				<pre>ssh -L 8080:127.0.0.1:8080 you@this-machine</pre>
				<p class="quiet">Then open http://127.0.0.1:8080/ in your browser.</p>
			</section>
		</Main>
	);
}
