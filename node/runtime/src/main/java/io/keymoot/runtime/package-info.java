/**
 * The embeddable library: a peer over JGroups, with its loop, timers, files and sockets.
 *
 * <p>Everything that the cores may not touch lives here: clocks, threads, disks, the network, the
 * log. A program uses {@link io.keymoot.runtime.GroupNode} and nothing below it.
 *
 * <pre>
 *  JGroups' threads                one thread                      threads of their own
 *  bytes ─▶ Receiver ─▶ Mailbox ─▶ Loop: core.step(now, input) ─▶ answers, EventFeed ─▶ listeners
 *                          ▲            │ effects, in order
 *       commands, hints ───┘            ▼
 *                                  EffectHandler ─▶ Transport ─▶ Outbox ─▶ the group's sender thread ─▶ JGroups
 * </pre>
 *
 * <p>The life of a message: JGroups' thread puts its bytes into the mailbox; the loop steps {@code
 * Host}, which looks for a group while there is none and else hands it to the peer; the effects are
 * performed in order, and only then the next input is taken. One deadline wakes the loop when
 * nothing comes. Frames go another way, past the loop ({@code FrameWork}): sealed on the caller's
 * thread, opened on one of their own.
 *
 * <p>What else runs on JGroups' threads takes microseconds, waits for no network and keeps no more
 * than its bounds: {@code CatchUp} notes which numbers came of a sender and which of its own
 * somebody wants again, {@code Heard} when an address was heard, {@code Pace} that the others
 * cannot keep up; and while a device is not in, {@code LookAhead} looks whether this is an answer
 * to it. What is to be said for that, the sender thread says in its time; what is to be verified,
 * threads of their own verify.
 *
 * <ul>
 *   <li><b>seat</b>: a peer in one group; <b>move</b>: to take another and then leave the first
 *   <li><b>lobby</b>: where devices without a group agree who founds one
 *   <li><b>cluster</b>: a JGroups name under which peers find each other, which proves nothing
 *   <li><b>bug</b>: what throws in the loop; the node stops
 * </ul>
 */
@NullMarked
package io.keymoot.runtime;

import org.jspecify.annotations.NullMarked;
