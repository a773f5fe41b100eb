/** "Ping now": an echo a second for ten seconds, each shown as it comes. Knows no packet. */

import type { Host } from "../src/model/host.ts";
import { UNTIMED } from "../src/model/presence.ts";
import { latency, visibleLines } from "./format.ts";
import { Form } from "./reader.tsx";

export const PING = { echoes: 10, everyMs: 1_000, timeoutMs: 900 } as const;

type Props = {
	host: Pick<Host, "id" | "ip">;
	place: "d" | "p";
	/** Microseconds, -1 for silence. */
	echoes: readonly number[];
	/** Until the next one, where one is to follow by itself. */
	waitMs?: number;
	/** Why nothing can be asked; a fault of ours, not of the host. */
	problem?: string | undefined;
};

/** The button that begins. */
export function PingButton({ host, place }: Omit<Props, "echoes">) {
	return (
		<PingForm host={host} place={place} target={`#${place}-ping`} echoes={[]}>
			<button type="submit" class="button primary">
				Ping now
			</button>
		</PingForm>
	);
}

/**
 * Empty until somebody pings; then nothing replaces it but the next echo. One element in every state: a live change
 * passes over what is busy only where old and new are of one kind.
 */
export function PingPanel(props: Props) {
	const { host, place, echoes, waitMs } = props;
	if (props.problem !== undefined) {
		return (
			<section id={`${place}-ping`} class="ping field-problem" role="alert" data-busy>
				{visibleLines(props.problem)}
			</section>
		);
	}
	if (echoes.length === 0) return <section id={`${place}-ping`} hidden />;
	const over = echoes.length >= PING.echoes;
	return (
		<section id={`${place}-ping`} class="ping" aria-label={`Ping ${host.ip}`} data-busy>
			<ol class="echoes">
				{Array.from({ length: PING.echoes }, (_, i) => (
					<Echo key={i.toString()} us={echoes[i]} />
				))}
			</ol>
			<p class="sum" role={over ? "status" : undefined}>
				{sumOf(echoes)}
			</p>
			{over ? null : waitMs === undefined ? (
				<PingForm {...props} target="closest .ping">
					<button type="submit" class="button plain">
						Once more
					</button>
				</PingForm>
			) : (
				<PingForm {...props} target="closest .ping" trigger={`load delay:${waitMs}ms`} />
			)}
		</section>
	);
}

function PingForm(props: Props & { target: string; trigger?: string; children?: preact.ComponentChildren }) {
	const action = `/hosts/${props.host.id}/ping`;
	const trigger = props.trigger === undefined ? {} : { "hx-trigger": props.trigger };
	return (
		<Form
			class="inline"
			action={action}
			hx-post={action}
			hx-target={props.target}
			hx-swap="outerHTML"
			{...trigger}
		>
			<input type="hidden" name="place" value={props.place} />
			<input type="hidden" name="echoes" value={props.echoes.join(",")} />
			{props.children}
		</Form>
	);
}

function Echo({ us }: { us: number | undefined }) {
	if (us === undefined) return <li />;
	if (us < 0) {
		return (
			<li class="lost">
				<span class="sr">no answer</span>
			</li>
		);
	}
	return <li class="got">{us === UNTIMED ? "ARP" : latency(us).replace(" ms", "")}</li>;
}

/** "4 of 5 answered · min 0.3 · mean 0.5 · max 1.9 ms". */
function sumOf(echoes: readonly number[]): string {
	const got = echoes.filter((us) => us >= 0);
	const timed = got.filter((us) => us !== UNTIMED);
	const counts = `${got.length} of ${echoes.length} answered`;
	if (timed.length === 0) return counts;
	const short = (us: number) => latency(us).replace(" ms", "");
	const mean = timed.reduce((sum, us) => sum + us, 0) / timed.length;
	return `${counts} · min ${short(Math.min(...timed))} · mean ${short(mean)} · max ${latency(Math.max(...timed))}`;
}
