/**
 * Frames: the data path. What a member seals, the group opens; who sealed it, a signature says.
 *
 * <p>This is the one part of the core that does not go through {@code step}. Frames are sealed and
 * opened on the caller's thread, many at once, with no lock and next to no allocation; what the
 * loop knows reaches them through the key ring.
 *
 * <pre>
 *            the loop                                callers' threads
 *   install · activate · retire   ┌─────────┐   seal  ┌─────────────┐  frames, vouchers
 *   leaveBehind · admit · end  ──▶│ KeyRing │◀────────│ FrameSealer │────────────────────▶
 *                                 │         │         └─────────────┘
 *                                 │         │   open  ┌─────────────┐
 *                                 │         │◀────────│ FrameOpener │◀────────────────────
 *                                 └─────────┘         └─────────────┘
 * </pre>
 *
 * <p>The life of a frame. {@link io.keymoot.flatkeying.frame.FrameSealer} takes a number nobody
 * else gets, seals under the key of now (SFrame, RFC 9605) and, if the stream asks for it, signs
 * behind the frame or adds its hash to a batch. {@link io.keymoot.flatkeying.frame.FrameOpener}
 * finds by the KID whose key it is, asks the replay window, opens, checks the signature or looks
 * for a voucher, marks the window and says from whom: the group, or the member.
 *
 * <p>Any member can make frames in any other's name that no signature stands behind. What those may
 * take (replay windows, memories of streams, numbers ahead of what was signed) is bounded apart
 * from what signatures speak for, so they cannot turn off what another member signs.
 *
 * <p>Glossary. <i>Stream</i>: one of a sender's 256 flows, which says how it is authenticated.
 * <i>Number</i>: a frame's place in its stream. <i>Voucher</i>: a signed list of a batch's hashes.
 * <i>Lane</i>: what a receiver remembers of one stream under one key; of an amortised stream it
 * remembers frames whatever the key. <i>Left behind</i>: of an epoch that somebody who was expelled
 * holds. <i>Wary</i>: a thread that has met a forgery and checks frames before it opens them.
 */
@NullMarked
package io.keymoot.flatkeying.frame;

import org.jspecify.annotations.NullMarked;
