/**
 * What members say for good, how it looks on the wire, and who signed it.
 *
 * <p>A group has no manager and no server to ask, so everything that decides who is in has to be
 * said by somebody, signed, and still be checkable by who comes years later. That is a fact. Facts
 * only accumulate: two peers agree when they hold the same ones.
 *
 * <pre>
 *   bytes ──FactCodec──▶ Envelope ──FactVerifier──▶ Verified ──▶ group
 *            well formed?           signed by whom?      in whose right? (section 5)
 *            Malformed: why         Rejected: why
 *
 *   a fact     header ‖ signature ‖ content ‖ cover
 *   header     version type group author heads SHA-256(content)         id = SHA-256(header)
 *   signature  over "keymoot/1 TYPE " ‖ group ‖ header
 *   content    what the type says, then extensions                      goes when it is not needed
 *   cover      a Rekey's wraps and seals; the content holds its hash     goes with the epoch
 * </pre>
 *
 * <p>The header is what lasts. It is a hundred bytes or so, names the fact's parents, and stands
 * for the rest by a hash: so a proof about two facts carries two headers, and a history without its
 * contents still has its shape and its signatures.
 *
 * <p>The life of a fact: its author gives {@link FactWriter} the heads it knows and a record, and
 * multicasts the {@link Envelope} as {@link FactCodec} writes it. A receiver decodes it, which
 * decides everything that can be told from the bytes alone: bounds, order, codes, the binding
 * hashes. When the parents are at hand, and with them the author's key, {@link FactVerifier} checks
 * the signature, once per process if a {@link VerifiedOnce} is shared. Only then it is {@link
 * Verified}, and the state of the group may look at it.
 *
 * <p>Words: <em>header</em>, the signed part; <em>heads</em>, the facts the author had learnt that
 * no other it had learnt comes after, so a fact's parents; <em>row</em>, a newcomer's signed
 * request inside an Admit; <em>evidence</em>, what another member signed and a fact embeds (Leave,
 * Approval, a header alone); <em>statement</em>, a fact or a signed heartbeat; <em>cover</em>, how
 * a Rekey's secret reaches those who stay; <em>stay</em>, the time a member is in, begun by a row
 * or a Here.
 *
 * <p>The exact form of each message is in this module's README, section Encoding; known answers for
 * another implementation are among the test resources.
 */
@NullMarked
package io.keymoot.flatkeying.fact;

import org.jspecify.annotations.NullMarked;
