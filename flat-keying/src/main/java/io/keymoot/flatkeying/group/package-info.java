@NullMarked
package io.keymoot.flatkeying.group;

import org.jspecify.annotations.NullMarked;
