/** What the protocol takes from cryptography, one narrow type for each use. */
@NullMarked
package io.keymoot.flatkeying.crypto;

import org.jspecify.annotations.NullMarked;
