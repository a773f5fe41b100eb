/** The frame of every page of the settings: their places beside the one that is shown. Knows no setting. */

import type { ComponentChildren } from "preact";
import type { Role } from "../src/model/user.ts";
import { Main } from "./elements.tsx";
import { visible } from "./format.ts";
import { May } from "./reader.tsx";

/** Where settings are, in their order; who may not use a place does not see it. */
const SETTINGS_PLACES: readonly { href: string; label: string; needs: Role }[] = [
	{ href: "/settings", label: "General", needs: "viewer" },
	{ href: "/account", label: "Your account", needs: "viewer" },
	{ href: "/settings/users", label: "Users", needs: "admin" },
	{ href: "/settings/tokens", label: "Tokens", needs: "admin" },
	{ href: "/settings/webhooks", label: "Webhooks", needs: "admin" },
	{ href: "/doctor", label: "Doctor", needs: "viewer" },
];

/** `place` is one of the places, or what it is the beginning of. */
export function SettingsFrame(props: {
	place: string;
	title: string;
	live?: string;
	/** The place this page is a part of: the way back, above its title. */
	within?: { href: string; label: string };
	children: ComponentChildren;
}) {
	return (
		<Main class="settings-page" live={props.live}>
			<nav class="settings-places" aria-label="Settings">
				{SETTINGS_PLACES.map(({ href, label, needs }) => (
					<May key={href} needs={needs}>
						<a href={href} aria-current={href === props.place ? "page" : undefined}>
							{label}
						</a>
					</May>
				))}
			</nav>
			<div class="settings-body">
				{props.within !== undefined && (
					<p class="trail">
						<a href={props.within.href}>{props.within.label}</a>
					</p>
				)}
				<h1>{visible(props.title)}</h1>
				{props.children}
			</div>
		</Main>
	);
}
