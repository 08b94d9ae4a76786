/**
 * What the protocol takes from cryptography, one narrow type for each use: no nonces to choose, no
 * keys to copy, one failure for all forgeries.
 *
 * <p>Bouncy Castle's lightweight API does the public-key work (its signatures are ten times as fast
 * as the platform's); the platform does AES-GCM, HMAC and HKDF, where it is the other way round.
 * All randomness comes from {@link io.keymoot.flatkeying.Entropy}, key generation included.
 *
 * <p>Arrays that hold secrets pass through here; whoever made one wipes it. Only package {@code
 * key} keeps secrets, and says what Java cannot promise about wiping.
 */
@NullMarked
package io.keymoot.flatkeying.crypto;

import org.jspecify.annotations.NullMarked;
