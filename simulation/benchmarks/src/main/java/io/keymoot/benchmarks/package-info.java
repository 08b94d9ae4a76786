/** Measurements: JMH benchmarks of single steps, and side-by-side runs of whole nodes. */
@NullMarked
package io.keymoot.benchmarks;

import org.jspecify.annotations.NullMarked;
