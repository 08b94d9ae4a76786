/**
 * What facts say about the group: who is in, who is over, which keys are clean (section 5).
 *
 * <p>Facts come in any order, from anybody, some of them made by members who were already out when
 * they signed, or who lie. All members must still come to the same answer from the same set,
 * without a clock, a leader or a vote. So a fact is judged <em>once</em>, by its own past alone:
 * what its author had learnt when it signed. What comes later can end a stay, and never makes an
 * invalid fact valid or the reverse.
 *
 * <pre>
 *    bytes ──▶ Membership ── parents missing ──▶ Waiting, Undecided ── what to ask for
 *                  │ parents at hand
 *                  ▼
 *               Ledger ──▶ Validity(past) ──▶ Refusal, or Known ──▶ Lore
 *                  │                                                 │ Growth: S → S ∪ {m}
 *                  ▼                                                 ▼
 *              the door ── somebody who is in speaks for it ──▶ taken: GroupState
 * </pre>
 *
 * <p>The life of a fact. It waits until its parents are decided, in a room whose size whoever fills
 * it pays for. {@link io.keymoot.flatkeying.group.Ledger} asks for the state of its past, and
 * {@code Validity} holds it against the rules. Valid, it is {@link
 * io.keymoot.flatkeying.group.Known} for good, with its place in the graph. It is not yet believed:
 * an expelled member can sign what is valid in a past without its expulsion. At the door it waits
 * until a member who is in, and was never caught in a lie, rests on it. Then {@link
 * io.keymoot.flatkeying.group.Membership} takes it with all of its past, and {@code Growth} says
 * what that changes: stays begin, ends strike (a <em>soft</em> end, of silence or a renewal, what
 * its author knew of; a <em>hard</em> end, of a leave, an expulsion or a fault, also what is beside
 * it), and from who is out follow roster, clean epochs and clean slots.
 *
 * <ul>
 *   <li><b>past(m)</b>: all that m's author had learnt, by its heads; <b>P(m)</b>: with m itself
 *   <li><b>S</b>: a set of facts closed under past; {@link io.keymoot.flatkeying.group.GroupState}
 *       is a pure function of it
 *   <li><b>stay</b>: a device's time in the group; <b>over</b>: ended, and never taken back
 *   <li><b>E(s)</b>: the hard ends of a stay ({@code Ends}); <b>barred</b>: a device that must be
 *       pardoned before it is let in again
 *   <li><b>rests</b>: the stays of an author when it made a fact; <b>void</b>: a stay that was
 *       begun beside the ends of all that its beginning rests on
 *   <li><b>line</b>: an author's facts one after another; <b>forked</b>: two that do not know each
 *       other, which convicts it
 *   <li><b>root</b> of a slot: the Reseal or Rekey that its key's chain began with
 *   <li><b>{@link io.keymoot.flatkeying.group.Lore}</b>: what facts show, which peers of a process
 *       may share; <b>{@code IdMap}</b>: a map of which a copy with one entry more shares all the
 *       rest
 * </ul>
 *
 * <p>The rules, and why each is needed, are section 5 of this module's README. {@code
 * SectionFiveOracle}, among the tests, is the same text written out word for word, slowly; random
 * histories are held against it.
 */
@NullMarked
package io.keymoot.flatkeying.group;

import org.jspecify.annotations.NullMarked;
