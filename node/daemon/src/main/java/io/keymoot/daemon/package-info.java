/**
 * The process on a device: HTTP, WebSocket, a web page and the command line.
 *
 * <p>It holds no protocol of its own; it offers what the runtime can do to people and to programs
 * on the same device, and keeps others of that device away.
 *
 * <pre>
 *   Places, Settings ─▶ DeviceKey, Rulebook, Links ─▶ GroupNode ─▶ Chronicle ─▶ EventLog
 *                                                         │                        │
 *                                               Desk ◀────┘                        ▼
 *   command line ──▶ ApiClient ── HTTP ──▶ ApiServer ─▶ Gate ─▶ Handlers ──▶ Desk
 * </pre>
 *
 * <p>The life of a command: {@code keymoot evict cora} finds the running daemon by a file of its
 * state, shows the token that only its owner can read, and asks over HTTP as the page does; the
 * gate judges the request by what it says of itself, the desk asks the node, and what comes of it
 * is told as an event. {@code Daemon} opens all of this in one order and closes it in the other.
 *
 * <ul>
 *   <li><b>setting</b>: one thing with three names, of a flag, the environment and the file
 *   <li><b>rulebook</b>: the policy and the revocation lists beside it, taken together or not at
 *       all
 *   <li><b>verified</b>: somebody here compared its code; <b>seen</b>: since when it is known here
 *   <li><b>window</b>: from the wish that somebody goes to the first key in use without it
 *   <li><b>problem</b>: what failed, why, and what to do, by a code that does not change
 * </ul>
 */
@NullMarked
package io.keymoot.daemon;

import org.jspecify.annotations.NullMarked;
