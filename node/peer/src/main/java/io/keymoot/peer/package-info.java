/**
 * The one composition of flat keying, heartbeat and admission policy.
 *
 * <p>Three cores each know a part: what the group's facts and keys are, who is there and whose turn
 * it is, whom this device wants. {@link io.keymoot.peer.Peer} lets them talk, and decides nothing
 * itself. The simulator and the product run this same class, so what the simulator finds is true of
 * the product.
 *
 * <pre>
 *   PeerInput ──▶ heartbeat? ── what it heard ──▶ FlatKeying ── Effect ──▶ heartbeat, policy
 *                    ▲                                │
 *                    └──────── what is known ─────────┴──▶ PeerEffect: network, key ring, people
 * </pre>
 *
 * <p>The life of one step: bytes are decoded here if they are a heartbeat, else by flat-keying;
 * what the one core did becomes input of the others, until nothing more follows; then the effects
 * go out in their order. A request to join becomes a question of the policy ({@code Judging}),
 * whose answer, at once or ten minutes later, comes back as an input. Frames do not pass here:
 * {@link io.keymoot.peer.FrameDesk} turns effects into keys of the ring, and seals on anybody's
 * thread.
 *
 * <ul>
 *   <li><b>beat</b>: a heartbeat; <b>hint</b>: one that the group's MAC alone vouches for
 *   <li><b>pending</b>: a question of the policy that waits for somebody
 *   <li><b>take up</b>: to send under a new epoch, once the others can be expected to have it
 *   <li><b>address</b>: what the transport calls a sender; proves nothing
 * </ul>
 */
@NullMarked
package io.keymoot.peer;

import org.jspecify.annotations.NullMarked;
