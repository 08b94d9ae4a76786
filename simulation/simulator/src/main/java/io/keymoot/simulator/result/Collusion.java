package io.keymoot.simulator.result;

/**
 * What came of it when all who were out put together all they had, and tried to come to keys in
 * use.
 *
 * @param out so many were out in the view of whoever used the key
 * @param tried keys
 * @param read of these
 */
public record Collusion(int out, long tried, long read) {}
