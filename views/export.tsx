/** What can be taken out, a line each with its use and its link. Knows no host. */

import { EXPORT_FORMATS } from "../src/model/export.ts";
import type { Subnet } from "../src/model/subnet.ts";
import { formatCidr } from "../src/net/cidr.ts";
import { Main, Panel, Wire } from "./elements.tsx";
import { nameOr } from "./format.ts";

export function ExportPage(props: { subnet: Subnet | undefined; query: string }) {
	const { subnet, query } = props;
	return (
		<Main class="narrow-page">
			<h1>Export</h1>
			<p class="facts">
				{subnet !== undefined ? (
					<>
						The hosts of <Wire text={nameOr(subnet.name, formatCidr(subnet.cidr))} />
						{query.includes("&") && ", as they are filtered"}. <a href="/export">Everything instead</a>
					</>
				) : query !== "" ? (
					<>
						The hosts that pass the filter. <a href="/export">Everything instead</a>
					</>
				) : (
					"Every subnet and every host."
				)}
			</p>
			<Panel title="Files" id="files">
				<ul class="imports">
					{Object.entries(EXPORT_FORMATS).map(([format, { name, says }]) => (
						<li key={format}>
							<a
								href={`/export?${query === "" ? "" : `${query}&`}format=${format}`}
								hx-boost="false"
								download
							>
								{name}
							</a>
							<span class="quiet">{says}</span>
						</li>
					))}
				</ul>
			</Panel>
		</Main>
	);
}
