/**
 * Who is there, who holds which slots, and when this peer acts.
 *
 * <p>Peers come and go without saying so, and several of them owe the group the same duty at once.
 * This package decides who is alive, compares digests of what each side knows, and tells this peer
 * when it is its turn. Time is an argument; nothing here waits, sends or logs.
 */
@NullMarked
package io.keymoot.heartbeat;

import org.jspecify.annotations.NullMarked;
