package io.keymoot.simulator.result;

/**
 * How long somebody who was expelled could still read.
 *
 * @param atMillis when the expulsion was made
 * @param lastReadableMillis from then until the last frame under a key it had, 0 if none
 * @param evictedSoFar distinct members put out before
 */
public record Expulsion(long atMillis, long lastReadableMillis, int evictedSoFar) {}
