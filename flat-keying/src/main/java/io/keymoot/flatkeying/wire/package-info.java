/**
 * The compact binary form: immutable bytes, a strict reader, a writer. Knows nothing of groups.
 *
 * <p>Numbers are big-endian; byte strings carry a 16-bit length, lists an 8-bit count; nothing is
 * optional without a flag, nothing may follow the end. Every bound is checked before allocation.
 */
@NullMarked
package io.keymoot.flatkeying.wire;

import org.jspecify.annotations.NullMarked;
