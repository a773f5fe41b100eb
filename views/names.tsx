/** Names that were found out: what PTR and SNMP say, where they disagree, and using one with one click. */

import type { Host } from "../src/model/host.ts";
import type { Subnet } from "../src/model/subnet.ts";
import { ActionButton, Wire } from "./elements.tsx";

const SOURCES = [
	{ source: "ptr", label: "PTR" },
	{ source: "snmp", label: "SNMP" },
] as const;

type Props = { host: Host; subnet: Subnet };

/**
 * Names beside the one in use and, where SNMP can be asked at all (`asksSnmp`), the host's switch for it; nothing
 * where there is nothing to say.
 */
export function FoundNames(props: Props & { asksSnmp: boolean }) {
	const { host, asksSnmp } = props;
	const names = { ptr: host.ptrName, snmp: host.snmpName };
	const others = SOURCES.filter(({ source }) => names[source] !== "" && names[source] !== host.hostname);
	if (others.length === 0 && !asksSnmp) return null;
	return (
		<section class="names" aria-labelledby={`names-${host.id}`}>
			<h2 id={`names-${host.id}`}>Names</h2>
			{others.map(({ source, label }) => (
				<div class="choice" key={source}>
					<span>
						{label} says <Wire text={names[source]} />
					</span>
					<ActionButton
						action={`/hosts/${host.id}/name`}
						label={`Use the ${label} name`}
						values={{ source }}
						stay
					/>
				</div>
			))}
			{asksSnmp && <SnmpSwitch {...props} />}
		</section>
	);
}

function SnmpSwitch({ host, subnet }: Props) {
	const own = host.snmpEnabled;
	const isOn = own ?? subnet.snmpEnabled;
	const action = `/hosts/${host.id}/snmp`;
	return (
		<div class="choice">
			<span class="quiet">
				{isOn ? "Asked for its name by SNMP" : "Not asked for its name by SNMP"}
				{own === undefined ? ", as its subnet is." : "."}
			</span>
			<span class="buttons">
				<ActionButton
					action={action}
					label={isOn ? "Do not ask" : "Ask"}
					values={{ enabled: isOn ? "no" : "yes" }}
					stay
				/>
				{own !== undefined && (
					<ActionButton action={action} label="As the subnet" values={{ enabled: "" }} stay />
				)}
			</span>
		</div>
	);
}

/** The switch of a whole subnet, on its own form. */
export function SubnetSnmp({ subnet }: Omit<Props, "host">) {
	return (
		<section class="panel padded names" aria-label="Names by SNMP">
			<div class="choice">
				<span>
					{subnet.snmpEnabled
						? "Hosts of this subnet are asked for their name by SNMP."
						: "Hosts of this subnet are not asked for their name by SNMP."}
				</span>
				<ActionButton
					action={`/subnets/${subnet.id}/snmp`}
					label={subnet.snmpEnabled ? "Do not ask" : "Ask by SNMP"}
					values={{ enabled: subnet.snmpEnabled ? "no" : "yes" }}
				/>
			</div>
		</section>
	);
}
