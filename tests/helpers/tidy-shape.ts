/** How code may look: sizes, names, exports, state, banned words, SQL. Knows one file at a time, runs nothing. */

import * as ast from "typescript/unstable/ast";
import { lineOf, linesOf, nodesOf, type Source, textOf } from "./syntax.ts";

const FILE_LINES = 300;
const FUNCTION_LINES = 60;
const BANNED_NAMES =
	/^(.*[-_.])?(utils?|helpers?|commons?|shared|misc|managers?|services?|repositor(y|ies)|types|index)$/i;
/** Where the program starts: only there may an import do something. */
const ENTRY = "src/main.ts";
const SQL_CALL = /^(query|run|exec|prepare|all|get)$/;
const SQL_START =
	/^[`"']\s*(SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|CREATE|ALTER|DROP|PRAGMA|VACUUM|ATTACH)\b/;
const SQL =
	/\b(SELECT\s[\s\S]+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE|PRAGMA\s+\w)/;

function at(source: Source, node: ast.Node, message: string): string {
	return `${source.path}:${lineOf(source, node)} ${message}`;
}

/** Files and functions that are too long; what a suite describes is a list, as long as its file may be. */
export function sizeProblems(source: Source): string[] {
	const problems: string[] = [];
	const lines = source.text.replace(/\n$/, "").split("\n").length;
	if (lines > FILE_LINES) problems.push(`${source.path}: ${lines} lines, ${FILE_LINES} are allowed`);
	for (const node of nodesOf(source)) {
		if (!ast.isFunctionLikeDeclaration(node) || !("body" in node) || node.body === undefined) continue;
		const length = linesOf(source, node);
		if (length > FUNCTION_LINES && !isSuite(source, node)) {
			problems.push(at(source, node, `a function of ${length} lines, ${FUNCTION_LINES} are allowed`));
		}
	}
	return problems;
}

/** Is it what `describe(…)` of a test file runs? */
function isSuite(source: Source, node: ast.Node): boolean {
	const call = node.parent;
	return (
		/\.test\.tsx?$/.test(source.path) &&
		ast.isCallExpression(call) &&
		/^describe\b/.test(textOf(source, call.expression))
	);
}

/** Names that say nothing, in files and folders. */
export function nameProblems(path: string): string[] {
	const words = path.split("/").map((word) => word.replace(/(\.d)?\.[a-z]+$/, ""));
	return words.filter((word) => BANNED_NAMES.test(word)).map((word) => `${path}: “${word}” is a banned name`);
}

/** The first thing in a file is the sentence that says what it knows and what it refuses to know. */
export function commentProblems(source: Source): string[] {
	const first = /^(?:#![^\n]*\n)?\/\*\*\s*([\s\S]*?)\*\//.exec(source.text)?.[1] ?? "";
	return /\w{3}[\s\S]*[.:]/.test(first) ? [] : [`${source.path}: begins without a doc comment`];
}

/** Default exports, `export *`, and files that only pass on what others export. */
export function exportProblems(source: Source): string[] {
	const problems: string[] = [];
	for (const node of source.file.statements) {
		const text = textOf(source, node);
		if (ast.isExportAssignment(node) || /^export\s+default\b/.test(text)) {
			problems.push(at(source, node, "a default export"));
		}
		if (!ast.isExportDeclaration(node)) continue;
		if (/\bas\s+default\b/.test(text)) problems.push(at(source, node, "a default export"));
		if (node.moduleSpecifier && /^export\s+(type\s+)?\*/.test(text))
			problems.push(at(source, node, "export *"));
	}
	const passes = source.file.statements.filter(
		(node) => ast.isExportDeclaration(node) && node.moduleSpecifier !== undefined,
	);
	const own = source.file.statements.filter(
		(node) => !passes.includes(node) && !ast.isImportDeclaration(node),
	);
	if (passes.length > 0 && own.length === 0) problems.push(`${source.path}: a barrel`);
	return problems;
}

/** State at module level (`let`, an empty container to be filled), and imports that do something. */
export function stateProblems(source: Source): string[] {
	const entry = source.path === ENTRY || source.path.endsWith(".d.ts");
	return source.file.statements.flatMap((node) => {
		if (ast.isVariableStatement(node)) {
			if (/^(export\s+)?(let|var)\b/.test(textOf(source, node)))
				return [at(source, node, "module state: let")];
			const containers = node.declarationList.declarations.filter(({ initializer }) =>
				initializer === undefined
					? false
					: /^(\[\]|\{\}|new (Weak)?(Map|Set)(<.*>)?\(\))$/s.test(textOf(source, initializer)),
			);
			return containers.map((one) => at(source, one, "module state: an empty container"));
		}
		if (entry) return [];
		if (ast.isImportDeclaration(node) && node.importClause === undefined) {
			return [at(source, node, "an import for its side effect")];
		}
		const harmless =
			ast.isImportDeclaration(node) ||
			ast.isExportDeclaration(node) ||
			ast.isFunctionDeclaration(node) ||
			ast.isClassDeclaration(node) ||
			ast.isTypeAliasDeclaration(node) ||
			ast.isInterfaceDeclaration(node) ||
			ast.isEnumDeclaration(node) ||
			ast.isModuleDeclaration(node) ||
			ast.isExportAssignment(node) ||
			ast.isEmptyStatement(node);
		return harmless ? [] : [at(source, node, "a statement that runs on import")];
	});
}

/** Words and calls that are never right here. */
export function bannedProblems(source: Source): string[] {
	const problems: string[] = [];
	source.text.split("\n").forEach((line, i) => {
		const marker = /\b(TODO|FIXME|XXX|HACK)\b/.exec(line);
		if (marker) problems.push(`${source.path}:${i + 1} ${marker[0]}`);
		if (/["'`/](ba|da|z)?sh["'`]?[,\s]+["'`]?-c\b/.test(line)) problems.push(`${source.path}:${i + 1} sh -c`);
	});
	for (const node of nodesOf(source)) {
		if (ast.isIdentifier(node) && node.text === "dangerouslySetInnerHTML") {
			problems.push(at(source, node, "dangerouslySetInnerHTML"));
		} else if (ast.isPropertyAccessExpression(node) && textOf(source, node) === "Bun.$") {
			problems.push(at(source, node, "Bun.$"));
		} else if (ast.isImportSpecifier(node) && textOf(source, node).split(" ")[0] === "$") {
			problems.push(at(source, node, "the shell of bun"));
		} else if (ast.isCallExpression(node) && /^(globalThis\.)?eval$/.test(textOf(source, node.expression))) {
			problems.push(at(source, node, "eval"));
		} else if (ast.isCallOrNewExpression(node) && textOf(source, node.expression) === "Function") {
			problems.push(at(source, node, "new Function"));
		}
	}
	return problems;
}

