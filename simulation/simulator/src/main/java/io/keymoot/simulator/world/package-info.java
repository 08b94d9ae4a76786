/**
 * A virtual network of real peers: time, the wire, and the devices on it.
 *
 * <pre>
 *   Timeline ── what happens next ──▶ Node.step ── effects ──▶ Network ── delays, loses, cuts ──┐
 *      ▲                                │                                                       │
 *      └────────────────────────────────│──────── arrives ──────────────────────────────────────┘
 *                                       └──▶ Watcher: invariants, adversary, measurements
 * </pre>
 *
 * <p>One seed decides everything. Randomness comes from {@link java.util.Random} alone, whose
 * numbers are the same everywhere, and nothing iterates over what has no order.
 */
@NullMarked
package io.keymoot.simulator.world;

import org.jspecify.annotations.NullMarked;
