/** The user menu of the header: who is signed in, and the way to what is theirs. */

import type { VNode } from "preact";
import { visible } from "./format.ts";
import { Form, May } from "./reader.tsx";

export function Me(props: { name: string; encrypted: boolean; icon: VNode }) {
	return (
		<>
			<button type="button" class="button me" popovertarget="me">
				{props.icon}
				<bdi>{visible(props.name)}</bdi>
				<span aria-hidden="true"> ▾</span>
			</button>
			<div id="me" class="me-menu" popover="auto">
				<a href="/account">Your account</a>
				<May needs="admin">
					<a href="/settings/users">Users</a>
					<a href="/settings/tokens">Tokens</a>
				</May>
				{!props.encrypted && (
					<p class="not-encrypted" title="Use https: whoever listens on the way here can read all of this.">
						Not encrypted
					</p>
				)}
				<Form action="/logout" needs="viewer" hx-boost="false">
					<button type="submit">Sign out</button>
				</Form>
			</div>
		</>
	);
}
