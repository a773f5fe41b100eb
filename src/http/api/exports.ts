/** Everything out by JSON's side: a file of all, or of what passes a filter. */

import { Type as t } from "@sinclair/typebox";
import { demandSubnet } from "../../ipam/subnets.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../../model/export.ts";
import type { Desk } from "../desk.ts";
import { download } from "../exports.ts";
import { filterOf, HOST_FILTERS, SUBNET_FILTER } from "./host-filters.ts";
import { type Operation, operation } from "./operation.ts";
import { choice } from "./parameters.ts";

export function exportOperation(desk: Desk): Operation {
	const formats = Object.keys(EXPORT_FORMATS) as ExportFormat[];
	return operation({
		method: "GET",
		path: "/export",
		id: "exportAll",
		slow: true,
		tag: "Import and export",
		summary: "Everything, or what passes a filter, as a file",
		details: `Each format has its own content type. ${formats.map((one) => `${one}: ${EXPORT_FORMATS[one].says}`).join("; ")}.`,
		query: {
			subnet: SUBNET_FILTER,
			...HOST_FILTERS,
			format: choice("What to write.", formats, { example: "csv", fallback: "csv" }),
		},
		answers: {
			200: { says: "The file.", schema: t.String(), example: "type,address,name\r\n", type: "text/csv" },
		},
		refuses: { 404: "There is no such subnet." },
		handle({ request, query }) {
			const { format = "csv", subnet, ...rest } = query;
			const filter = filterOf(rest, subnet);
			if (subnet !== undefined) demandSubnet(desk.context, subnet);
			return download(desk.context, request, format, filter);
		},
	});
}
