/**
 * Identities, and who may join, admit and expel.
 *
 * <p>A group has no manager, so each device decides for itself whom it lets in. Two questions hide
 * in that. Whether a credential <i>holds</i> is a fixed function that all members compute alike:
 * {@link io.keymoot.admission.certificate.CredentialChecker}. Whether this device <i>wants</i> the
 * other, today, is policy: {@link io.keymoot.admission.AdmissionPolicy}, which is where to start.
 *
 * <pre>
 *   Question ──► AdmissionPolicy.ask ──► Yes | No(reason, remedy) | Wait(errands)
 *                       ▲                                               │
 *                       └── hear ◄── Hearing ◄── a person, members, another system
 * </pre>
 *
 * <p>The life of a question: the fixed check must accept the credential; the deny list must not
 * have the device; then the way for its purpose is judged, a tree of {@code Rule}s, each of which
 * says yes, no, or whose word is lacking. What is lacking goes out as errands and comes back to
 * {@code hear}. A yes uses up the invite it rests on. A question that nobody answers is refused in
 * the end.
 *
 * <ul>
 *   <li><b>credential</b>: what a device shows, certificates or proofs of invites; named by its
 *       hash
 *   <li><b>anchor</b>: an authority's certificate that chains must lead to
 *   <li><b>pattern</b>: says which certificates are meant, and who has a role
 *   <li><b>way</b>: the rule for one purpose: admit, expel, founder, introducer
 *   <li><b>errand</b>: something to be found out outside; <b>hearing</b>: what was found out
 *   <li><b>ticket</b>: names a question while it waits
 * </ul>
 */
@NullMarked
package io.keymoot.admission;

import org.jspecify.annotations.NullMarked;
