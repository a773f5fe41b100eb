/**
 * What a page does by itself: stays current, opens hosts in the drawer, answers to keys. Everything can also be done
 * without it, by following links and sending forms. scripts/js.ts makes one file of this and its neighbours.
 */

import { startAges } from "./ages.js";
import { watchDrawer } from "./drawer.js";
import { watchEstimates } from "./estimate.js";
import { watchForms } from "./forms.js";
import { watchHere } from "./here.js";
import { watchInline } from "./inline.js";
import { watchKeys } from "./keys.js";
import { connect } from "./live.js";
import { watchSearch } from "./search.js";
import { watchPicks } from "./select.js";
import { watchSession } from "./session.js";
import { watchSwaps } from "./swap.js";
import { watchUndo } from "./undo.js";

// The first entry must be one that htmx may restore: the drawer pushes the second.
history.replaceState({ htmx: true, ...history.state, host: undefined }, "");
watchSwaps();
watchSession();
// Before the drawer: a click on a box opens no host.
watchPicks();
watchDrawer();
watchForms();
watchEstimates();
watchHere();
watchInline();
watchKeys();
watchSearch();
watchUndo();
startAges();
connect();
