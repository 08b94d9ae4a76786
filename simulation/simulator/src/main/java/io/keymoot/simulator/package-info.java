/**
 * A virtual network of real peers, with churn, faults, an adversary and invariants.
 *
 * <p>What goes wrong in a group goes wrong once in a thousand hours, and is gone when somebody
 * looks. Here a thousand hours are an afternoon, and one seed decides everything: who comes and
 * goes, what is lost, every key and nonce. The same seed gives the same run, so what was found can
 * be looked at again.
 *
 * <pre>
 *   seed, Plan ─▶ Simulation ─▶ World: Timeline ─▶ Node (a Peer) ─▶ Network, Weather ─▶ Timeline
 *                    │             │ each step
 *              churn, fault,       ▼
 *              byzantine       Watchers: invariant ─▶ Violation ─▶ Shrinking ─▶ the command that shows it
 *                                        Recorder  ─▶ RunResult ─▶ report
 * </pre>
 *
 * <p>The life of a run: the plan says how many peers, what churn and which faults; the timeline
 * takes the earliest event, a node steps its peer, what it sends is lost, late or doubled as the
 * weather has it; after each step that changed facts or keys all invariants look. When the faults
 * have stopped, the rest must agree again in time. {@link io.keymoot.simulator.Simulate} is the
 * command.
 *
 * <ul>
 *   <li><b>campaign</b>: many seeds; <b>plan</b>: all that one run is made of but the seed
 *   <li><b>trace</b>: all that happened, as one number
 *   <li><b>plant</b>: a mistake put into the running code, to see it found
 *   <li><b>liar</b>: a member that plays <b>tricks</b>; <b>fault</b>: what befalls honest ones
 * </ul>
 */
@NullMarked
package io.keymoot.simulator;

import org.jspecify.annotations.NullMarked;