/** Tests that keep the others from running. */
export function onlyProblems(source: Source): string[] {
	return [...nodesOf(source)]
		.filter((node) => ast.isPropertyAccessExpression(node) && node.name.text === "only")
		.filter((node) => /^(test|it|describe)\b/.test(textOf(source, node)))
		.map((node) => at(source, node, ".only"));
}

/**
 * SQL outside of the store, and in it SQL put together from values: only module constants (UPPER_CASE) may stand
 * between its words.
 */
export function sqlProblems(source: Source): string[] {
	const problems: string[] = [];
	const inStore = source.path.startsWith("src/store/");
	for (const node of nodesOf(source)) {
		if (!inStore) {
			const isText = ast.isStringLiteral(node) || ast.isTemplateLiteral(node);
			if (isText && SQL.test(textOf(source, node))) problems.push(at(source, node, "SQL has another home"));
		} else if (ast.isTemplateExpression(node)) {
			const values = node.templateSpans.map((span) => textOf(source, span.expression));
			const isSql = SQL_START.test(textOf(source, node)) || isSqlArgument(node);
			const bad = values.find((value) => !/^[A-Z][A-Z0-9_]*$/.test(value));
			if (isSql && bad !== undefined) problems.push(at(source, node, `SQL with \${${bad}} in it`));
		} else if (ast.isBinaryExpression(node) && node.operatorToken.kind === ast.SyntaxKind.PlusToken) {
			if (SQL_START.test(textOf(source, node)) || isSqlArgument(node)) {
				problems.push(at(source, node, "SQL put together with +"));
			}
		}
	}
	return problems;
}

/** Is the node the first argument of `.query(…)` and its kin? */
function isSqlArgument(node: ast.Node): boolean {
	const call = node.parent;
	return (
		ast.isCallExpression(call) &&
		call.arguments[0] === node &&
		ast.isPropertyAccessExpression(call.expression) &&
		SQL_CALL.test(call.expression.name.text)
	);
}

/** Machine paths, registry hosts and private keys in any text we commit. */
export function leakProblems(path: string, text: string): string[] {
	const leaks = [
		/\bregistry\.[a-z-]+\.(org|com|io)\b/i,
		/(^|[\s"'`(=:])\/(work|tmp|root|home\/[a-z]+)\//,
		/-----BEGIN [A-Z ]*PRIVATE KEY-----/,
	];
	return text.split("\n").flatMap((line, i) => {
		const leak = leaks.map((pattern) => pattern.exec(line)?.[0].trim()).find(Boolean);
		return leak === undefined ? [] : [`${path}:${i + 1} ${leak}`];
	});
}
