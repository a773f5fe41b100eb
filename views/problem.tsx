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

/**
 * For everyone who is not let in: a document of its own that loads nothing (that would be refused too) and says
 * nothing about the network. `tunnel` is the port for the way in that works; undefined where none would help.
 */
export function Refused(props: { status: number; says: string; tunnel: number | undefined }) {
	return (
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<title>Rollcall: refused</title>
			</head>
			<body>
				<main>
					<h1>Refused ({props.status})</h1>
					<p>{visibleLines(props.says)}</p>
					{props.tunnel !== undefined && (
						<>
							<p>Open a tunnel and use it as if you sat there:</p>
							<pre>
								ssh -L {props.tunnel}:127.0.0.1:{props.tunnel} you@this-machine
							</pre>
							<p>Then open http://127.0.0.1:{props.tunnel}/ in your browser.</p>
						</>
					)}
				</main>
			</body>
		</html>
	);
}
