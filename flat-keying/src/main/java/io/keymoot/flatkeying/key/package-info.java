/**
 * The secrets of a group: what they are made from, what they are for, how they end.
 *
 * <pre>
 *  a Rekey x draws 32 bytes
 *      │
 *   c_x^0 ──────── "epoch commitment" ──▶ in the Rekey
 *      │   │
 *      │   └──────────────────────┐        K_σ(prev(x)), or the fresh key B of σ's Reseal
 *    "step"  each Admit or Here   │           │        (B ── "reseal commitment" ──▶ in the Reseal)
 *      │     that names x         ├── "kek" ──┘
 *      ▼                          ▼
 *   c_x^1 … c_x^r              K_σ(x) ── "wrap" ──▶ the next epoch's c^0, for who holds slot σ
 *      │      │
 *      │      └── "refresh" ──▶ the next epoch's c^0, when nobody is out since
 *    "tek"
 *      ▼
 *   TEK(x, r) ─┬─ "kid" ───────▶ 4 public bytes in front of frames
 *              ├─ "frames" ────▶ a base key for each sender's stay
 *              ├─ "export" ────▶ keys of the application
 *              └─ "heartbeat" ─▶ the MAC of heartbeats
 *
 *  leaf key ── "hybrid seal" ──▶ a Grant, a Give
 *      └────── a pairwise session (see Session) ──▶ the next epoch's c^0, for one member
 * </pre>
 *
 * <p>An arrow is HKDF with its label and whatever the place adds; {@code key-schedule.txt} among
 * the tests has each of them in full, with known answers. Every arrow goes one way: who is handed
 * c_x^r computes no earlier revision, who has a TEK computes no epoch secret.
 *
 * <p><b>Why so.</b>
 *
 * <ul>
 *   <li>Revisions, not epochs, let a newcomer in: everybody steps by itself, nobody sends a thing.
 *   <li>KEKs step with c_x^0, which no newcomer to x is given, and not with the TEK: so a newcomer
 *       holds no KEK before the first epoch that has its Admit in its past.
 *   <li>KEKs step in every slot and with each epoch's own entropy. The paper steps the leaver's
 *       slots alone, with the new TEK: two who are out can pool the two and undo it.
 *   <li>A wrap is checked against the Rekey's commitment, for AES-GCM does not bind its key: a liar
 *       could wrap so that two members read two secrets.
 *   <li>No nonces: each seal and wrap has a key of its own, with all that must not be confused in
 *       the derivation. What could repeat a nonce could repeat only a whole message.
 *   <li>The kinds of secrets are types. {@code ResealKey} is not {@code Kek}, for it wraps nothing.
 *   <li>Commitments are derived like all the rest, so they give nothing away beside the rest.
 * </ul>
 *
 * <p><b>What wiping promises.</b> {@code close()} overwrites the one array that a secret keeps, and
 * what is computed on the way is overwritten as soon as it has been used; the platform's MAC and
 * cipher, one per thread, are given a key of zeros after each use. {@code ForgottenTest} looks for
 * closed secrets in a dump of all that is reachable. What Java cannot promise: the collector copies
 * arrays when it moves them and leaves the old bytes until the space is used again; compiled code
 * keeps words in registers and on the stack; libraries make copies of their own while they work;
 * the system may write memory to a swap file or a core dump. So wiping narrows the time in which a
 * captured device gives a secret away. It is no proof that no trace is left: run where swap and
 * core dumps are off or encrypted.
 *
 * <p>Nothing here knows a group's state: ids come in as they are, and who may be given what is
 * decided elsewhere. One caller at a time; a {@code SenderBaseKey} is lent to frames, which copy
 * it.
 */
@NullMarked
package io.keymoot.flatkeying.key;

import org.jspecify.annotations.NullMarked;
