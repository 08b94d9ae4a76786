/**
 * The embeddable library: a peer over JGroups, with its loop, timers, files and sockets.
 *
 * <p>Everything that the cores may not touch lives here: clocks, threads, disks, the network, the
 * log. One loop feeds the peer and performs its effects in order.
 */
@NullMarked
package io.keymoot.runtime;

import org.jspecify.annotations.NullMarked;
