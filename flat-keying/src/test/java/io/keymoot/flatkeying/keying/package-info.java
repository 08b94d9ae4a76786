@NullMarked
package io.keymoot.flatkeying.keying;

import org.jspecify.annotations.NullMarked;
