/** Source files as syntax trees, real ones and samples alike: knows how to parse and to walk, judges nothing. */

import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import * as ast from "typescript/unstable/ast";
import { API } from "typescript/unstable/async";
import { createVirtualFileSystem } from "typescript/unstable/fs";

/** One file: its path from the root of the project, with forward slashes. */
export type Source = { readonly path: string; readonly text: string; readonly file: ast.SourceFile };

/** An import, export-from, dynamic import or `new URL("./x", import.meta.url)`. */
export type Import = { readonly from: string; readonly line: number; readonly names: readonly string[] };

const projectRoot = join(import.meta.dir, "..", "..");

/** The text of every file that matches, by path. */
export function readFiles(patterns: readonly string[]): Record<string, string> {
	const paths = patterns.flatMap((pattern) => [
		...new Bun.Glob(pattern).scanSync({ cwd: projectRoot, dot: true }),
	]);
	return Object.fromEntries(
		paths.sort().map((path) => [path, readFileSync(join(projectRoot, path), "utf8")]),
	);
}

/** Parses files given as text; imports between them are not followed. */
export async function parseSources(files: Record<string, string>): Promise<Source[]> {
	const home = "/tidy";
	const options = {
		noLib: true,
		noResolve: true,
		allowJs: true,
		jsx: "preserve",
		module: "esnext",
		types: [],
	};
	const names = Object.keys(files);
	const api = new API({
		cwd: home,
		fs: createVirtualFileSystem({
			...Object.fromEntries(names.map((name) => [`${home}/${name}`, files[name] ?? ""])),
			[`${home}/tsconfig.json`]: JSON.stringify({ compilerOptions: options, files: names }),
		}),
	});
	try {
		const snapshot = await api.updateSnapshot({ openProjects: [`${home}/tsconfig.json`] });
		const program = snapshot.getProjects()[0]?.program;
		return await Promise.all(
			names.map(async (path) => {
				const file = await program?.getSourceFile(`${home}/${path}`);
				if (file === undefined) throw new Error(`${path} could not be parsed`);
				return { path, text: files[path] ?? "", file };
			}),
		);
	} finally {
		await api.close();
	}
}

/** Every node of the file, parents first. */
export function* nodesOf(source: Source): Generator<ast.Node> {
	const waiting: ast.Node[] = [source.file];
	for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
		yield node;
		const children: ast.Node[] = [];
		node.forEachChild((child) => {
			children.push(child);
			return undefined;
		});
		waiting.push(...children.reverse());
	}
}

export function lineOf(source: Source, node: ast.Node): number {
	return source.text.slice(0, node.getStart(source.file)).split("\n").length;
}

export function textOf(source: Source, node: ast.Node): string {
	return source.text.slice(node.getStart(source.file), node.end);
}

/** Lines from the first word of a node to its end. */
export function linesOf(source: Source, node: ast.Node): number {
	return textOf(source, node).split("\n").length;
}

/** What a file takes from other modules. */
export function importsOf(source: Source): Import[] {
	const found: Import[] = [];
	const add = (node: ast.Node, specifier: ast.Node | undefined, names: string[]) => {
		if (specifier === undefined || !ast.isStringLiteral(specifier)) return;
		found.push({ from: specifier.text, line: lineOf(source, node), names });
	};
	for (const node of nodesOf(source)) {
		if (ast.isImportDeclaration(node)) {
			add(node, node.moduleSpecifier, node.importClause ? [textOf(source, node.importClause)] : []);
		} else if (ast.isExportDeclaration(node)) {
			add(node, node.moduleSpecifier, ["export"]);
		} else if (ast.isCallExpression(node) && node.expression.kind === ast.SyntaxKind.ImportKeyword) {
			add(node, node.arguments[0], ["import()"]);
		} else if (ast.isCallExpression(node) && textOf(source, node.expression) === "require") {
			add(node, node.arguments[0], ["require()"]);
		} else if (ast.isImportTypeNode(node) && ast.isLiteralTypeNode(node.argument)) {
			add(node, node.argument.literal, ["type"]);
		} else if (ast.isNewExpression(node) && textOf(source, node.expression) === "URL") {
			if (node.arguments?.[1] && textOf(source, node.arguments[1]) === "import.meta.url") {
				add(node, node.arguments[0], ["new URL"]);
			}
		}
	}
	return found;
}

/** The path, from the root of the project, that a relative import means; undefined for a package. */
export function targetOf(source: Source, from: string): string | undefined {
	if (!from.startsWith(".")) return undefined;
	return posix.normalize(posix.join(posix.dirname(source.path), from));
}
