/** The page that shows the API: a place for Swagger UI, and what there is without a script. */

import type { VNode } from "preact";
import type { Assets } from "./layout.tsx";

export type DocsProps = {
	readonly assets: Assets;
	/** The parts of the page, by their addresses. */
	readonly parts: { readonly css: string; readonly bundle: string; readonly script: string };
	/** What a browser sends along to change something as its own session. */
	readonly csrf: string;
};

export function Docs({ assets, parts, csrf }: DocsProps): VNode {
	return (
		<html lang="en" data-theme="light">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<title>API · Rollcall</title>
				<link rel="stylesheet" href={parts.css} />
				<link rel="icon" type="image/svg+xml" href={assets.icon} />
				<script src={parts.bundle} defer />
				<script src={parts.script} defer />
			</head>
			<body>
				<main>
					<p>
						<a href="/">Back to Rollcall</a>
					</p>
					<noscript>
						<p>
							This page needs a script. The same is written in <a href="/openapi.json">openapi.json</a>, for
							any other reader.
						</p>
					</noscript>
					<div id="swagger-ui" data-document="/openapi.json" data-csrf={csrf} />
				</main>
			</body>
		</html>
	);
}
