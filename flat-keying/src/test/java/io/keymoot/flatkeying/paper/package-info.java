/**
 * The paper's distributed flat scheme by its own rules, with real keys: what ours is measured
 * against, and shown to be safer than. Nothing of the product uses it; the simulator's baselines
 * do.
 *
 * <p>A scheme here is names of keys and what is posted about them: {@link
 * io.keymoot.flatkeying.paper.Posted} gives one key to whoever holds some others. A {@link
 * io.keymoot.flatkeying.paper.KeyTable} is what somebody holds; a {@link
 * io.keymoot.flatkeying.paper.Coalition} is what several come to by putting theirs together over
 * all that was ever posted.
 */
@NullMarked
package io.keymoot.flatkeying.paper;

import org.jspecify.annotations.NullMarked;
