/**
 * HTTP and WebSocket on this device, for programs and the page.
 *
 * <p>A browser on this device runs everybody's scripts, and other users' programs reach the port
 * too. So a request is first judged by what it says of itself ({@link io.keymoot.daemon.api.Gate}),
 * and what is not on a list does not pass; then by how many there are ({@code Bucket}, {@code
 * Lines}); and only then does anybody do what it asks.
 */
@NullMarked
package io.keymoot.daemon.api;

import org.jspecify.annotations.NullMarked;
