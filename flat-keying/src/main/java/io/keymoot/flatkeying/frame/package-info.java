/** Frames: the data path. */
@NullMarked
package io.keymoot.flatkeying.frame;

import org.jspecify.annotations.NullMarked;
