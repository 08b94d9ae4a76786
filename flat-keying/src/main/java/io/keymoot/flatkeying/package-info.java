/**
 * One key for a group, made by whoever is there, with no manager: who goes has the next key no
 * more.
 *
 * <p>Wrapping a fresh key for each member costs as much as there are members; a tree of keys costs
 * little, but somebody must keep it whole. Flat keying lays the members into a table: each has a
 * slot at every position, by the symbol of its address there, and shares the slot's key with
 * whoever has the same symbol. A fresh key wrapped under slots that those who go do not have
 * reaches everybody else, in a few wraps, and any member can make it.
 *
 * <pre>
 *   wire ──▶ fact ──▶ group ──▶ keying ──▶ key        the loop's, one step at a time
 *             said     who is in   who makes, gives,    the secrets
 *                                  asks for what
 *                                       │ install · activate · retire
 *                                       ▼
 *                                     frame             the callers' threads: data
 * </pre>
 *
 * <p>{@link io.keymoot.flatkeying.keying.FlatKeying} is where to start: an input and the time go
 * in, effects come out. The life of a removal: somebody's right is in the facts; the best-ranked
 * member plans a cover of slots, sessions and seals, signs a Rekey and multicasts it; whoever
 * unwraps it installs the key; whoever holds a slot that is no longer clean makes its key anew.
 *
 * <ul>
 *   <li><b>epoch</b>: one group secret, made by a Rekey; <b>revision</b>: the same, stepped by an
 *       admission
 *   <li><b>TEK</b>: the key of an epoch and revision, of which all data keys grow; <b>KEK</b>: a
 *       slot's key, under which it travels
 *   <li><b>slot</b>: a position and a symbol; <b>cover</b>: how a fresh secret reaches exactly
 *       those who stay
 *   <li><b>clean</b>: nobody who is out ever had it
 *   <li><b>duty</b>: what somebody must do; which member, heartbeat's ranks say
 * </ul>
 *
 * <p>This module's README is the protocol's description. Here stand what all packages share: {@link
 * io.keymoot.flatkeying.Tick}, {@link io.keymoot.flatkeying.Entropy}, {@link
 * io.keymoot.flatkeying.Limits}, {@link io.keymoot.flatkeying.Duty}.
 */
@NullMarked
package io.keymoot.flatkeying;

import org.jspecify.annotations.NullMarked;
