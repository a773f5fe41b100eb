/** How tests may wait, as a rule: for things, in one way, with one bound. Reads syntax; runs nothing. */

import * as ast from "typescript/unstable/ast";
import { lineOf, nodesOf, type Source, textOf } from "./syntax.ts";

/** Programs of their own, measurements and pictures wait as they must. */
const FREE = /^tests\/(bench|shots)\/|-entry\.ts$|^tests\/helpers\/(patience|browser)\.ts$/;
const HOOKS = /^(test|it|beforeAll|afterAll|beforeEach|afterEach)\b/;

/** Waits for a time instead of a thing, and limits of time of a test's own. */
export function waitProblems(source: Source): string[] {
	if (FREE.test(source.path)) return [];
	const problems: string[] = [];
	for (const node of nodesOf(source)) {
		if (!ast.isCallExpression(node)) continue;
		const name = textOf(source, node.expression);
		if (/^Bun\.sleep(Sync)?$|\.waitForTimeout$/.test(name))
			problems.push(at(source, node, `${name}: until, soon or elapse of helpers/patience.ts`));
		if (/\bsetDefault(Navigation)?Timeout$|\bchromium\.launch$/.test(name))
			problems.push(at(source, node, `${name}: openBrowser of helpers/browser.ts`));
		const last = node.arguments.at(-1);
		if (node.arguments.length > 1 && HOOKS.test(name) && last !== undefined && isLimit(last))
			problems.push(at(source, node, "a limit of time of its own: scripts/test.ts has one for all"));
	}
	return problems;
}

function at(source: Source, node: ast.Node, message: string): string {
	return `${source.path}:${lineOf(source, node)} ${message}`;
}

function isLimit(node: ast.Node): boolean {
	return ast.isNumericLiteral(node) || ast.isBinaryExpression(node);
}
