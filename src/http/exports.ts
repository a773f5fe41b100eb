/** Exports for people: the page that lists the forms, and the files themselves. */

import { Elysia } from "elysia";
import { ExportPage } from "../../views/export.tsx";
import { BOUNDS } from "../config.ts";
import type { Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { exportSource, untilClosed } from "../ipam/exports.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../model/export.ts";
import type { HostFilter } from "../model/host.ts";
import { formatCidr } from "../net/cidr.ts";
import { findSubnet } from "../store/subnets.ts";
import type { Desk } from "./desk.ts";
import { respondDownload } from "./download.ts";
import { readListQuery } from "./query.ts";

export function exportRoutes(desk: Desk) {
	return new Elysia().get("/export", ({ request }) => {
		const params = new URL(request.url).searchParams;
		const { filter } = readListQuery(params, { now: desk.context.clock.now() });
		if (params.has("format")) return download(desk.context, request, params.get("format") ?? "", filter);
		return desk.page(request, () => page(desk, filter, params));
	});
}

function page(desk: Desk, filter: HostFilter, params: URLSearchParams) {
	const subnet = filter.subnetId === undefined ? undefined : findSubnet(desk.context.db, filter.subnetId);
	return { title: "Export", main: ExportPage({ subnet, query: params.toString() }) };
}

/** Of a long name so many characters are enough to know the file by. */
const NAME_CHARS = 50;

function shortened(name: string): string {
	return [...name].slice(0, NAME_CHARS).join("");
}

/** The file; its name says what is in it and from when. */
export async function download(
	context: Ground,
	request: Request,
	text: string,
	filter: HostFilter,
): Promise<Response> {
	if (!Object.hasOwn(EXPORT_FORMATS, text)) {
		throw new AppError("invalid", `format is one of ${Object.keys(EXPORT_FORMATS).join(", ")}.`, {
			field: "format",
		});
	}
	const format = text as ExportFormat;
	const { ending, type } = EXPORT_FORMATS[format];
	const { writeExport } = await import("../formats/write.ts");
	const source = await exportSource(context, filter, BOUNDS.exportSlice);
	const subnet = filter.subnetId === undefined ? undefined : findSubnet(context.db, filter.subnetId);
	const part = subnet === undefined ? "" : `-${shortened(subnet.name) || formatCidr(subnet.cidr)}`;
	const day = new Date(source.now).toISOString().slice(0, 10);
	const name = `rollcall${part}-${format}-${day}.${ending}`;
	return respondDownload(request, untilClosed(source, writeExport(format, source)), {
		name,
		type,
		inline: format === "prometheus",
	});
}
