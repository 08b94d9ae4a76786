/**
 * Agreeing on keys: joining, rekeying, need and give, the sending rule, erasure (sections 6 to 8
 * and 11). {@link io.keymoot.flatkeying.keying.FlatKeying} is the one entry; start there.
 *
 * <p>A core without I/O. An input comes in with the time; what must be done comes out as effects,
 * in order:
 *
 * <pre>
 *   message ──▶ decode ──▶ Membership (facts)  ──▶ afterwards: read new epochs, choose the key to
 *   command ──▶ Joining / Rekeying / NeedGive         send under, say what is owed, erase what is old
 *   time    ──▶ timers, by name                 ──▶ effects: send, install key, ask policy, tell
 * </pre>
 */
@NullMarked
package io.keymoot.flatkeying.keying;

import org.jspecify.annotations.NullMarked;
