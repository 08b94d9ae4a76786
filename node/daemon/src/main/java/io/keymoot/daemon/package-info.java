/**
 * The process on a device: HTTP, WebSocket, a web page and the command line.
 *
 * <p>It holds no protocol of its own; it offers what the runtime can do to a person or a local
 * program.
 */
@NullMarked
package io.keymoot.daemon;

import org.jspecify.annotations.NullMarked;
