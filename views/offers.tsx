/** The machine's own networks, each with the one button that adds it. Knows no other way to add a subnet. */

import { plural, visible } from "./format.ts";
import { Form } from "./reader.tsx";

export type NetworkOffer = { cidr: string; interface: string; addresses: bigint };

/** What the button leaves as it comes; how often it is swept is left to the settings. */
const PLAIN = { name: "", notes: "", gateway: "", sweep_enabled: "on" };

export function Offers(props: { offers: readonly NetworkOffer[] }) {
	if (props.offers.length === 0) return null;
	return (
		<ul class="offers">
			{props.offers.map((offer) => (
				<li key={`${offer.cidr}${offer.interface}`}>
					<Form action="/subnets">
						<input type="hidden" name="cidr" value={offer.cidr} />
						{Object.entries(PLAIN).map(([name, value]) => (
							<input key={name} type="hidden" name={name} value={value} />
						))}
						<span class="what">
							<b class="mono">{visible(offer.cidr)}</b>
							<span class="quiet">
								on <bdi>{visible(offer.interface)}</bdi>, {plural(offer.addresses, "address", "addresses")}
							</span>
						</span>
						<button type="submit" class="button primary">
							Add<span class="sr"> {visible(offer.cidr)}</span>
						</button>
					</Form>
				</li>
			))}
		</ul>
	);
}
